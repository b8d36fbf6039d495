"""A text on a picture: what is kept of it, and how it is drawn."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any, Self

from PIL import Image, ImageChops

from generation.layers.fonts import Typeface, typefaces
from generation.layers.typesetting import Block, set_text

MOST_TEXTS = 20
LONGEST_TEXT = 400
MOST_LINES = 40
LEAST_SIZE, MOST_SIZE = 6, 1000
MOST_OUTLINE = 60
LEAST_SPACING, MOST_SPACING = 0.8, 4.0
ALIGNMENTS = ("start", "middle", "end")
_COLOUR = re.compile("#[0-9a-f]{6}")
_INVISIBLE = ("Cc", "Cf", "Cs")
# Written behind a sign to choose how it looks; the typefaces have one look.
_SELECTORS = re.compile("[\ufe00-\ufe0f\u200b\u2060\ufeff]")
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_BLANKS = re.compile("[\u1680\u2000-\u200a\u202f\u205f]")
"""Of other widths; a typeface that hasn't one would draw a box."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """`size` and `outline_width` are pixels of the picture; `x` and `y` the middle of the block, in hundredths of the
    picture's width and height; `spacing` the distance of lines, in ems. `align`: where short lines stand, `start` being
    left or, of vertical text, above. Colours are `#rrggbb`."""

    text: str
    face: str = "gothic"
    size: int = 48
    colour: str = "#ffffff"
    outline: str = "#000000"
    outline_width: int = 4
    x: float = 50.0
    y: float = 50.0
    align: str = "middle"
    spacing: float = 1.3
    vertical: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON would bring it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Any) -> Self | None:
        """The text in `raw`; None where that is nothing which can be drawn, as of another version."""
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            return None
        values = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
        try:
            text = cls(**values)
            return text if text.is_sound() else None
        except TypeError:
            return None

    def is_sound(self) -> bool:
        """Whether all of it can be drawn."""
        return (
            self.face in typefaces()
            and LEAST_SIZE <= self.size <= MOST_SIZE
            and 0 <= self.outline_width <= MOST_OUTLINE
            and LEAST_SPACING <= self.spacing <= MOST_SPACING
            and math.isfinite(self.x)
            and math.isfinite(self.y)
            and self.align in ALIGNMENTS
            and all(_COLOUR.fullmatch(colour) for colour in (self.colour, self.outline))
            and bool(self.text.strip())
            and len(self.text) <= LONGEST_TEXT
            and self.text.count("\n") < MOST_LINES
            and not self.missing()
        )

    @property
    def typeface(self) -> Typeface:
        """What it is set in."""
        return typefaces()[self.face]

    def missing(self) -> list[str]:
        """The characters that its typeface hasn't, each once."""
        return [one for one in dict.fromkeys(self.text) if not self.typeface.has(one)]

    def scaled(self, factor: float) -> Text:
        """The same on a picture so many times as large, for a preview."""
        size, outline = max(1, round(self.size * factor)), round(self.outline_width * factor)
        return Text(**(asdict(self) | {"size": size, "outline_width": max(outline, min(1, self.outline_width))}))


@dataclass(frozen=True)
class Drawn:
    """RGBA pixels of a text and where they lie on the picture; nothing of it reaches beyond."""

    image: Image.Image
    left: int
    top: int


def written(text: str) -> str:
    """What somebody typed, as it is kept: composed, lines ended alike, nothing invisible but blanks that every typeface
    has."""
    plain = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text).replace("\t", "\u3000"))
    kept = "".join(
        one
        for one in _BLANKS.sub(" ", _SELECTORS.sub("", plain))
        if one == "\n" or unicodedata.category(one) not in _INVISIBLE
    )
    return "\n".join(line.rstrip() for line in kept.strip("\n").split("\n"))


def drawn(text: Text, size: tuple[int, int]) -> Drawn | None:
    """The text's pixels on a picture of `size`; None where nothing of it lies on the picture."""
    block = set_text(
        text.text, text.typeface.at(text.size), text.typeface, text.size, text.spacing, text.align, text.vertical
    )
    left = round(size[0] * text.x / 100 - block.width / 2)
    top = round(size[1] * text.y / 100 - block.height / 2)
    # Ink reaches beyond the ems: tails, and the outline.
    reach = text.outline_width + math.ceil(text.size / 2)
    box = (
        max(0, left - reach),
        max(0, top - reach),
        min(size[0], left + math.ceil(block.width) + reach),
        min(size[1], top + math.ceil(block.height) + reach),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    return _inked(text, block, (left, top), box)


def _inked(text: Text, block: Block, at: tuple[int, int], box: tuple[int, int, int, int]) -> Drawn | None:
    extent = (box[2] - box[0], box[3] - box[1])
    origin = (at[0] - box[0], at[1] - box[1])
    fill, rim = Image.new("L", extent), Image.new("L", extent)
    font = text.typeface.at(text.size)
    for glyph in block.glyphs:
        glyph.draw(fill, font, origin, 0)
        if text.outline_width:
            glyph.draw(rim, font, origin, text.outline_width)
    alpha = ImageChops.lighter(fill, rim)
    found = alpha.getbbox()
    if found is None:
        return None
    alpha, fill = alpha.crop(found), fill.crop(found)
    # Where there is no outline, soft edges must not take its colour.
    image = Image.new("RGB", alpha.size, _rgb(text.outline if text.outline_width else text.colour))
    image.paste(_rgb(text.colour), (0, 0, *image.size), fill)
    image.putalpha(alpha)
    return Drawn(image, box[0] + found[0], box[1] + found[1])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
