"""Searches that differ from the one at hand by one term or by their order, for the links on a page."""

from urllib.parse import urlencode

from django.urls import reverse

from tagging.query import Metatag, Not, QueryError, Tag, conjunction, parse, print_query, split_order
from tagging.query.tree import And, Node

DEFAULT_ORDER = ""


def posts_url(query: str = "", page: str | None = None) -> str:
    """The address of a search and, where given, of one of its pages."""
    params = {key: value for key, value in (("tags", query), ("page", page)) if value}
    return reverse("gallery:posts") + (f"?{urlencode(params)}" if params else "")


def terms(query: str) -> list[Node]:
    """The terms that all have to match, without the order; nothing for a query that cannot be read."""
    try:
        _order, rest = split_order(parse(query))
    except QueryError:
        return []
    if isinstance(rest, And):
        return list(rest.children)
    return [rest] if print_query(rest) else []


def order_of(query: str) -> str:
    """The value of `order:` as typed in lower case, or the empty string."""
    try:
        order, _rest = split_order(parse(query))
    except QueryError:
        return DEFAULT_ORDER
    return order.value.lower() if order else DEFAULT_ORDER


def with_term(query: str, name: str, *, negated: bool = False) -> str:
    """`query` and the tag `name`, or without it (`negated`); a term that says the opposite is dropped."""
    tag = Tag(name)
    wanted: Node = Not(tag) if negated else tag
    kept = [term for term in terms(query) if term not in (tag, Not(tag))]
    return _ordered(conjunction([*kept, wanted]), order_of(query))


def without_term(query: str, term: Node) -> str:
    """`query` without one of its `terms`."""
    kept = [other for other in terms(query) if other != term]
    return _ordered(conjunction(kept), order_of(query))


def with_order(query: str, order: str) -> str:
    """`query` in another order; the empty string is the default order."""
    return _ordered(conjunction(terms(query)), order)


def _ordered(tree: Node, order: str) -> str:
    return print_query(conjunction([tree, Metatag("order", order)]) if order else tree)
