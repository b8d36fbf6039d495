"""PackBits, row by row, as a PSD wants it: by libtiff, which packs each row by itself."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, TiffImagePlugin

_ROWS_PER_STRIP, _STRIP_OFFSETS, _STRIP_SIZES = 278, 273, 279


def packed_rows(plane: Image.Image) -> list[bytes]:
    """The rows of an 8-bit greyscale picture, each packed."""
    file = BytesIO()
    plane.save(file, "TIFF", compression="packbits", tiffinfo={_ROWS_PER_STRIP: 1})
    content = file.getvalue()
    with Image.open(BytesIO(content)) as strips:
        assert isinstance(strips, TiffImagePlugin.TiffImageFile)  # noqa: S101 - it was written as one
        tags = strips.tag_v2
    return [content[start : start + size] for start, size in zip(tags[_STRIP_OFFSETS], tags[_STRIP_SIZES], strict=True)]
