"""Finding takes again: a search in the gallery's language, compiled to a condition on one's own takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.errors import Invalid
from gallery.models import User
from gallery.search.expressions import ALL
from gallery.search.metatags.prompts import words_in
from generation.desk.terms import CONDITIONS, IS, ORDERS, STATES, registry
from generation.models import Take
from tagging.edit import resolve_tags
from tagging.messages import explain
from tagging.models import Tag as TagRow
from tagging.names import normalise_tag
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
    leaves,
    parse,
    split_order,
)
from tagging.query.values import Clock, Order

MAX_WILDCARDS = 10
NEWEST = Order("newest", False)


@dataclass(frozen=True)
class Asked:
    """A search of one's takes: what matches, and in which order."""

    condition: Q
    order: Order = NEWEST


def read(text: str, user: User) -> Asked:
    """What `text` asks for. Raises QueryError (the text) and Invalid (a word without letters, too many wildcards)."""
    clock = Clock(timezone.localtime())
    tree = parse(text, registry, clock)
    order, rest = split_order(tree)
    if sum(isinstance(leaf, Wildcard) for leaf in leaves(tree)) > MAX_WILDCARDS:
        raise Invalid("too_many_wildcards", limit=MAX_WILDCARDS)
    names = {normalise_tag(leaf.name) for leaf in leaves(tree) if isinstance(leaf, Tag)}
    condition = _Compiler(user.pk, clock, resolve_tags(names) if names else {}).condition(rest)
    if not _names_state(tree):
        condition &= STATES["active"]
    asked = registry.read(order, clock) if order is not None else NEWEST
    if not isinstance(asked, Order):
        raise TypeError(f"{asked!r} is no order")
    return Asked(condition, asked)


def found(user: User, asked: Asked) -> QuerySet[Take]:
    """All that matches, without order. What was erased is never found."""
    return Take.objects.filter(asked.condition, owner=user, erased_at=None)


def sentence_for(error: QueryError) -> str:
    """The error as a sentence in the reader's language. It holds text that the reader typed: escape it in HTML."""
    if error.code != "unknown_metatag":
        return explain(error)
    nearest = error.params["nearest"] or error.params["known"]
    said = _("takes have no %(name)s: search. What they have: %(names)s.") % {
        "name": error.params["name"],
        "names": ", ".join(f"{name}:" for name in nearest),
    }
    return _("Column %(column)d: %(problem)s") % {"column": error.column, "problem": said}


def chip_counts(user: User) -> dict[str, int]:
    """How many takes each of the ready-made searches finds."""
    active, takes = STATES["active"], Take.objects.filter(owner=user, erased_at=None)
    return takes.aggregate(
        all=Count("pk", filter=active),
        picked=Count("pk", filter=active & IS["pick"]),
        undecided=Count("pk", filter=active & IS["undecided"]),
        rejected=Count("pk", filter=active & IS["reject"]),
        later=Count("pk", filter=active & Q(to_fix__len__gt=0)),
        published=Count("pk", filter=active & IS["published"]),
        archive=Count("pk", filter=STATES["archived"]),
        bin=Count("pk", filter=STATES["binned"]),
    )


class _Compiler:
    """Walks one tree; `tags` are those that the names in it lead to."""

    def __init__(self, owner: int, clock: Clock, tags: dict[str, TagRow]) -> None:
        self.owner, self.clock, self.tags = owner, clock, tags

    def condition(self, node: Node) -> Q:
        match node:
            case Everything():
                return ALL
            case Tag(name):
                return self._word(name)
            case Wildcard(pattern):
                return words_in("words", pattern, literal=False)
            case Metatag(name):
                return CONDITIONS[name](registry.read(node, self.clock), self.owner)
            case Not(child):
                return ~self.condition(child)
            case And(children):
                return reduce(and_, map(self.condition, children))
            case Or(children):
                return reduce(or_, map(self.condition, children))

    def _word(self, name: str) -> Q:
        """The words as typed, or those of the tag that they are another name for."""
        condition = words_in("words", name, literal=True)
        tag = self.tags.get(normalise_tag(name))
        if tag is not None and tag.name != normalise_tag(name):
            condition |= words_in("words", tag.name, literal=True)
        return condition


def _names_state(tree: Node) -> bool:
    """Whether the search itself speaks of the archive or the bin."""
    named = [leaf for leaf in leaves(tree) if isinstance(leaf, Metatag)]
    words = {word.strip().lower() for leaf in named if leaf.name == "is" for word in leaf.value.split(",")}
    return any(leaf.name == "status" for leaf in named) or bool(words & {"archived", "binned"})


__all__ = ["ORDERS", "Asked", "chip_counts", "found", "read", "sentence_for"]
