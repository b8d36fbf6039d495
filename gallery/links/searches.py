"""Searches that differ from the one at hand by one term or by their order, for the links on a page."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from tagging.query import Metatag, Not, QueryError, Tag, conjunction, leaves, parse, print_query, split_order
from tagging.query.singletons import ORDERING
from tagging.query.tree import And, Node

DEFAULT_ORDER = ""
# Each link on a page repeats the whole search; one of hundreds of words is no longer changed word by word.
MAX_LINKED = 30


def posts_url(query: str = "", page: str | None = None) -> str:
    """The address of a search and, where given, of one of its pages."""
    params = {key: value for key, value in (("tags", query), ("page", page)) if value}
    return reverse("gallery:posts") + (f"?{urlencode(params)}" if params else "")


@dataclass(frozen=True)
class SearchTerms:
    """A search taken apart: the terms that all have to match, and the value of `order:` ("" for the default order)."""

    terms: tuple[Node, ...] = ()
    order: str = DEFAULT_ORDER

    @classmethod
    def read(cls, query: str) -> "SearchTerms":
        """Parse once, link often. A query that cannot be read has no terms."""
        try:
            order, rest = split_order(parse(query))
        except QueryError:
            return cls()
        terms = rest.children if isinstance(rest, And) else (rest,) if print_query(rest) else ()
        return cls(terms, order.value.lower() if order else DEFAULT_ORDER)

    @property
    def linkable(self) -> bool:
        """Whether it is short enough for links that add or drop one term."""
        return sum(1 for term in self.terms for _leaf in leaves(term)) <= MAX_LINKED

    def with_term(self, name: str, *, negated: bool = False) -> str:
        """The query with the tag `name`, or without it (`negated`); a term that says the opposite is dropped."""
        tag = Tag(name)
        kept = [term for term in self.terms if term not in (tag, Not(tag))]
        return _ordered(conjunction([*kept, Not(tag) if negated else tag]), self.order)

    def by_author(self, name: str) -> str:
        """The query for the posts of one author alone."""
        return _ordered(conjunction([*self.terms, Metatag("user", name)]), self.order)

    def without_term(self, term: Node) -> str:
        """The query without one of its terms."""
        return _ordered(conjunction(other for other in self.terms if other != term), self.order)

    def with_order(self, order: str) -> str:
        """The query in another order; the empty string is the default order. What gives an order of its own keeps only
        its meaning: `ordfav:ann` becomes `fav:ann`.
        """
        terms = [_without_order(term) for term in self.terms]
        return _ordered(conjunction(term for term in terms if term is not None), order)


def _without_order(term: Node) -> Node | None:
    if not isinstance(term, Metatag) or term.name not in ORDERING:
        return term
    name = term.name.removeprefix("ord")
    return replace(term, name=name) if name in ("fav", "favgroup", "pool") else None


def _ordered(tree: Node, order: str) -> str:
    return print_query(conjunction([tree, Metatag("order", order)]) if order else tree)
