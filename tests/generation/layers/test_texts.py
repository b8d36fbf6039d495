"""Texts as they are set and drawn."""

from typing import Any

import pytest
from PIL import Image

from generation.layers.fonts import typefaces
from generation.layers.texts import Drawn, Text, drawn, written
from generation.layers.typesetting import Glyph, set_text

SIZE = (400, 300)


def ink(**fields: Any) -> Drawn:
    made = drawn(Text(**({"size": 40, "outline_width": 0} | fields)), SIZE)
    assert made is not None
    return made


def column(text: str, size: int = 40) -> list[Glyph]:
    face = typefaces()["gothic"]
    return set_text(text, face.at(size), face, size, 1.5, "start", True).glyphs


def test_lines_go_across_and_columns_down() -> None:
    across, down = ink(text="あいうえお"), ink(text="あいうえお", vertical=True)
    assert across.image.width > 4 * across.image.height
    assert down.image.height > 4 * down.image.width


def test_the_middle_of_the_block_is_where_it_was_put() -> None:
    made = ink(text="国", x=25, y=75)
    assert abs(made.left + made.image.width / 2 - 100) < 4
    assert abs(made.top + made.image.height / 2 - 225) < 4


def test_columns_go_from_right_to_left() -> None:
    first, second = column("愛\n国")
    assert (first.text, second.text) == ("愛", "国")
    assert first.x - second.x == 60


def test_punctuation_takes_its_vertical_form() -> None:
    face = typefaces()["gothic"]
    marks = "、。ー「」っ"
    assert [glyph.text for glyph in column(marks)] == [face.upright(mark) for mark in marks]
    assert not any(glyph.turned for glyph in column(marks))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("12月", [("12", False), ("月", False)]),
        ("第100話", [("第", False), ("100", False), ("話", False)]),
        ("2026", [(one, True) for one in "2026"]),
        ("3.5", [(one, True) for one in "3.5"]),
        ("何!?", [("何", False), ("!?", False)]),
        ("A子", [("A", False), ("子", False)]),
        ("OK", [("O", True), ("K", True)]),
    ],
)
def test_short_numbers_stand_upright_in_one_square(text: str, pieces: list[tuple[str, bool]]) -> None:
    assert [(glyph.text, glyph.turned) for glyph in column(text)] == pieces


def test_three_figures_are_pressed_into_the_width_of_a_character() -> None:
    wide = ink(text="888", vertical=True)
    assert wide.image.width <= 41
    assert ink(text="888").image.width > 50


def test_latin_lies_on_its_side_reading_downwards() -> None:
    # An L's foot is at its right below; turned clockwise it stands at the left below.
    upright, turned = ink(text="LL"), ink(text="LL", vertical=True)
    assert turned.image.height == pytest.approx(upright.image.width, abs=2)
    grey = turned.image.getchannel("A")
    strip = grey.crop((0, 0, grey.width, grey.height // 2))
    foot = strip.crop((0, strip.height - 6, strip.width, strip.height)).getbbox()
    assert foot is not None
    assert foot[0] == 0
    assert abs(turned.left + turned.image.width / 2 - 200) < 6


@pytest.mark.parametrize("align", ["start", "middle", "end"])
def test_short_lines_stand_where_they_should(align: str) -> None:
    face = typefaces()["gothic"]
    block = set_text("ああああ\nい", face.at(20), face, 20, 1.2, align, False)
    assert block.glyphs[-1].x == {"start": 0, "middle": 30, "end": 60}[align]


def test_an_outline_lies_below_the_letters_of_all_of_the_text() -> None:
    made = ink(text="国国", colour="#ff0000", outline="#0000ff", outline_width=6)
    plain = ink(text="国国", colour="#ff0000")
    assert made.image.width - plain.image.width in (11, 12, 13)
    inside = Image.new("RGBA", made.image.size)
    inside.paste(plain.image, (plain.left - made.left, plain.top - made.top))
    solid = [
        made.image.getpixel((x, y))
        for x in range(inside.width)
        for y in range(inside.height)
        if inside.getpixel((x, y))[3] == 255
    ]
    assert set(solid) == {(255, 0, 0, 255)}
    assert made.image.getpixel((0, made.image.height // 2))[:3] == (0, 0, 255)


def test_soft_edges_without_an_outline_have_the_letters_own_colour() -> None:
    made = ink(text="愛", colour="#ffffff", outline="#000000")
    assert {pixel[:3] for pixel in made.image.get_flattened_data()} == {(255, 255, 255)}


def test_nothing_reaches_beyond_the_picture() -> None:
    made = ink(text="はみ出す長い文字列です", size=200, x=0, y=0)
    assert (made.left, made.top) == (0, 0)
    assert made.image.width <= SIZE[0]
    assert drawn(Text(text="外", size=20, x=150, y=150), SIZE) is None


def test_the_same_text_is_drawn_the_same_elsewhere() -> None:
    one, other = ink(text="愛、", x=40, y=40), ink(text="愛、", x=60, y=70)
    assert one.image.tobytes() == other.image.tobytes()


def test_a_large_long_text_takes_no_more_memory_than_the_picture() -> None:
    made = drawn(Text(text="国" * 399, size=1000, outline_width=60), (64, 64))
    assert made is not None
    assert made.image.width <= 64


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("が\r\nぎ\rぐ", "が\nぎ\nぐ"),
        ("か\u3099", "が"),
        ("a\x00b\u200d\u202ec", "abc"),
        ("\n\n一 \n二\n", "一\n二"),
        ("☆\ufe0f", "☆"),
        ("a\u2003b\u2009c\xa0d\u3000e", "a b c\xa0d\u3000e"),
        ("a\u2028b\u2029c\x85d", "a\nb\nc\nd"),
    ],
)
def test_what_is_kept_of_what_is_typed(typed: str, kept: str) -> None:
    assert written(typed) == kept


@pytest.mark.parametrize("vertical", [False, True])
def test_blanks_of_every_kind_draw_nothing(vertical: bool) -> None:
    blanks = [chr(code) for code in range(0x10000) if chr(code).isspace() and written(f"a{chr(code)}b") != "ab"]
    assert len(blanks) > 15
    for blank in blanks:
        kept = written(f"愛{blank}国")
        assert not Text(text=kept).missing()
        inked = ink(text=kept, vertical=vertical)
        alone = [ink(text=one, vertical=vertical) for one in "愛国"]
        dark = sum(inked.image.getchannel("A").get_flattened_data())
        assert dark == sum(sum(one.image.getchannel("A").get_flattened_data()) for one in alone), f"{ord(blank):x}"


def test_what_another_version_wrote_is_read_as_far_as_it_can_be() -> None:
    text = Text(text="愛", vertical=True)
    assert Text.from_dict(text.to_dict() | {"later": 1}) == text
    for broken in (
        {"size": "big"},
        {"face": []},
        {"x": float("nan")},
        {"colour": "red"},
        {"text": "😀"},
        {"size": 10**9},
    ):
        assert Text.from_dict(text.to_dict() | broken) is None
    assert Text.from_dict(["no"]) is None
    assert Text.from_dict({"text": 3}) is None
