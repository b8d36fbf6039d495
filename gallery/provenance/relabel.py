"""A PNG of ours gets another label while its pixels stay as they are coded: milliseconds instead of a second."""

import struct
import zlib
from collections.abc import Iterator

from gallery.provenance.label import Label
from gallery.provenance.labels import XMP_KEYWORD
from gallery.provenance.xmp import label_packet

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What shows the picture. Whatever else stands in the file, manifests and texts above all, is left behind.
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"IDAT", b"IEND"})


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
