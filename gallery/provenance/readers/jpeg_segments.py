"""Texts in the segments before a JPEG's pixels: XMP (also in parts), comments, the old IPTC caption.

Formats: XMP specification part 3, 1.1.3; IPTC-IIM 4.2 (dataset 2:120) in Photoshop's image resource 0x0404.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gallery.provenance.readers.allowance import Allowance
from gallery.provenance.readers.text import decoded

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_MOST_COMMENTS = 50


@dataclass(frozen=True)
class JpegTexts:
    """What `jpeg_texts` found: the XMP packet and its extension, comments, caption."""

    xmp: str = ""
    more_xmp: str = ""
    comments: tuple[str, ...] = ()
    caption: str = ""


def jpeg_texts(data: bytes, allowance: Allowance) -> JpegTexts:
    """The texts of a JPEG; empty ones for what is none."""
    xmp = b""
    parts: dict[int, bytes] = {}
    comments: list[str] = []
    caption = ""
    for marker, body in _segments(data):
        if marker == 0xFE and len(comments) < _MOST_COMMENTS:
            if text := decoded(allowance.take(body, "comment")).strip():
                comments.append(text)
        elif marker == 0xE1 and body.startswith(_XMP):
            xmp = xmp or allowance.take(body[len(_XMP) :], "XMP")
        elif marker == 0xE1 and body.startswith(_MORE_XMP):
            # After the name: 32 digits of the whole's MD5, its length, this part's place.
            head = len(_MORE_XMP) + 32
            place = int.from_bytes(body[head + 4 : head + 8], "big")
            if place not in parts:
                parts[place] = allowance.take(body[head + 8 :], "XMP")
        elif marker == 0xED and body.startswith(_PHOTOSHOP):
            caption = caption or _caption(body)
    more = b"".join(part for _place, part in sorted(parts.items()))
    return JpegTexts(decoded(xmp), decoded(more), tuple(comments), caption)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not data.startswith(b"\xff\xd8"):
        return
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xD9, 0xDA):
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _caption(body: bytes) -> str:
    at = len(_PHOTOSHOP)
    while body[at : at + 4] == b"8BIM":
        kind = int.from_bytes(body[at + 4 : at + 6], "big")
        name = 1 + (body[at + 6] if at + 6 < len(body) else 0)
        at += 6 + name + name % 2
        size = int.from_bytes(body[at : at + 4], "big")
        if kind == 0x0404:
            return _dataset(body[at + 4 : at + 4 + size])
        at += 4 + size + size % 2
    return ""


def _dataset(records: bytes) -> str:
    at = 0
    while at + 5 <= len(records) and records[at] == 0x1C:
        size = int.from_bytes(records[at + 3 : at + 5], "big")
        if records[at + 1] == 2 and records[at + 2] == 120:
            return decoded(records[at + 5 : at + 5 + size]).strip()
        at += 5 + size
    return ""
