"""One layer of a picture, as the writers of files take it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from PIL import Image

LONGEST_NAME, MOST_UNITS = 200, 255
"""Characters; and units of UTF-16, of which a PSD holds no more."""
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
    return kept if len(kept) <= LONGEST_NAME and _units(kept) <= MOST_UNITS else _cut(kept[: LONGEST_NAME - 1]) + "…"


def _cut(text: str) -> str:
    while _units(text) >= MOST_UNITS:
        text = text[:-1]
    return text


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2
