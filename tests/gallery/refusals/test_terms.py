"""Finding words: the automaton against a slow look at every place, and how words of rules are written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.refusals.normal import readings
from gallery.refusals.terms import BadTerm, Finder, Term, read_terms, word

LETTERS = "ab 歳あ1"
TEXTS = st.text(LETTERS, max_size=40)


@st.composite
def words(draw):
    body = draw(st.text(LETTERS, min_size=2, max_size=6))
    try:
        return word(draw(st.sampled_from(["", "*"])) + body + draw(st.sampled_from(["", "*"])))
    except BadTerm:
        return word("ab")


def slow(wanted, innocent, reading):
    """Every place, every word; a word counts unless an innocent one covers it."""
    covers = [
        (place, place + len(one.pattern))
        for one in innocent
        for place in range(len(reading))
        if reading.startswith(one.pattern, place)
    ]
    return {
        one
        for one in wanted
        for place in range(len(reading))
        if reading.startswith(one.pattern, place)
        and not any(start <= place and place + len(one.pattern) <= end for start, end in covers)
    }


@settings(max_examples=400)
@given(st.lists(words(), max_size=6), st.lists(words(), max_size=3), TEXTS)
def test_it_finds_what_a_slow_look_finds(wanted, innocent, text):
    finder = Finder(wanted, innocent)
    for reading in readings(text):
        assert finder.found(reading) == slow(wanted, innocent, reading)


@settings(max_examples=200)
@given(words(), TEXTS)
def test_ends_of_words_are_those_of_a_regular_expression(one, text):
    reading = readings(text)[0]
    before = r"(?<= )" if one.pattern[0] == " " else ""
    after = r"(?= )" if one.pattern[-1] == " " else ""
    expected = re.search(before + re.escape(one.text) + after, reading) is not None
    assert (one in Finder([one]).found(reading)) == expected


@pytest.mark.parametrize(
    ("term", "found", "missed"),
    [
        ("cat", "a cat, sitting", "concatenate"),
        ("cat*", "cats", "bobcat"),
        ("*cat", "bobcat", "cats"),
        ("*cat*", "concatenate", "dog"),
        ("black cat", "black_cat", "black dog, cat"),
        ("猫", "黒猫がいる", "犬"),
        ("CAT", "cat", "dog"),
    ],
)
def test_how_words_are_written(term, found, missed):
    finder = Finder([word(term)])
    assert any(finder.found(reading) for reading in readings(found))
    assert not any(finder.found(reading) for reading in readings(missed))


def test_both_sides_of_a_plus():
    assert read_terms("cat + dog\n\n bird ") == [Term((word("cat"), word("dog"))), Term((word("bird"),))]


@pytest.mark.parametrize("bad", ["a", "*", "!?", "cat +", "+", "**", "\u200b"])
def test_words_that_would_be_found_everywhere_or_nowhere(bad):
    with pytest.raises(BadTerm):
        read_terms(bad)


def test_an_innocent_word_covers_a_shorter_one():
    finder = Finder([word("blue")], [word("navy blue")])
    assert not finder.found(readings("navy blue")[0])
    assert finder.found(readings("navy blue, blue")[0])
