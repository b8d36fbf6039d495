"""What a walker through a file's parts collects."""

import zlib
from dataclasses import dataclass

from gallery.pictures.limits import MAX_PARTS, MAX_TEXT_BYTES
from gallery.pictures.refusals import PictureRefused


@dataclass
class Facts:
    """Size in pixels as it is stored (not yet turned upright), and what else the limits are about.

    `kind`: png, jpg, webp or avif. `frames`: 1 for a still picture. `pixel_exact`: WebP without loss; `lossless`: that,
    or WebP with transparency, which is coded without loss.
    `parts`: how many there are beside image data; `text_bytes`: their texts and profiles, inflated. `code_points`: of
    its primaries and its transfer (ITU-T H.273), where it names them.
    """

    kind: str
    width: int = 0
    height: int = 0
    frames: int = 1
    lossless: bool = False
    pixel_exact: bool = False
    parts: int = 0
    text_bytes: int = 0
    code_points: tuple[int, int] | None = None

    def saw_part(self, size: int = 0) -> None:
        """Count a part that is no image data, with `size` bytes of text. Raises `PictureRefused` beyond the limits."""
        self.parts += 1
        self.text_bytes += size
        if self.parts > MAX_PARTS:
            raise PictureRefused("upload_too_many_parts", limit=MAX_PARTS)
        if self.text_bytes > MAX_TEXT_BYTES:
            raise PictureRefused("upload_too_much_text", limit=MAX_TEXT_BYTES // 2**20)

    def saw_deflated(self, packed: bytes) -> None:
        """Count a part that is deflated, inflating no more of it than the limit leaves."""
        self.saw_part(len(inflated(packed, MAX_TEXT_BYTES - self.text_bytes + 1)))


class CutOff(Exception):  # noqa: N818
    """The file ends before it said it would."""


def inflated(packed: bytes, most: int) -> bytes:
    """At most `most` bytes of what zlib packed; what can't be inflated is empty, as no reader will show it."""
    try:
        return zlib.decompressobj().decompress(packed, max(1, most))
    except zlib.error:
        return b""
