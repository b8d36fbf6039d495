"""OpenRaster and PSD as they are written, read by code that isn't ours."""

from io import BytesIO

import pytest
from PIL import Image

from generation.layers.layer import Layer, clean_name
from generation.layers.openraster import write_openraster
from generation.layers.packbits import packed_rows
from generation.layers.psd import MAX_SIDE, TooLarge, write_psd
from tests.generation.layers.lines import flattened, patched, picture, read_ora, same

NAMES = ["手 · inpaint · seed 123", "🖌️ e\u0301 <b>&\"'", "x" * 300, ""]


def layers(flat: Image.Image) -> list[Layer]:
    part = flat.crop((10, 5, 20, 9)).convert("RGBA")
    part.putpixel((0, 0), (0, 0, 0, 0))
    return [
        Layer(NAMES[0], flat),
        Layer(NAMES[1], part, 10, 5),
        Layer(NAMES[2], Image.new("RGBA", (1, 1)), 0, 0),
        Layer(NAMES[3], flat.crop((0, 0, 3, 3)).convert("RGBA"), -1, -1),
    ]


def png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def ora(parts: list[Layer], flat: Image.Image) -> bytes:
    out = BytesIO()
    write_openraster(out, parts, lambda: png(flat))
    return out.getvalue()


def psd(parts: list[Layer], flat: Image.Image, xmp: bytes = b"") -> bytes:
    out = BytesIO()
    write_psd(out, BytesIO(), parts, lambda: flat, size=flat.size, xmp=xmp)
    return out.getvalue()


def test_openraster_keeps_names_places_and_pixels() -> None:
    flat = picture()
    parts = layers(flat)[:3]
    found, merged = read_ora(ora(parts, flat))
    assert [(name, x, y) for name, _seen, _image, x, y in found] == [
        (NAMES[0], 0, 0),
        ("🖌️ e\u0301 <b>&\"'", 10, 5),
        ("x" * 199 + "…", 0, 0),
    ]
    assert all(same(image, part.image) for (_n, _s, image, _x, _y), part in zip(found, parts, strict=True))
    assert same(merged, flat)
    assert same(flattened(found, flat.size), flat)


def test_the_same_layers_make_the_same_file() -> None:
    flat = picture()
    assert ora(layers(flat), flat) == ora(layers(flat), flat)


def test_what_is_replaced_is_kept_and_hidden() -> None:
    old, new = picture(20, 20), picture(40, 30)
    parts = [Layer("old", old), Layer("new", new, replaces=True), Layer("patch", patched(new, (0, 0, 1, 1), (1, 1, 1)))]
    found, _merged = read_ora(ora(parts, new))
    assert [(name, seen) for name, seen, *_rest in found] == [
        ("old", "hidden"),
        ("new", "visible"),
        ("patch", "visible"),
    ]
    content = psd(parts, new)
    assert content.count(b"8BIMnorm\xff\x00\x02\x00") == 1
    assert content.count(b"8BIMnorm\xff\x00\x00\x00") == 2


def test_psd_as_pillow_reads_it() -> None:
    flat = picture(41, 33)
    parts = layers(flat)
    content = psd(parts, flat, xmp=b"<x:xmpmeta/>")
    with Image.open(BytesIO(content)) as read:
        assert (read.format, read.mode, read.size) == ("PSD", "RGB", flat.size)
        assert same(read, flat)
        assert [(mode, box) for _name, mode, box, _tile in read.layers] == [
            ("RGB", (0, 0, 41, 33)),
            ("RGBA", (10, 5, 20, 9)),
            ("RGBA", (0, 0, 1, 1)),
            ("RGBA", (-1, -1, 2, 2)),
        ]
    for name in (NAMES[0], NAMES[1]):
        units = name.encode("utf-16-be")
        assert (len(units) // 2).to_bytes(4, "big") + units in content
    assert b"<x:xmpmeta/>" in content


def test_psd_with_transparency() -> None:
    flat = picture().convert("RGBA")
    flat.putpixel((4, 4), (1, 2, 3, 4))
    with Image.open(BytesIO(psd([Layer("base", flat)], flat))) as read:
        assert read.mode == "RGBA"
        assert same(read, flat)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (3, 1), (2, 257), (129, 2)])
def test_odd_sizes_are_written_whole(size: tuple[int, int]) -> None:
    flat = picture(*size)
    found, merged = read_ora(ora([Layer("base", flat)], flat))
    assert same(found[0][2], flat)
    assert same(merged, flat)
    with Image.open(BytesIO(psd([Layer("base", flat)], flat))) as read:
        assert same(read, flat)
        read.seek(1)
        assert same(read, flat)


def test_a_psd_has_at_most_30_000_pixels_a_side() -> None:
    with pytest.raises(TooLarge):
        write_psd(BytesIO(), BytesIO(), [], lambda: picture(), size=(MAX_SIDE + 1, 1))


def test_rows_are_packed_each_by_itself() -> None:
    plane = Image.frombytes(
        "L", (300, 3), bytes(300) + bytes(n * 7 % 256 for n in range(300)) + b"\7" * 150 + bytes(150)
    )
    assert [unpacked(row) for row in packed_rows(plane)] == [plane.tobytes()[n : n + 300] for n in (0, 300, 600)]


def unpacked(row: bytes) -> bytes:
    out, at = b"", 0
    while at < len(row):
        head = row[at]
        if head < 128:
            out, at = out + row[at + 1 : at + head + 2], at + head + 2
        else:
            out, at = out + row[at + 1 : at + 2] * (257 - head), at + 2
    return out


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("手\n足", "手 足"),
        ("a\x00b\x1b[31m\u2028c\ud800", "a b [31m c"),
        ("  \ufffe x \uffff", "x"),
        ("👩‍🎨 愛", "👩‍🎨 愛"),
        # A PSD holds 255 units of UTF-16, of which such a character takes two.
        ("🖌" * 150, "🖌" * 127 + "…"),
    ],
)
def test_names_are_one_clean_line(name: str, kept: str) -> None:
    assert clean_name(name) == kept
