"""PNG's chunks (W3C PNG, third edition)."""

from gallery.pictures.headers.facts import CutOff, Facts

_PIXELS = (b"IDAT", b"fdAT")


def walk(data: bytes) -> Facts:
    """Raises `CutOff` where the file ends in the middle of a chunk before IEND; what stands behind it is nobody's."""
    facts = Facts("png")
    place, last = 8, b""
    while last != b"IEND":
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        start, end = place + 8, place + 8 + length
        if kind == b"IEND" and end <= len(data):
            break
        if end + 4 > len(data):
            raise CutOff
        if kind not in _PIXELS:
            _see(facts, kind, data[start:end])
        place, last = end + 4, kind
    return facts


def _see(facts: Facts, kind: bytes, content: bytes) -> None:
    if kind == b"IHDR":
        facts.width, facts.height = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
        facts.saw_part()
    elif kind == b"acTL":
        facts.frames = max(1, int.from_bytes(content[:4], "big"))
        facts.saw_part()
    elif kind == b"cICP":
        if len(content) == 4:
            facts.code_points = content[0], content[1]
        facts.saw_part()
    elif kind in (b"zTXt", b"iCCP"):  # keyword, 0, method, packed
        facts.saw_deflated(content[content.find(b"\0") + 2 :])
    elif kind == b"iTXt" and _is_packed(content):
        _keyword, _zero, rest = content.partition(b"\0")
        packed = rest[2:].split(b"\0", 2)  # language, translated keyword, packed
        facts.saw_deflated(packed[2] if len(packed) == 3 else b"")
    else:
        # Whatever else it is, it is kept in memory by somebody: PLTE and the like are small.
        facts.saw_part(len(content))


def _is_packed(content: bytes) -> bool:
    flag = content.find(b"\0") + 1
    return flag > 0 and content[flag : flag + 1] == b"\1"
