"""What a style hands over: the renderer's options and the tags that the picture then shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Drawing:
    """One picture before it is rendered.

    ``style`` is the DiceBear style's name, ``options`` its options without seed and size, ``tags`` Danbooru names.
    """

    style: str
    options: dict[str, Any]
    tags: tuple[str, ...]
