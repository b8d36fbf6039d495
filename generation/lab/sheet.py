"""Pictures laid out as one: a table with the values of its axes at the top and at the left. Knows no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gallery.ingest import MAX_PIXELS

MOST_PIXELS = min(MAX_PIXELS, 16_000_000)
"""Of a sheet: more than a screen shows, and encoded within seconds. Cells are scaled down until it fits."""
MOST_SIDE = 8192
LINES = 3
"""Most lines of a label; what doesn't fit ends with an ellipsis."""
PAPER, INK, QUIET, EMPTY = (250, 249, 246), (27, 28, 30), (85, 87, 92), (228, 225, 218)
FONTS = Path(__file__).parent.parent / "layers" / "fonts"
"""Fonts with Japanese that the site brings along."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
PictureOf = Callable[[int, int], Image.Image | None]


@dataclass(frozen=True)
class Side:
    """An axis: what differs, and its values."""

    title: str
    labels: Sequence[str]


def lay_out(columns: Side, rows: Side | None, size: tuple[int, int], picture_of: PictureOf) -> Image.Image:
    """The sheet, RGB. `size`: width and height of the largest picture in pixels; `picture_of(column, row)` brings one,
    None where nothing came out. One picture is in memory at a time."""
    plan = _Plan.of(columns, rows, size)
    sheet = Image.new("RGB", (plan.width, plan.height), PAPER)
    pen = ImageDraw.Draw(sheet)
    plan.write_labels(pen, columns, rows)
    for row in range(len(rows.labels) if rows else 1):
        for column in range(len(columns.labels)):
            left, top = plan.corner(column, row)
            picture = picture_of(column, row)
            if picture is None:
                pen.rectangle((left, top, left + plan.cell[0] - 1, top + plan.cell[1] - 1), fill=EMPTY)
                continue
            fitted = _fitted(picture.convert("RGB"), plan.cell)
            place = (left + (plan.cell[0] - fitted.width) // 2, top + (plan.cell[1] - fitted.height) // 2)
            sheet.paste(fitted, place)
    return sheet


@dataclass(frozen=True)
class _Plan:
    cell: tuple[int, int]
    gap: int
    left: int
    top: int
    width: int
    height: int
    font: Font
    line: int

    @classmethod
    def of(cls, columns: Side, rows: Side | None, size: tuple[int, int]) -> _Plan:
        """Cells as large as can be: scaled up to be readable where pictures are tiny, and down to fit the bounds."""
        across, down = len(columns.labels), len(rows.labels) if rows else 1
        scale = max(1.0, 160 / min(size))
        for _attempt in range(60):
            cell = (max(16, round(size[0] * scale)), max(16, round(size[1] * scale)))
            text = max(11, min(40, min(cell) // 12))
            font, line = _font(text), round(text * 1.35)
            gap = max(4, text // 2)
            left = gap if rows is None else gap * 2 + min(max(cell[0] // 2, text * 7), text * 16)
            top = gap * 2 + line * (LINES + 1)
            width, height = left + across * (cell[0] + gap), top + down * (cell[1] + gap)
            if width * height <= MOST_PIXELS and max(width, height) <= MOST_SIDE:
                break
            scale *= 0.93
        return cls(cell, gap, left, top, width, height, font, line)

    def corner(self, column: int, row: int) -> tuple[int, int]:
        return self.left + column * (self.cell[0] + self.gap), self.top + row * (self.cell[1] + self.gap)

    def write_labels(self, pen: ImageDraw.ImageDraw, columns: Side, rows: Side | None) -> None:
        pen.text((self.left, self.gap // 2 + 1), columns.title, fill=QUIET, font=self.font)
        for column, label in enumerate(columns.labels):
            left, _top = self.corner(column, 0)
            lines = wrapped(label, self.font, self.cell[0], LINES)
            below = self.top - self.gap - len(lines) * self.line
            for number, text in enumerate(lines):
                pen.text((left, below + number * self.line), text, fill=INK, font=self.font)
        if rows is None:
            return
        room = self.left - self.gap * 2
        title = wrapped(rows.title, self.font, room, 1)
        pen.text((self.gap, self.top - self.gap - self.line), title[0] if title else "", fill=QUIET, font=self.font)
        for row, label in enumerate(rows.labels):
            _left, top = self.corner(0, row)
            for number, text in enumerate(wrapped(label, self.font, room, max(1, self.cell[1] // self.line))):
                pen.text((self.gap, top + number * self.line), text, fill=INK, font=self.font)


def wrapped(text: str, font: Font, width: int, lines: int) -> list[str]:
    """The text in at most so many lines of at most `width` pixels; between words where there are any, else anywhere."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines:
        fits = _fitting(rest, font, width)
        if fits < len(rest):
            space = rest.rfind(" ", 1, fits + 1)
            fits = space if space > fits // 3 else fits
        found.append(rest[:fits].strip())
        rest = rest[fits:].strip()
    if rest and found:
        last = found[-1]
        while last and font.getlength(f"{last}…") > width:
            last = last[:-1]
        found[-1] = f"{last.rstrip()}…"
    return found


def _fitting(text: str, font: Font, width: int) -> int:
    """How many of its first characters are at most so wide: one at least."""
    low, high = 1, min(len(text), 400)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(text[:middle]) <= width else (low, middle - 1)
    return low


def _fitted(picture: Image.Image, cell: tuple[int, int]) -> Image.Image:
    scale = min(cell[0] / picture.width, cell[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    """One with Japanese where the site has it; Pillow's own, which has Latin letters alone, where it doesn't."""
    files = sorted(FONTS.glob("*.[ot]tf"), key=lambda file: ("sans" not in file.name.lower(), file.name))
    for file in files:
        try:
            return ImageFont.truetype(str(file), size)
        except OSError:
            continue
    return ImageFont.load_default(size)
