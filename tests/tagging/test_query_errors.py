"""Each way to write a query wrong: its code, its column and a sentence."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest
from django.utils import translation

from tagging import value_messages
from tagging.messages import explain
from tagging.query import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, QueryError
from tagging.query import parse as parse_with
from tagging.query.errors import CODES
from tagging.query.tokens import MAX_STARS
from tagging.query.tree import Node
from tests.tagging.every_kind import every_kind


def parse(text: str) -> Node:
    return parse_with(text, every_kind)


CASES = [
    ("(", "unbalanced_open", 1),
    ("(a", "unbalanced_open", 1),
    ("a (b (c)", "unbalanced_open", 3),
    ("foo(", "unbalanced_open", 4),
    ("foo(bar baz)", "unbalanced_open", 4),
    ("(a or :()", "unbalanced_open", 1),
    (")", "unbalanced_close", 1),
    ("a)", "unbalanced_close", 2),
    ("(a))", "unbalanced_close", 4),
    ("a)b(", "unbalanced_close", 2),
    ("*)", "unbalanced_close", 2),
    ("user:a)", "unbalanced_close", 7),
    ("()", "empty_group", 1),
    ("a -( )", "empty_group", 4),
    ("-", "dangling_operator", 1),
    ("a -", "dangling_operator", 3),
    ("a ~", "dangling_operator", 3),
    ("(a -)", "dangling_operator", 4),
    ("and", "dangling_operator", 1),
    ("or a", "dangling_operator", 1),
    ("a and", "dangling_operator", 3),
    ("a or", "dangling_operator", 3),
    ("(a or)", "dangling_operator", 4),
    ("a or or b", "dangling_operator", 3),
    ("a not", "dangling_operator", 3),
    ("-and", "dangling_operator", 1),
    ("~or a", "dangling_operator", 1),
    ("not or", "dangling_operator", 1),
    ("--a", "double_prefix", 2),
    ("-~a", "double_prefix", 2),
    ("a ~-b", "double_prefix", 4),
    ("~~a", "double_prefix", 2),
    ("not -a", "double_prefix", 5),
    ('user:"a', "unclosed_quote", 6),
    ("a model:'b c", "unclosed_quote", 9),
    ("source:x", "unknown_metatag", 1),
    ("a -Pool:x", "unknown_metatag", 4),
    ("pixelhash:0", "unknown_metatag", 1),
    ("rating:", "bad_value", 1),
    ("a rating:z", "bad_value", 3),
    ("rating:g,", "bad_value", 1),
    ("id:abc", "bad_value", 1),
    ("id: 5", "bad_value", 1),
    ("id:..", "bad_value", 1),
    ("id:5...5", "bad_value", 1),
    ("id:99999999999999999999", "bad_value", 1),
    ("id:9999999999999999999", "bad_value", 1),
    ("id:any", "bad_value", 1),
    ("user:", "bad_value", 1),
    ('user:"  "', "bad_value", 1),
    ("user:" + "x" * 151, "bad_value", 1),
    ("model:", "bad_value", 1),
    ("status:hidden", "bad_value", 1),
    ("order:score", "bad_value", 1),
    ("order:cheese", "bad_value", 1),
    ("order:id:3", "bad_value", 1),
    ("order:random:", "bad_value", 1),
    ("order:random:-1", "bad_value", 1),
    ("order:random:9223372036854775808", "bad_value", 1),
    ("order:random_desc", "bad_value", 1),
    ("steps:many", "bad_value", 1),
    ("cfg:7,5x", "bad_value", 1),
    ("denoise:any", "bad_value", 1),
    ("mpixels:-1", "bad_value", 1),
    ("ratio:16:0", "bad_value", 1),
    ("filesize:1tb", "bad_value", 1),
    ("filesize:999999999999999gb", "bad_value", 1),
    ("date:someday", "bad_value", 1),
    ("updated:someday", "bad_value", 1),
    ("date:2026-02-30", "bad_value", 1),
    ("age:old", "bad_value", 1),
    ("viewed:old", "bad_value", 1),
    ("age:<9999y", "bad_value", 1),
    ("evidence:x", "bad_value", 1),
    ("md:abc", "bad_value", 1),
    ("approver:", "bad_value", 1),
    ("prompt:", "bad_value", 1),
    ("parent:x", "bad_value", 1),
    ("parent:5x", "bad_value", 1),
    ("-order:id", "order_misplaced", 2),
    ("a or order:id", "order_misplaced", 6),
    ("~order:id ~a", "order_misplaced", 2),
    ("order:id order:id_desc", "order_repeated", 10),
    ("order:id a ordfav:ann", "order_conflict", 12),
    ("ordfav:ann order:id", "order_conflict", 12),
    ("limit:5 limit:5", "order_repeated", 9),
    ("-limit:5", "order_misplaced", 2),
    ("a\x00", "bad_character", 2),
    ('model:"\x07"', "bad_character", 8),
    ("a\u200bb", "bad_character", 2),
    ("b \u202ea", "bad_character", 3),
    ("\ud800", "bad_character", 1),
    ("cat \ufeff", "bad_character", 5),
    ("so\u00adft", "bad_character", 3),
    ("-\u2066a", "bad_character", 2),
    ("rat\u200bing:e", "bad_character", 4),
    ("\u3164", "bad_character", 1),
    ('prompt:"a\u202eb"', "bad_character", 10),
    ('prompt:"a\u200bb"', "bad_character", 10),
    ("user:a\u200db", "bad_character", 7),
    ("*", "wildcard_alone", 1),
    ("a -**", "wildcard_alone", 4),
    ("(* )", "wildcard_alone", 2),
    ("a*" * 9, "too_many_stars", 1),
    ("prompt:“a b", "unclosed_quote", 8),
    ("a" * (MAX_LENGTH + 1), "too_long", MAX_LENGTH + 1),
    ("a " * (MAX_TERMS + 1), "too_many_terms", 2 * MAX_TERMS + 1),
    ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "too_deep", MAX_DEPTH + 1),
    ("(" * MAX_LENGTH, "too_deep", MAX_DEPTH + 1),
]


@pytest.mark.parametrize(("query", "code", "column"), CASES)
def test_an_error_names_its_kind_and_place(query: str, code: str, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert (caught.value.code, caught.value.column) == (code, column)


@pytest.mark.parametrize(("query", "code", "column"), CASES)
def test_an_error_has_a_sentence(query: str, code: str, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    with translation.override("en"):
        sentence = explain(caught.value)
    assert sentence.startswith(f"Column {column}: ")
    assert sentence.endswith((".", "?"))
    assert "%(" not in sentence


def test_the_table_has_every_code() -> None:
    assert {code for _query, code, _column in CASES} == CODES


def test_a_sentence_says_what_was_read_and_what_would_be_right() -> None:
    with pytest.raises(QueryError) as caught:
        parse("cat id:abc")
    with translation.override("en"):
        assert explain(caught.value) == (
            "Column 5: id:abc — id takes a number, a range such as 20..30, >20 or <=30, or a list of these with commas."
        )


def test_every_sentence_for_a_wrong_value_is_tried_here() -> None:
    """`right_value` has a case for each thing that a reader may expect; a reader's test of errors reaches them all."""
    tried = set()
    for query, code, _column in CASES:
        if code == "bad_value":
            with pytest.raises(QueryError) as caught:
                parse(query)
            tried.add(caught.value.params["expected"])
    source = Path(value_messages.__file__).read_text(encoding="utf-8")
    assert tried == set(re.findall(r'case "(\w+)"', source))


def test_a_name_from_elsewhere_leads_to_the_nearest_here() -> None:
    with pytest.raises(QueryError) as caught:
        parse("child:5 filetype:png")
    with pytest.raises(QueryError) as near:
        parse("filetype:png")
    with translation.override("en"):
        assert explain(caught.value) == (
            "Column 1: this site has no child: search yet. The search help lists what it has."
        )
        assert explain(near.value) == "Column 1: this site has no filetype: search yet. Did you mean filesize:?"


def test_a_space_after_the_colon_is_explained() -> None:
    with pytest.raises(QueryError) as caught:
        parse("cat id: 5")
    with translation.override("en"):
        assert explain(caught.value) == (
            "Column 5: id: — write the value right after the colon, without a space, as in id:5..9."
        )


def test_the_limits_themselves_are_fine() -> None:
    parse("a*" * MAX_STARS)
    parse("a" * MAX_LENGTH)
    parse("a " * MAX_TERMS)
    parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)


@pytest.mark.parametrize("unit", ["a", "(", ")", "a)", "-", "~a ", "\\", 'user:"', "user:\\ ", "a or ", "\\ \\\\"])
def test_no_text_takes_long(unit: str) -> None:
    """Guards against catastrophic patterns (seconds), not against slow machines (milliseconds)."""
    text = ("a(" * 20 + unit * MAX_LENGTH)[:MAX_LENGTH]
    started = process_time()
    for query in (text, text[40:]):
        with suppress(QueryError):
            parse(query)
    assert process_time() - started < 2
