"""A PNG or JPEG of ours gets another label while its pixels stay as they are coded: no JPEG gets worse, and it takes
milliseconds instead of a second."""

import struct
import zlib
from collections.abc import Iterator

from gallery.provenance.label import Label
from gallery.provenance.labels import XMP_KEYWORD, blocks_for_jpeg
from gallery.provenance.xmp import label_packet

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What shows the picture. Whatever else stands in the file, manifests and texts above all, is left behind.
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"IDAT", b"IEND"})

XMP_HEADING = b"http://ns.adobe.com/xap/1.0/\0"
# JFIF and Adobe's segment say how colours are to be understood; all other segments of applications only tell something.
_JFIF, _ADOBE, _COMMENT, _SCAN = 0xE0, 0xEE, 0xFE, 0xDA


def relabelled_png(data: bytes, label: Label) -> bytes:
    """The PNG `data` with the texts of `label` in place of its own, unsigned. Raises `ValueError` if it is no PNG."""
    parts = [SIGNATURE]
    for kind, chunk in _chunks(data):
        if kind in _KEPT:
            parts.append(chunk)
        if kind == b"IHDR":
            parts += _texts(label)
    if len(parts) < 4 or not parts[-1][4:8] == b"IEND":
        raise ValueError("not a whole PNG")
    return b"".join(parts)


def relabelled_jpeg(data: bytes, label: Label) -> bytes:
    """The JPEG `data` with the texts of `label` in place of its own, unsigned. Raises `ValueError` if it is none."""
    head, tables = [b"\xff\xd8"], list[bytes]()
    for marker, segment in _segments(data):
        if marker == _JFIF:
            head.append(segment)  # which has to be the first
        elif marker == _ADOBE or not (0xE0 <= marker <= 0xEF or marker == _COMMENT):
            tables.append(segment)
    exif, packet = blocks_for_jpeg(label)
    head += [_segment(block) for block in (exif, packet and XMP_HEADING + packet) if block]
    return b"".join([*head, *tables])


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and all bytes of each segment before the first scan, then all that follows as one."""
    if not (data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")):
        raise ValueError("not a whole JPEG")
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF != data[at + 1]:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:
            yield marker, data[at:]
            return
        yield marker, data[at:end]
        at = end
    raise ValueError("the JPEG has no pixels")


def _segment(body: bytes) -> bytes:
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and all bytes of each chunk."""
    if not data.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    at = len(SIGNATURE)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            raise ValueError("the PNG ends too early")
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _texts(label: Label) -> Iterator[bytes]:
    if label.parameters:
        try:
            yield _chunk(b"tEXt", b"parameters\0" + label.parameters.encode("latin-1"))
        except UnicodeEncodeError:
            yield _international("parameters", label.parameters.encode("utf-8"))
    if packet := label_packet(label):
        yield _international(XMP_KEYWORD, packet)


def _international(keyword: str, text: bytes) -> bytes:
    # Uncompressed, without language and translated keyword.
    return _chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
