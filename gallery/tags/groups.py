"""Tags of a post or a page by category, with the links that narrow a search by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.links.searches import SearchTerms, posts_url
from tagging.models import DISPLAY_ORDER, Category, Tag
from tagging.query import Not
from tagging.query import Tag as TagTerm


@dataclass(frozen=True)
class TagLine:
    """One tag: its own search, and the one at hand with it (`plus`) and without it (`minus`), if offered."""

    name: str
    kind: str
    count: int
    url: str
    plus: str
    minus: str

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class TagGroup:
    """The tags of one category."""

    label: str
    kind: str
    lines: list[TagLine]


def category_word(category: int) -> str:
    """The word of a tag's category in addresses and class names: `general`, `artist` …"""
    return Category(category).name.lower()


def group_tags(tags: Iterable[tuple[Tag, int]], search: SearchTerms, *, by_name: bool = False) -> list[TagGroup]:
    """Groups in the order in which a post shows them; within one the largest first, or by name.

    The number of a pair is what stands beside the tag; `search` is the one at hand.
    """
    linked = search.linkable
    lines: dict[int, list[TagLine]] = {}
    for tag, count in sorted(tags, key=lambda pair: (pair[0].name,) if by_name else (-pair[1], pair[0].name)):
        term = TagTerm(tag.name)
        line = TagLine(
            name=tag.name,
            kind=category_word(tag.category),
            count=count,
            url=posts_url(tag.name),
            plus=posts_url(search.with_term(tag.name)) if linked and term not in search.terms else "",
            minus=posts_url(search.with_term(tag.name, negated=True))
            if linked and Not(term) not in search.terms
            else "",
        )
        lines.setdefault(tag.category, []).append(line)
    return [
        TagGroup(str(category.label), category_word(category), lines[category])
        for category in DISPLAY_ORDER
        if category in lines
    ]
