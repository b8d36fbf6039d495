"""What holds for every query."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tagging.query import (
    And,
    Everything,
    Metatag,
    Node,
    Not,
    Or,
    QueryError,
    Tag,
    Wildcard,
    conjunction,
    leaves,
    print_query,
    split_order,
    split_singletons,
)
from tagging.query import parse as parse_with
from tests.tagging.brute_force import matches
from tests.tagging.every_kind import every_kind
from tests.tagging.query_strategies import query_texts, trees

POST = {"id": 7, "tags": {"a", "b_c"}, "rating": "g", "status": "active", "user": "ann", "model": "tiny"}


def parse(text: str) -> Node:
    return parse_with(text, every_kind)


@given(trees())
def test_printing_and_reading_gives_the_same_tree(tree: Node) -> None:
    assert parse(print_query(tree)) == tree


@given(trees())
def test_canonical_text_is_canonical(tree: Node) -> None:
    text = print_query(tree)
    assert print_query(parse(text)) == text


@given(trees())
def test_what_rules_the_search_can_be_taken_off(tree: Node) -> None:
    text = f"ordfav:ann limit:5 {print_query(conjunction([tree, Tag('z')]))}"
    ruling, rest = split_singletons(parse(text), every_kind)
    assert ruling == {"ordfav": Metatag("ordfav", "ann"), "limit": Metatag("limit", "5")}
    assert rest == conjunction([tree, Tag("z")])
    assert split_singletons(tree, every_kind) == ({}, tree)


@given(trees())
def test_an_order_can_be_taken_off(tree: Node) -> None:
    order, rest = split_order(parse(f"order:id_desc {print_query(conjunction([tree, Tag('z')]))}"))
    assert order == Metatag("order", "id_desc")
    assert rest == conjunction([tree, Tag("z")])
    assert split_order(tree) == (None, tree)


@given(query_texts())
def test_any_text_gives_a_tree_or_a_query_error(text: str) -> None:
    outcome = _outcome(text)
    if isinstance(outcome, QueryError):
        assert 1 <= outcome.column <= len(text)
    else:
        assert _is_flat(outcome)
        assert parse(print_query(outcome)) == outcome
        assert all(1 <= leaf.column <= len(text) for leaf in leaves(outcome))


def _outcome(text: str) -> Node | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def _is_flat(tree: Node) -> bool:
    match tree:
        case And(children) | Or(children):
            return all(_is_flat(child) and type(child) not in (type(tree), Everything) for child in children)
        case Not(child):
            return _is_flat(child)
        case _:
            return True


small_leaves = st.sampled_from(
    [Tag("a"), Tag("x"), Wildcard("b_*"), Wildcard("*z"), Metatag("rating", "g"), Metatag("id", "<7,9"), Tag(":(")]
)


@given(trees(small_leaves), trees(small_leaves))
def test_operators_mean_what_they_say(one: Node, other: Node) -> None:
    first, second = print_query(one), print_query(other)
    is_one, is_other = matches(one, POST), matches(other, POST)
    assert matches(parse(f"({first} ) ({second} )"), POST) == (is_one and is_other)
    assert matches(parse(f"{first} or {second}"), POST) == (is_one or is_other)
    assert matches(parse(f"~({first} ) ~({second} )"), POST) == (is_one or is_other)
    assert matches(parse(f"-({first} )"), POST) == (not is_one)
