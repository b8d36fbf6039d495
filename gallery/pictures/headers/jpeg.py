"""JPEG's segments (ITU T.81) up to the first end of image; phones put further pictures behind it."""

import re

from gallery.pictures.headers.facts import CutOff, Facts
from gallery.pictures.limits import MAX_SCANS
from gallery.pictures.refusals import PictureRefused

# Start of frame; C4, C8 and CC are tables, not frames.
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
_SCAN, _END = 0xDA, 0xD9
# In the coded data 0xFF is followed by 0 (stuffing), a restart marker, or the next segment.
_NEXT = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")


def walk(data: bytes) -> Facts:
    """Raises `CutOff` where the file ends in the middle of a segment. A missing end of image is left to the decoder."""
    facts, scans, place = Facts("jpg"), 0, 2
    while True:
        found = _NEXT.search(data, place)
        if found is None:
            if facts.width and scans:
                return facts
            raise CutOff
        marker, place = data[found.end() - 1], found.end()
        if marker == _END:
            return facts
        if marker in (0x01, 0xD8):
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        if length < 2 or place + length > len(data):
            raise CutOff
        if marker in _FRAMES:
            # A second frame is no JPEG; the largest one is what a decoder could be led to.
            facts.height = max(facts.height, int.from_bytes(data[place + 3 : place + 5], "big"))
            facts.width = max(facts.width, int.from_bytes(data[place + 5 : place + 7], "big"))
        elif marker == _SCAN:
            scans += 1
            if scans > MAX_SCANS:
                raise PictureRefused("upload_too_many_parts", limit=MAX_SCANS)
        elif marker not in _TABLES:
            facts.saw_part(length - 2)
        place += length
