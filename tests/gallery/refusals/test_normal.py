"""Readings: one spelling for many, and no word lost of what is written plainly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.refusals.normal import readings, spelling

TRICKS = {
    "full width": "ｆｏｒｂｉｄｄｅｎ",
    "upper case": "FORBIDDEN",
    "zero width": "for\u200bbid\u2060den",
    "turned around": "for\u202ebid\u202cden",
    "soft hyphen": "for\u00adbidden",
    "variation selector": "for\ufe0fbidden",
    "marks": "fòrbíddén",
    "stacked marks": "f\u0336o\u0336r\u0336b\u0336idden",
    "leet": "f0rb1dd3n",
    "cyrillic": "fоrbiddеn",
    "fancy letters": "𝓯𝓸𝓻𝓫𝓲𝓭𝓭𝓮𝓷",
    "circled letters": "ⓕⓞⓡⓑⓘⓓⓓⓔⓝ",
    "spelled out": "a picture, f o r b i d d e n",
    "dots": "f.o.r.b.i.d.d.e.n",
    "hyphens": "for-bid-den",
    "underscore": "for_bidden",
    "weighted": "(for)bidden",
    "brackets": "for[bid]den",
    "long": "forrrbiddennnn".replace("nnnn", "nnn"),
    "beside Japanese": "森のforbiddenな場所",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_of_writing_are_read(trick):
    assert any(" forbidden " in reading for reading in readings(TRICKS[trick])), readings(TRICKS[trick])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1girl, long_hair", "1girl long hair"),
        ("Ａ　Ｂ", "a b"),
        ("が", "が"),
        ("ｶﾞ", "ガ"),
        ("18歳", "18 歳"),
        ("<lora:Name:0.8>", "lora name 0 8"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_what_is_written_plainly_stays(text, expected):
    assert spelling(text) == expected


def test_a_number_stays_a_number():
    assert all(" 18 " in reading for reading in readings("18, smile"))


def test_japanese_is_read_without_blanks():
    assert any("禁止" in reading for reading in readings("禁 止"))


@given(st.text(max_size=60))
def test_a_reading_is_words_with_one_blank_between_them(text):
    for reading in readings(text):
        assert reading == f" {' '.join(reading.split())} "


@given(st.text(max_size=60))
def test_what_was_read_reads_the_same(text):
    assert spelling(spelling(text)) == spelling(text)
