"""One layer of a picture, as the writers of files take it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from PIL import Image

LONGEST_NAME = 200
"""Characters; a PSD holds 255 units of UTF-16."""
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe\U0001ffff]")


@dataclass(frozen=True)
class Layer:
    """Pixels and where their left top corner lies on the canvas, which they may leave.

    `replaces`: the picture was made anew at another size, so that nothing below is to be seen.
    """

    name: str
    image: Image.Image
    left: int = 0
    top: int = 0
    replaces: bool = False


def clean_name(text: str) -> str:
    """A layer's name that XML and a PSD can hold: one line, without control characters and lone surrogates."""
    kept = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") else one for one in text)
    kept = " ".join(_NONCHARACTERS.sub(" ", kept).split())
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - 1] + "…"
