"""What a page may say of a tag to one viewer: its kind, its number of posts, its relations, its newest posts.

A tag that the viewer may not be told of is as if it did not exist, on either end of a relation too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.cards import Card, cards
from gallery.errors import UserFacingError
from gallery.links.pages import tag_url
from gallery.links.searches import posts_url
from gallery.search import search
from gallery.tags.groups import category_word
from gallery.tags.known import told_to
from gallery.visibility import Viewer
from tagging.models import Tag, TagAlias
from tagging.query import QueryError, print_query
from tagging.query import Tag as TagTerm

RELATIONS_SHOWN = 200


@dataclass(frozen=True)
class TagName:
    """A tag in a line of text. `count` is of the posts that everybody may see."""

    name: str
    kind: str
    count: int
    url: str

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class TagFacts:
    """A tag with its relations: what else leads to it, what follows from it, what it follows from."""

    tag: Tag
    kind: str
    posts_url: str
    url: str
    old_names: list[str]
    implies: list[TagName]
    implied_by: list[TagName]

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.tag.name.replace("_", " ")


def facts_of(viewer: Viewer, name: str) -> TagFacts | None:
    """The tag of just this name; None if there is none that the viewer may be told of."""
    tag = Tag.objects.filter(told_to(viewer), name=name).first()
    if tag is None:
        return None
    told = Tag.objects.filter(told_to(viewer)).order_by("name")
    return TagFacts(
        tag=tag,
        kind=category_word(tag.category),
        posts_url=posts_url(print_query(TagTerm(tag.name))),
        url=tag_url(tag.name),
        old_names=list(tag.aliases.order_by("antecedent").values_list("antecedent", flat=True)[:RELATIONS_SHOWN]),
        implies=names(told.filter(implied_by__antecedent=tag)[:RELATIONS_SHOWN]),
        implied_by=names(told.filter(implications__consequent=tag)[:RELATIONS_SHOWN]),
    )


def newer_name(viewer: Viewer, name: str) -> str | None:
    """The tag that `name` is an old name of, if the viewer may be told of it."""
    alias = TagAlias.objects.filter(antecedent=name, consequent__in=Tag.objects.filter(told_to(viewer)))
    return alias.values_list("consequent__name", flat=True).first()


def names(tags: Iterable[Tag]) -> list[TagName]:
    """The tags as lines of text."""
    return [TagName(tag.name, category_word(tag.category), tag.general_count, tag_url(tag.name)) for tag in tags]


def newest_cards(viewer: Viewer, name: str, limit: int) -> list[Card]:
    """The newest posts with this tag that the viewer's lists hold; none where the search fails or takes too long."""
    query = print_query(TagTerm(name))
    try:
        return cards(search(query, viewer, limit=limit).posts, query, viewer=viewer, favourites=True)
    except (QueryError, UserFacingError):
        return []
