"""Photoshop documents: layers of RGB with 8 bits a channel (Adobe's "Photoshop File Formats Specification", 2019).

Written here rather than by a library, so that no more than one layer has to be in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from shutil import copyfileobj
from struct import pack
from typing import IO

from PIL import Image

from generation.layers.layer import Layer, clean_name
from generation.layers.packbits import packed_rows

MIME = "image/vnd.adobe.photoshop"
MAX_SIDE = 30_000
"""Pixels; of more there is another format, PSB."""
MAX_BYTES = 2**31 - 1
"""Of the section with all layers, whose length stands in 32 bits; programs read it with a sign."""
_RLE = 1
_CHANNELS = {"R": 0, "G": 1, "B": 2, "A": -1}
_HIDDEN = 2
_XMP = 1060


class TooLarge(Exception):  # noqa: N818 - the name is read as a sentence at the call
    """More than a PSD can hold."""


@dataclass
class _Record:
    """What stands of a layer before all pixels: its box, and the bytes that each channel takes."""

    name: str
    left: int
    top: int
    width: int
    height: int
    channels: list[tuple[int, int]]
    hidden: bool = False

    def written(self) -> bytes:
        box = pack(">iiii", self.top, self.left, self.top + self.height, self.left + self.width)
        channels = b"".join(pack(">hI", number, size) for number, size in self.channels)
        extra = pack(">II", 0, 0) + _short_name(self.name) + _long_name(self.name)
        flags = _HIDDEN if self.hidden else 0
        return (
            box
            + pack(">H", len(self.channels))
            + channels
            + b"8BIMnorm"
            + pack(">BBBx", 255, 0, flags)
            + pack(">I", len(extra))
            + extra
        )


def write_psd(
    out: IO[bytes],
    spool: IO[bytes],
    layers: Iterable[Layer],
    flat: Callable[[], Image.Image],
    *,
    size: tuple[int, int],
    xmp: bytes = b"",
) -> None:
    """Write `layers`, the lowest first, and the picture of `size` that they make, which `flat` fetches at the end, RGB
    or RGBA. `xmp` is a packet of its label. `spool`, an empty file, holds the pixels of layers meanwhile: what they are
    called and how large they are stands before all of them.

    Raises `TooLarge` (sides above `MAX_SIDE`, or too many bytes), and `OSError` when the disk refuses.
    """
    if max(size) > MAX_SIDE:
        raise TooLarge
    records: list[_Record] = []
    for layer in layers:
        if layer.replaces:
            for below in records:
                below.hidden = True
        records.append(_spooled(layer, spool))
        del layer  # gone before the next one is made
        if spool.tell() > MAX_BYTES:
            raise TooLarge
    head = b"".join(record.written() for record in records)
    length = 2 + len(head) + spool.tell()
    padding = -length % 4
    if length + padding > MAX_BYTES:
        raise TooLarge
    picture = flat()
    transparent = picture.mode == "RGBA"
    out.write(b"8BPS" + pack(">H6xHIIHH", 1, 4 if transparent else 3, size[1], size[0], 8, 3) + pack(">I", 0))
    resources = _resource(_XMP, xmp) if xmp else b""
    out.write(pack(">I", len(resources)) + resources)
    # A negative number of layers: the first channel beyond the colours is the transparency of them all.
    count = -len(records) if transparent else len(records)
    out.write(pack(">IIh", 4 + length + padding + 4, length + padding, count) + head)
    spool.seek(0)
    copyfileobj(spool, out, 2**20)
    out.write(bytes(padding) + pack(">I", 0))
    _write_merged(out, picture)


def _spooled(layer: Layer, pixels: IO[bytes]) -> _Record:
    image = layer.image if layer.image.mode == "RGBA" else layer.image.convert("RGB")
    channels = []
    for name in ("A", "R", "G", "B") if image.mode == "RGBA" else ("R", "G", "B"):
        rows = packed_rows(image.getchannel(name))
        content = pack(f">H{len(rows)}H", _RLE, *map(len, rows)) + b"".join(rows)
        pixels.write(content)
        channels.append((_CHANNELS[name], len(content)))
    return _Record(clean_name(layer.name), layer.left, layer.top, *image.size, channels)


def _write_merged(out: IO[bytes], flat: Image.Image) -> None:
    """The flat picture: the lengths of all rows of all channels, then the rows."""
    rows = [packed_rows(flat.getchannel(name)) for name in flat.mode]
    out.write(pack(">H", _RLE))
    for plane in rows:
        out.write(pack(f">{len(plane)}H", *map(len, plane)))
    for plane in rows:
        out.write(b"".join(plane))


def _short_name(name: str) -> bytes:
    """For old programs: at most 31 ASCII characters, with the length before them, filled up to four bytes."""
    kept = name.encode("ascii", "replace")[:31]
    text = bytes([len(kept)]) + kept
    return text + bytes(-len(text) % 4)


def _long_name(name: str) -> bytes:
    """The name in UTF-16, in the block that programs of this century read."""
    units = name.encode("utf-16-be")
    content = pack(">I", len(units) // 2) + units
    content += bytes(-len(content) % 4)
    return b"8BIMluni" + pack(">I", len(content)) + content


def _resource(number: int, content: bytes) -> bytes:
    return b"8BIM" + pack(">HHI", number, 0, len(content)) + content + bytes(len(content) % 2)
