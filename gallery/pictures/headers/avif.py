"""AVIF's boxes (ISO/IEC 14496-12 and 23008-12): sizes, how long Exif and XMP are, and which colours are meant."""

from collections.abc import Iterator

from gallery.pictures.headers.facts import CutOff, Facts

_TEXTS = {b"Exif", b"mime", b"uri "}


def walk(data: bytes) -> Facts:
    """Raises `CutOff` where a box is longer than the file."""
    facts, seen = Facts("avif"), set[bytes]()
    try:
        for kind, start, end in _boxes(data, 0, len(data)):
            seen.add(kind)
            if kind == b"meta":
                _see_meta(facts, data, start + 4, end)
            elif kind != b"mdat":  # how many pictures a sequence (`moov`) has is asked of the decoder
                facts.saw_part(end - start)
    except CutOff:
        # What stands behind a whole picture is nobody's, as in the other formats.
        if not {b"meta", b"mdat"} <= seen or not facts.width:
            raise
    return facts


def _see_meta(facts: Facts, data: bytes, start: int, end: int) -> None:
    texts, lengths = set[int](), dict[int, int]()
    primary, colours, whose = 0, dict[int, tuple[int, int]](), list[tuple[int, int]]()
    for kind, inner, inner_end in _boxes(data, start, end):
        facts.saw_part()
        if kind == b"iprp":
            for group, group_start, group_end in _boxes(data, inner, inner_end):
                if group == b"ipco":
                    colours = _see_properties(facts, data, group_start, group_end)
                elif group == b"ipma":
                    facts.saw_part(group_end - group_start)
                    whose += _associations(data[group_start:group_end])
        elif kind == b"pitm":
            primary = _int(data, inner + 4, 2 if data[inner] == 0 else 4)
        elif kind == b"iinf":
            wide = 2 if data[inner : inner + 1] == b"\0" else 4
            for entry, entry_start, _end in _boxes(data, inner + 4 + wide, inner_end):
                facts.saw_part()
                if entry == b"infe":
                    number, what = _entry(data, entry_start)
                    if what in _TEXTS:
                        texts.add(number)
        elif kind == b"iloc":
            lengths = dict(_lengths(data[inner:inner_end]))
        elif kind == b"idat":
            facts.saw_part(inner_end - inner)
    for number in texts:
        facts.saw_part(lengths.get(number, 0))
    # A picture for brighter screens, or what makes it one, may have other colours beside those of the picture itself.
    mine = (colours[at] for item, at in whose if item == primary and at in colours)
    facts.code_points = next(mine, None)


def _see_properties(facts: Facts, data: bytes, start: int, end: int) -> dict[int, tuple[int, int]]:
    """The code points among them, by their place, which counts from 1."""
    colours = {}
    for place, (kind, inner, inner_end) in enumerate(_boxes(data, start, end), 1):
        facts.saw_part(inner_end - inner)
        if kind == b"ispe":
            width, height = _int(data, inner + 4, 4), _int(data, inner + 8, 4)
            # One for the whole and one for each tile of a grid: the whole is the largest.
            if width * height > facts.width * facts.height:
                facts.width, facts.height = width, height
        elif kind == b"colr" and data[inner : inner + 4] == b"nclx":
            colours[place] = _int(data, inner + 4, 2), _int(data, inner + 6, 2)
    return colours


def _associations(box: bytes) -> Iterator[tuple[int, int]]:
    """Each item's number and the place of one of its properties, from the content of an `ipma` box."""
    wide, long = 2 if box[0] == 0 else 4, 1 + (box[3] & 1)
    place = 8
    while place + wide < len(box):
        item, count = _int(box, place, wide), box[place + wide]
        place += wide + 1
        for at in range(place, min(place + long * count, len(box)), long):
            yield item, _int(box, at, long) & (0x7F if long == 1 else 0x7FFF)
        place += long * count


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the content of each box in a range."""
    while start + 8 <= end:
        size, kind, head = _int(data, start, 4), data[start + 4 : start + 8], 8
        if size == 1:
            size, head = _int(data, start + 8, 8), 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise CutOff
        yield kind, start + head, start + size
        start += size


def _entry(data: bytes, start: int) -> tuple[int, bytes]:
    """An item's number and type from its `infe` box of version 2 or 3; older ones name no type."""
    version = data[start]
    wide = 2 if version == 2 else 4
    if version < 2:
        return 0, b""
    after = start + 4 + wide + 2
    return _int(data, start + 4, wide), data[after : after + 4]


def _lengths(box: bytes) -> Iterator[tuple[int, int]]:
    """Each item's number and its length in bytes, from the content of an `iloc` box."""
    version, sizes, more = box[0], box[4], box[5]
    offset_wide, length_wide, base_wide = sizes >> 4, sizes & 15, more >> 4
    index_wide = more & 15 if version in (1, 2) else 0
    wide = 2 if version < 2 else 4
    place, count = 6 + wide, _int(box, 6, wide)
    for _ in range(count):
        if place >= len(box):
            return
        number = _int(box, place, wide)
        place += wide + (2 if version in (1, 2) else 0) + 2 + base_wide
        extents, place, length = _int(box, place, 2), place + 2, 0
        if extents * (index_wide + offset_wide + length_wide) > len(box) - place:
            raise CutOff
        for _extent in range(extents):
            length += _int(box, place + index_wide + offset_wide, length_wide)
            place += index_wide + offset_wide + length_wide
        yield number, length


def _int(data: bytes, start: int, wide: int) -> int:
    return int.from_bytes(data[start : start + wide], "big")
