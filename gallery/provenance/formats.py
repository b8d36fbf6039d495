"""The kinds of file that a picture is given away as."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileFormat:
    """`extension` is that of its names, `mime` its media type, `pillow` what Pillow calls it.

    `longest_side` in pixels is the format's own limit; `most_pixels` keeps what it takes to code one within a gigabyte.
    """

    name: str
    extension: str
    mime: str
    pillow: str
    longest_side: int
    most_pixels: int

    def can_hold(self, width: int, height: int) -> bool:
        """Whether a picture of that size can be made one here."""
        return max(width, height) <= self.longest_side and width * height <= self.most_pixels


PNG = FileFormat("PNG", "png", "image/png", "PNG", 2**31 - 1, 2**62)
JPEG = FileFormat("JPEG", "jpg", "image/jpeg", "JPEG", 65_535, 100_000_000)
WEBP = FileFormat("WebP", "webp", "image/webp", "WEBP", 16_383, 50_000_000)
# 33 bytes a pixel, measured at 40 megapixels.
AVIF = FileFormat("AVIF", "avif", "image/avif", "AVIF", 65_535, 25_000_000)

FORMATS: dict[str, FileFormat] = {form.extension: form for form in (PNG, JPEG, WEBP, AVIF)}


def formats_for(width: int, height: int) -> list[FileFormat]:
    """The formats that can hold a picture of that size; PNG always can."""
    return [form for form in FORMATS.values() if form.can_hold(width, height)]
