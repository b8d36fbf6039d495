"""Which characters an OpenType font has, from its table `cmap` (format 12, which reaches beyond 16 bits)."""

from __future__ import annotations

from struct import unpack_from


def characters_of(font: bytes) -> frozenset[int]:
    """The code points that the font maps to a glyph. Raises `ValueError` for a font without a table of format 12."""
    (tables,) = unpack_from(">H", font, 4)
    for number in range(tables):
        tag, _sum, start, _length = unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            return _mapped(font, start)
    raise ValueError("the font has no cmap")


def _mapped(font: bytes, start: int) -> frozenset[int]:
    (subtables,) = unpack_from(">H", font, start + 2)
    for number in range(subtables):
        _platform, _encoding, offset = unpack_from(">HHI", font, start + 4 + 8 * number)
        (form,) = unpack_from(">H", font, start + offset)
        if form == 12:
            (groups,) = unpack_from(">I", font, start + offset + 12)
            ranges = (unpack_from(">III", font, start + offset + 16 + 12 * group) for group in range(groups))
            return frozenset(code for first, last, _glyph in ranges for code in range(first, last + 1))
    raise ValueError("the font has no cmap of format 12")
