"""The kinds of file that a picture is given away as."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileFormat:
    """`extension` is that of its names, `mime` its media type, `pillow` what Pillow calls it; sides are in pixels."""

    name: str
    extension: str
    mime: str
    pillow: str
    longest_side: int


PNG = FileFormat("PNG", "png", "image/png", "PNG", 2**31 - 1)
JPEG = FileFormat("JPEG", "jpg", "image/jpeg", "JPEG", 65_535)
WEBP = FileFormat("WebP", "webp", "image/webp", "WEBP", 16_383)
AVIF = FileFormat("AVIF", "avif", "image/avif", "AVIF", 65_535)

FORMATS: dict[str, FileFormat] = {form.extension: form for form in (PNG, JPEG, WEBP, AVIF)}


def formats_for(width: int, height: int) -> list[FileFormat]:
    """The formats that can hold a picture of that size; PNG always can."""
    return [form for form in FORMATS.values() if max(width, height) <= form.longest_side]
