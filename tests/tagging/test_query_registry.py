"""What features put into the registry, and what pages read from it."""

from __future__ import annotations

import pytest

from tagging.query import Metatag, MetatagKind, QueryError, Registry, parse
from tagging.query.readers import integers, text
from tagging.query.values import Order
from tests.tagging.every_kind import every_kind


def test_a_page_of_help_gets_each_metatag_once_in_its_section() -> None:
    registry = Registry()
    score = MetatagKind("score", integers(), ("points",), False, "numbers", lambda: "The votes.", ("score:>5",), ("0",))
    model = MetatagKind("model", text(), section="generation")
    steps = MetatagKind("steps", integers(), section="numbers")
    for kind in (score, model, steps):
        registry.register(kind)
    sections = registry.sections()
    assert list(sections) == ["order", "numbers", "generation"]
    assert sections["numbers"] == (score, steps)
    assert sections["numbers"][0].summary() == "The votes."
    assert registry.kind("POINTS") is score
    assert [kind.name for kind in registry.kinds()] == ["order", "score", "model", "steps"]


def test_order_itself_gets_its_words_from_the_gallery() -> None:
    registry = Registry()
    registry.register_order("id")
    registry.describe("order", section="sorting", summary=lambda: "Which posts come first.", examples=("order:id",))
    (order,) = registry.sections()["sorting"]
    assert (order.summary(), order.examples, order.singleton) == ("Which posts come first.", ("order:id",), True)
    assert registry.read(Metatag("order", "id")) == Order("id", False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("comment", Order("comment", False)),
        ("comm_asc", Order("comment", True)),
        ("COMM_DESC", Order("comment", False)),
        ("random", Order("random", False)),
        ("random:42", Order("random", False, 42)),
        ("random:007", Order("random", False, 7)),
        ("id", Order("id", True)),
        ("id_desc", Order("id", False)),
    ],
)
def test_an_order_is_read_as_this(value: str, expected: Order) -> None:
    assert every_kind.read(Metatag("order", value)) == expected


def test_each_order_can_be_listed_with_what_it_says() -> None:
    registry = Registry()
    registry.register_order("comment", aliases=("comm",), summary=lambda: "Newest comment first.")
    registry.register_order("random", seeded=True, reversible=False)
    kinds = registry.order_kinds()
    assert [(kind.key, kind.values(), kind.seeded) for kind in kinds] == [
        ("comment", ("comment", "comment_asc", "comment_desc"), False),
        ("random", ("random",), True),
    ]
    assert kinds[0].summary() == "Newest comment first."
    assert registry.orders() == ("comment", "comment_asc", "comment_desc", "comm", "comm_asc", "comm_desc", "random")


@pytest.mark.parametrize("key", ["comm", "comment", "comment_asc"])
def test_no_two_orders_share_a_word(key: str) -> None:
    registry = Registry()
    registry.register_order("comment", aliases=("comm",))
    with pytest.raises(ValueError, match="taken"):
        registry.register_order(key)


@pytest.mark.parametrize("name", ["", "Score", "my-score", "score:", "2score", "_score", "order"])
def test_a_metatag_is_called_by_a_new_word(name: str) -> None:
    with pytest.raises(ValueError, match="taken"):
        Registry().register(MetatagKind(name, integers()))


def test_a_wrong_order_names_the_nearest() -> None:
    with pytest.raises(QueryError) as caught:
        parse("order:commnt", every_kind)
    assert caught.value.params["nearest"][0] == "comment"


def test_a_metatag_that_is_not_here_names_the_nearest() -> None:
    with pytest.raises(QueryError) as caught:
        parse("filetype:png", every_kind)
    assert caught.value.params["nearest"] == ("filesize",)


@pytest.mark.parametrize("query", ["md5:0", "-md5:0", "MD5:0", "duration:5", "comments:>3", "active_pools:1"])
def test_a_metatag_of_danbooru_is_never_taken_for_a_tag(query: str) -> None:
    """`-md5:0` would find everything."""
    with pytest.raises(QueryError, match="unknown_metatag"):
        parse(query, Registry())
