"""The typefaces that come with the site: all that they say they have, they draw."""

import pytest
from PIL import Image

from generation.layers.fonts import VERTICAL, Typeface, typefaces
from generation.layers.fonts.collect import characters

FACES = sorted(typefaces())
MOST_BYTES = 4 * 2**20
# In Unicode's UAX #50 these have another form in vertical text (Tu or Tr).
TURNING = "、。，．ー「」『』（）［］｛｝〈〉《》【】〔〕：；＝～〜…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
# Nothing is seen of these.
BLANK = {0x20, 0xA0, 0xAD, 0x3000}


def ink(face: Typeface, character: str, size: int = 32) -> bytes:
    font = face.at(size)
    return bytes(font.getmask(character, "L")) + repr(font.getbbox(character)).encode()


@pytest.mark.parametrize("key", FACES)
def test_every_character_draws_something_of_its_own(key: str) -> None:
    face = typefaces()[key]
    nothing = ink(face, "\U000e0fff")  # the box that stands for what is missing
    assert nothing.strip(b"\0")
    empty = [
        f"U+{code:04X}"
        for code in sorted(face.characters)
        if code not in BLANK
        and (face.at(32).getmask(chr(code), "L").getbbox() is None or ink(face, chr(code)) == nothing)
    ]
    assert empty == []


@pytest.mark.parametrize("key", FACES)
def test_japanese_latin_and_signs_are_there(key: str) -> None:
    face = typefaces()[key]
    levels = [
        bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp", "ignore") for row in range(16, 85) for cell in range(1, 95)
    ]
    kanji = [one for one in levels if one]
    assert len(kanji) == 6355
    kana = [chr(code) for code in (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB))]
    latin = [chr(code) for code in (*range(0x21, 0x7F), *range(0xC0, 0x100))]
    assert [one for one in [*kanji, *kana, *latin, *TURNING, *"♥♪★①㍻髙﨑〒※→"] if not face.has(one)] == []
    # Of Latin with other accents they have what romaji needs.
    assert [chr(code) for code in characters() - face.characters if code >= 0x180] == ["≒"]
    assert all(face.has(one) for one in "āēīōūŒœ")


@pytest.mark.parametrize("key", FACES)
def test_punctuation_has_its_form_in_vertical_text(key: str) -> None:
    face = typefaces()[key]
    assert [one for one in TURNING if not face.upright(one)] == []
    assert [one for one in "、。ー「」" if ink(face, face.upright(one)) == ink(face, one)] == []
    assert [one for one in "愛国" if face.upright(one)] == []


def where(face: Typeface, character: str) -> tuple[float, float]:
    """Middle of the ink in the character's square, 0 to 1 from the left and from the top."""
    square = Image.new("L", (100, 100))
    from PIL import ImageDraw

    ImageDraw.Draw(square).text((0, 88), character, 255, face.at(100), anchor="ls")
    left, top, right, bottom = square.getbbox() or (0, 0, 0, 0)
    return (left + right) / 200, (top + bottom) / 200


@pytest.mark.parametrize("key", FACES)
def test_a_comma_stands_right_above_in_columns_and_left_below_in_lines(key: str) -> None:
    face = typefaces()[key]
    for mark in "、。":
        x, y = where(face, mark)
        assert x < 0.4
        assert y > 0.6
        x, y = where(face, face.upright(mark))
        assert x > 0.6
        assert y < 0.4


@pytest.mark.parametrize("key", FACES)
def test_files_are_small_and_of_our_own_name(key: str) -> None:
    face = typefaces()[key]
    assert face.path.stat().st_size <= MOST_BYTES
    family, style = face.at(12).getname()
    assert (family, style) in {("Irodori Gothic", "Bold"), ("Irodori Mincho", "Bold")}
    assert "SIL OPEN FONT LICENSE" in face.path.with_name("OFL.txt").read_text("utf-8")


def test_forms_of_vertical_text_are_no_characters_of_their_own() -> None:
    face = typefaces()["gothic"]
    assert not face.has(chr(VERTICAL + ord("、")))
    assert not face.has("😀")
    assert face.has("\n")
    assert face.upright("😀") == ""
