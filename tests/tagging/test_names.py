"""What a tag may be called."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tagging.messages import explain_name
from tagging.names import MAX_LENGTH, TagNameError, normalise_tag, validate_tag
from tagging.query import QueryError, Tag, parse, print_query


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Long Hair", "long_hair"),
        ("  long   hair ", "long_hair"),
        ("１ｇｉｒｌ", "1girl"),
        ("long\u3000hair", "long_hair"),
        ("long_hair", "long_hair"),
        ("", ""),
    ],
)
def test_a_name_is_normalised(typed: str, name: str) -> None:
    assert normalise_tag(typed) == name


@pytest.mark.parametrize(
    "name",
    ["1girl", "long_hair", "foo_(bar)", ":3", ">_<", "^_^", "@__@", ":)", ">:(", "x" * MAX_LENGTH, "re:zero", "c++"],
)
def test_a_tag_may_be_called_so(name: str) -> None:
    validate_tag(name)


BAD = [
    ("", "empty"),
    ("x" * (MAX_LENGTH + 1), "too_long"),
    ("猫", "not_ascii"),
    ("caf\u00e9", "not_ascii"),
    ("a b", "not_ascii"),
    ("a\x00", "not_ascii"),
    ("a*", "forbidden_character"),
    ("a,b", "forbidden_character"),
    ("Cat", "forbidden_character"),
    ("-a", "bad_start"),
    ("~a", "bad_start"),
    ("_a", "bad_start"),
    ("(a)", "bad_start"),
    ("/a", "bad_start"),
    ("a_", "bad_end"),
    ("a__b", "double_underscore"),
    ("a_(b", "unbalanced_brackets"),
    ("a)", "unbalanced_brackets"),
    ("rating:g", "metatag_prefix"),
    ("source:x", "metatag_prefix"),
    ("and", "reserved"),
    ("not", "reserved"),
]


@pytest.mark.parametrize(("name", "code"), BAD)
def test_no_tag_may_be_called_so(name: str, code: str) -> None:
    with pytest.raises(TagNameError) as caught:
        validate_tag(name)
    assert caught.value.code == code
    with translation.override("en"):
        sentence = explain_name(caught.value)
    assert sentence.endswith(".")
    assert "%(" not in sentence


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_every_allowed_name_can_be_searched_for(text: str) -> None:
    """Also inside brackets and negated: a name is never an operator, a group or a metatag."""
    name = normalise_tag(text)
    try:
        validate_tag(name)
    except TagNameError:
        return
    assert parse(name) == Tag(name)
    assert parse(f"-(a or {print_query(Tag(name))} )") == parse(f"-(a or {name} )")


def test_a_reserved_name_is_no_tag_in_a_query_either() -> None:
    with pytest.raises(QueryError):
        parse("rating:zebra")
