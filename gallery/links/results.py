"""Links beside the results of a search: its orders, ready-made searches, the tags that a `*` stands for."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.errors import UserFacingError
from gallery.links.searches import SearchTerms, posts_url
from gallery.tags.groups import category_word
from gallery.tags.listing import TagFilter
from gallery.visibility import Viewer
from tagging.query import Metatag, QueryError, Wildcard, leaves, parse, registry
from tagging.query.tree import Node

# In the order of the menu; one that the site has not registered is left out.
ORDERS = (
    ("", _("Newest")),
    ("id", _("Oldest")),
    ("score", _("Best rated")),
    ("favcount", _("Most favourites")),
    ("views", _("Most viewed")),
    ("hot", _("Hot")),
    ("rank", _("Rising")),
    ("random", _("Random")),
)
_SAME_AS_NONE = {"id_desc"}
# What a search for the posts like one is sorted by, unless it says otherwise.
_LIKENESS = (("", _("Most alike")), ("id_desc", _("Newest")))
READY_MADE = (
    ("has:prompt", _("With their prompt")),
    ("is:sfw", _("Safe for work")),
    ("order:hot", _("Hot now")),
    ("order:views", _("Most viewed")),
    ("order:favcount", _("Most kept")),
    ("has:prompt score:>9", _("Good prompts to learn from")),
    ("age:<1w order:score", _("Best of the week")),
)
_SEEDS = 2**31
WILDCARDS_SHOWN, WILDCARD_TAGS_SHOWN = 3, 25


@dataclass(frozen=True)
class OrderLink:
    """One line of the order menu."""

    label: Any
    url: str
    current: bool


@dataclass(frozen=True)
class WildcardTag:
    """One tag that a pattern fits, with the search for it in the pattern's place."""

    name: str
    kind: str
    count: int
    url: str

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class WildcardTags:
    """What a pattern of a search stands for, as far as this viewer may know; the largest first."""

    pattern: str
    tags: list[WildcardTag]


def order_links(asked: SearchTerms) -> list[OrderLink]:
    """The same search in every order that most readers want; a search in another one has that as its last line."""
    known = set(registry.orders())
    now, _colon, _seed = asked.order.partition(":")
    orders: tuple[tuple[str, Any], ...] = ORDERS
    if sum(isinstance(term, Metatag) and term.name == "similar" for term in asked.terms) == 1:
        orders = (*_LIKENESS, *ORDERS[1:])
    elif now in _SAME_AS_NONE:
        now = ""
    links = [
        OrderLink(label, posts_url(asked.with_order(_seeded(value))), now == value)
        for value, label in orders
        if not value or value in known
    ]
    if not any(link.current for link in links):
        links.append(OrderLink(f"order:{asked.order}", posts_url(asked.with_order(asked.order)), True))
    return links


def random_order(asked: SearchTerms) -> str:
    """The search, shuffled anew. Terms that rule the whole search, such as another order, are left out."""
    kept = tuple(term for term in asked.terms if not _rules_all(term))
    return SearchTerms(kept).with_order(_seeded("random"))


def ready_made() -> list[dict[str, Any]]:
    """Searches to begin with, as far as the site can answer them."""
    return [{"query": query, "label": label, "url": posts_url(query)} for query, label in READY_MADE if _works(query)]


def wildcard_tags(terms: Iterable[Node], viewer: Viewer) -> list[WildcardTags]:
    """The tags that the search's patterns stand for; of a few patterns, for each costs a look through the tags."""
    search = SearchTerms(tuple(terms))
    found = []
    for term in [term for term in search.terms if isinstance(term, Wildcard)][:WILDCARDS_SHOWN]:
        try:
            tags = list(TagFilter(name=term.pattern).tags(viewer)[:WILDCARD_TAGS_SHOWN])
        except UserFacingError:
            continue
        others = SearchTerms(tuple(other for other in search.terms if other != term))
        lines = [
            WildcardTag(tag.name, category_word(tag.category), tag.general_count, posts_url(others.with_term(tag.name)))
            for tag in tags
        ]
        found.append(WildcardTags(term.pattern, lines))
    return found


def _seeded(order: str) -> str:
    # A number of its own for each link: the shuffle stays the same from page to page.
    return f"random:{secrets.randbelow(_SEEDS)}" if order == "random" else order


def _rules_all(term: Node) -> bool:
    kind = registry.kind(term.name) if isinstance(term, Metatag) else None
    return kind is not None and kind.singleton


def _works(query: str) -> bool:
    try:
        for leaf in leaves(parse(query)):
            if isinstance(leaf, Metatag):
                registry.read(leaf)
    except QueryError:
        return False
    return True
