"""What metatags take: the typed value of each form."""

from __future__ import annotations

import pytest

from tagging.query import Metatag, MetatagKind, QueryError, Registry, parse, registry
from tagging.query.metatags import standard_registry
from tagging.query.readers import integers
from tagging.query.values import Choices, Clock, Interval, Numbers, Order, Presence, Text, UserName

NOW = Clock.utc()


def numbers(*points: int, intervals: tuple[Interval, ...] = ()) -> Numbers:
    return Numbers(frozenset(points), intervals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", numbers(5)),
        ("-5", numbers(-5)),
        (">5", numbers(intervals=(Interval(5, None, low_open=True),))),
        (">=5", numbers(intervals=(Interval(5, None),))),
        ("<5", numbers(intervals=(Interval(None, 5, high_open=True),))),
        ("<=5", numbers(intervals=(Interval(None, 5),))),
        ("5..", numbers(intervals=(Interval(5, None),))),
        ("..5", numbers(intervals=(Interval(None, 5),))),
        ("...5", numbers(intervals=(Interval(None, 5, high_open=True),))),
        ("5..10", numbers(intervals=(Interval(5, 10),))),
        ("10..5", numbers(intervals=(Interval(5, 10),))),
        ("5...10", numbers(intervals=(Interval(5, 10, high_open=True),))),
        ("5..5", numbers(5)),
        ("-5..-2", numbers(intervals=(Interval(-5, -2),))),
        ("5,6,7", numbers(5, 6, 7)),
        ("5,7..9,>20", numbers(5, intervals=(Interval(7, 9), Interval(20, None, low_open=True)))),
    ],
)
def test_numbers(text: str, expected: Numbers) -> None:
    assert integers()(text, False, NOW) == expected


@pytest.mark.parametrize(("number", "inside"), [(4, False), (5, True), (8, True), (10, False), (21, True)])
def test_numbers_contain(number: int, inside: bool) -> None:
    assert integers()("5,7..9,>20", False, NOW).contains(number) is inside


def test_numbers_that_may_be_missing() -> None:
    read = integers(nullable=True)
    assert read("any", False, NOW) == Presence(True)
    assert read("NONE", False, NOW) == Presence(False)
    assert not Presence(False).contains(3)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rating:g", Choices(frozenset("g"))),
        ("rating:Explicit,q", Choices(frozenset("eq"))),
        ("status:any", Choices(frozenset({"any"}))),
        ("user:Ann", UserName("Ann")),
        ("model:tiny*", Text("tiny*")),
        ('model:"tiny*"', Text("tiny*", literal=True)),
        ("order:id", Order("id", ascending=True)),
        ("order:id_asc", Order("id", ascending=True)),
        ("order:id_desc", Order("id", ascending=False)),
        ("order:CREATED_AT", Order("created_at", ascending=False)),
        ("order:created_at_asc", Order("created_at", ascending=True)),
    ],
)
def test_a_metatag_has_this_value(query: str, expected: object) -> None:
    tree = parse(query)
    assert isinstance(tree, Metatag)
    assert registry.read(tree) == expected


def test_a_star_in_quotes_is_a_star() -> None:
    assert Text("tiny*").is_pattern
    assert not Text("tiny*", literal=True).is_pattern


def test_a_feature_registers_its_metatag_and_order() -> None:
    mine = Registry()
    mine.register(MetatagKind("score", integers(), aliases=("points",)))
    mine.register_order("score")
    assert parse("points:>3 order:score", mine) == parse("score:>3 order:score", mine)
    with pytest.raises(QueryError, match="unknown_metatag"):
        parse("score:>3", Registry())
    with pytest.raises(ValueError, match="taken"):
        mine.register(MetatagKind("points", integers()))
    with pytest.raises(ValueError, match="taken"):
        mine.register_order("score")


def test_an_unknown_metatag_names_those_there_are() -> None:
    with pytest.raises(QueryError) as caught:
        parse("source:x", standard_registry())
    assert caught.value.params["name"] == "source"
    assert caught.value.params["known"] == ("id", "model", "order", "rating", "status", "user")
