"""Edit strings: what is read in them."""

import pytest
from django.core.cache import cache
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.errors import Invalid
from gallery.tag_edits.terms import Act, Terms, read, typed_words, words_of
from tagging.models import Category
from tests.gallery.editing import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def test_words_terms_and_prefixes_are_told_apart():
    terms = read(
        """cat -Dog art:Mika char:miku_(vocaloid) parent:12 -parent:none -favgroup:"my list" source:'a b' 猫"""
    )
    assert terms.tags == {"cat": None, "mika": Category.ARTIST, "miku_(vocaloid)": Category.CHARACTER, "猫": None}
    assert terms.removed == ("dog",)
    assert terms.acts == (
        Act("parent", "12"),
        Act("parent", "none", negated=True),
        Act("favgroup", "my list", negated=True, quoted=True),
        Act("source", "a b", quoted=True),
    )


def test_full_width_words_are_read_as_what_they_mean():
    assert read("ｃａｔ －ｄｏｇ") == Terms({"cat": None}, ("dog",), ())


@pytest.mark.parametrize("word", ["pool:3", "-pool:3", "newpool:x", "status:active", "score:5", "width:>3", "order:id"])
def test_a_term_that_the_site_does_not_have_is_named(word):
    error = refusal(lambda: read(f"cat {word}"))
    assert word.lstrip("-") in error.message
    assert "this site has no" in error.message
    assert "parent:" in error.message


def test_every_wrong_word_is_named_at_once():
    message = refusal(lambda: read("cat foo* pool:1 a__b -rating:s")).message
    for word in ("foo*", "pool:1", "a__b", "-rating:s"):
        assert word in message


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(text):
    assert "".join("".join(words_of(text)).split()) == "".join(text.replace("\x00", " ").split())
    try:
        terms = read(text)
    except Invalid:
        return
    again = " ".join([*terms.tags, *(f"-{name}" for name in terms.removed)])
    if again.isascii():
        assert set(read(again).tags) == set(terms.tags)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tokyo night, rain", ["tokyo_night", "rain"]),
        ("tokyo night,\nrain ,", ["tokyo_night", "rain"]),
        ("夜景、 雨，", ["夜景", "雨"]),
        ("1girl red_hair, tokyo night", ["1girl", "red_hair", "tokyo_night"]),
        (
            "parent:12 tokyo night, -red hair, art:john smith",
            ["parent:12", "tokyo_night", "-red_hair", "art:john_smith"],
        ),
        ("cat dog child:1,2", ["cat", "dog", "child:1,2"]),
        ('cat dog source:"a, b,"', ["cat", "dog", 'source:"a, b,"']),
        (",, ,", []),
    ],
    ids=["prompt", "lines", "wide", "tags", "terms", "numbers", "quoted", "nothing"],
)
def test_commas_of_a_tag_box_separate_and_blanks_between_them_join(text, words):
    assert typed_words(text) == words


def test_tags_that_stood_in_the_box_are_not_joined_to_what_is_written_after_them():
    assert typed_words("Cat dog tokyo night, rain", ["cat", "dog"]) == ["Cat", "dog", "tokyo_night", "rain"]
