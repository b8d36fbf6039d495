"""WebP's chunks (RFC 9649)."""

from gallery.pictures.headers.facts import CutOff, Facts

_ALPHA = 0x10


def walk(data: bytes) -> Facts:
    """Raises `CutOff` where the file is shorter than it says."""
    facts = Facts("webp", frames=0)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + 1:  # some writers forget the last byte of padding
        raise CutOff
    place = 12
    while place + 8 <= min(end, len(data)):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        content = data[place + 8 : place + 8 + length]
        if len(content) < length:
            raise CutOff
        _see(facts, kind, content)
        place += 8 + length + length % 2
    facts.frames = max(1, facts.frames)
    return facts


def _see(facts: Facts, kind: bytes, content: bytes) -> None:
    if kind == b"VP8X":
        facts.lossless |= bool(content[:1] and content[0] & _ALPHA)
        _grow(facts, _int24(content, 4) + 1, _int24(content, 7) + 1)
    elif kind == b"VP8 ":
        _grow(facts, int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF)
    elif kind == b"VP8L":
        facts.lossless = facts.pixel_exact = True
        bits = int.from_bytes(content[1:5], "little")
        _grow(facts, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    elif kind == b"ANMF":
        facts.frames += 1
    elif kind == b"ALPH":
        facts.lossless = True
    else:
        facts.saw_part(len(content))


def _grow(facts: Facts, width: int, height: int) -> None:
    facts.width, facts.height = max(facts.width, width), max(facts.height, height)


def _int24(content: bytes, start: int) -> int:
    return int.from_bytes(content[start : start + 3], "little")
