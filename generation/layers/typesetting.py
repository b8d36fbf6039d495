"""Where each glyph of a text stands: in lines from left to right, or in columns from right to left.

In columns (after JIS X 4051 and Unicode's UAX #50, as far as texts on pictures need them): Japanese stands upright, in
its vertical forms; up to three figures, a letter by itself and pairs such as `!?` stand upright in one em; other Latin
lies on its side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from generation.layers.fonts import Typeface

BASELINE = 0.88
"""Of an em, from the top of the square that a Japanese character fills."""
_TOGETHER = re.compile(r"(?<![0-9A-Za-z.,])(?:[0-9]{1,3}|[A-Za-z])(?![0-9A-Za-z.,])|(?<![!?])[!?]{1,3}(?![!?])")
_WHOLE = 0.95
"""What is at least so many ems wide stands upright."""


@dataclass(frozen=True)
class Glyph:
    """Characters that are drawn together; `x`, `y`: left end of the baseline on the block. `turned`: lying on the side,
    from `x` at the middle of the column down from `y`. `narrowed`: pressed to an em's width."""

    text: str
    x: float
    y: float
    turned: bool = False
    narrowed: bool = False

    def draw(self, mask: Image.Image, font: FreeTypeFont, origin: tuple[int, int], stroke: int) -> None:
        """Put it on a mask, `stroke` pixels fatter on every side; what is there already stays."""
        size, width = font.size, font.getlength(self.text)
        edge = stroke + int(size / 2) + 1
        x, y = origin[0] + self.x, origin[1] + self.y
        # The glyph on a square of its own, at whole pixels: so it looks the same wherever it stands.
        across, down = int(width) + 1 + 2 * edge, int(2 * size) + 2 * edge
        base = edge + int(size * BASELINE)
        if self.turned:
            left, top = round(x - size / 2) - (down - base) + int(size * (1 - BASELINE)), round(y) - edge
            reach = (down, across)
        else:
            left, top = round(x) - edge, round(y) - base
            reach = (across, down)
        if left >= mask.width or top >= mask.height or left + reach[0] <= 0 or top + reach[1] <= 0:
            return
        square = Image.new("L", (across, down))
        ImageDraw.Draw(square).text((edge, base), self.text, 255, font, anchor="ls", stroke_width=stroke)
        if self.narrowed and width > size:
            square = square.resize((round(across * size / width), down), Image.Resampling.HAMMING)
            left = round(x) - round(edge * size / width)
        if self.turned:
            square = square.transpose(Image.Transpose.ROTATE_270)
        box = (left, top, left + square.width, top + square.height)
        mask.paste(ImageChops.lighter(mask.crop(box), square), (left, top))


@dataclass(frozen=True)
class Block:
    """A text that is set: its glyphs, and the width and height of the lines without what reaches beyond them."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)


def set_text(
    text: str, font: FreeTypeFont, face: Typeface, size: int, spacing: float, align: str, vertical: bool
) -> Block:
    """Set a text at `size` pixels an em, its lines `spacing` ems apart."""
    lines = [list(_column(line, font, face, size)) if vertical else list(_row(line, font)) for line in text.split("\n")]
    long = max((sum(advance for _text, advance, _kind in line) for line in lines), default=0.0)
    deep = size * (1 + spacing * (len(lines) - 1))
    glyphs = []
    for number, line in enumerate(lines):
        free = long - sum(advance for _text, advance, _kind in line)
        place = {"start": 0.0, "middle": free / 2, "end": free}[align]
        off = size * spacing * number
        for piece, advance, kind in line:
            glyphs.append(
                _standing(piece, kind, font, size, deep - off - size, place)
                if vertical
                else Glyph(piece, place, off + size * BASELINE)
            )
            place += advance
    return Block(deep, long, glyphs) if vertical else Block(long, deep, glyphs)


def _row(line: str, font: FreeTypeFont) -> Iterator[tuple[str, float, str]]:
    for one in line:
        yield one, font.getlength(one), ""


def _column(line: str, font: FreeTypeFont, face: Typeface, size: int) -> Iterator[tuple[str, float, str]]:
    """Pieces of a column with how far each reaches down, and how it stands: `upright`, `together` or `turned`."""
    position = 0
    while position < len(line):
        together = _TOGETHER.match(line, position)
        if together is not None:
            yield together[0], size, "together"
            position = together.end()
            continue
        one = line[position]
        form = face.upright(one)
        if form or _stands(one, font, size):
            yield form or one, size, "upright"
        else:
            yield one, font.getlength(one), "turned"
        position += 1


def _stands(character: str, font: FreeTypeFont, size: int) -> bool:
    if unicodedata.east_asian_width(character) in ("W", "F", "H"):
        return True
    return not character.isspace() and font.getlength(character) >= _WHOLE * size


def _standing(piece: str, kind: str, font: FreeTypeFont, size: int, left: float, down: float) -> Glyph:
    """A piece of a column whose left edge is at `left`, `down` pixels below its top."""
    if kind == "turned":
        return Glyph(piece, left + size / 2, down, turned=True)
    width = font.getlength(piece)
    if kind == "together":
        return Glyph(piece, left + max(0.0, (size - width) / 2), down + size * BASELINE, narrowed=True)
    return Glyph(piece, left + (size - width) / 2, down + size * BASELINE)
