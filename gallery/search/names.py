"""What the names and patterns in a search stand for: tags, with how many posts they have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F

from gallery.errors import Invalid
from gallery.search.expressions import Like, like
from tagging.edit import resolve_tags
from tagging.models import Tag
from tagging.names import normalise_tag
from tagging.query import Node, Wildcard, leaves
from tagging.query import Tag as TagNode

WILDCARD_TAGS = 100
MAX_WILDCARDS = 10
_ABBREVIATION = re.compile(r"/[a-z0-9]{1,50}", re.ASCII)


@dataclass(frozen=True)
class Counted:
    """A tag's key and its number of active posts, which nobody is shown: it only chooses the way of searching."""

    id: int
    posts: int


@dataclass
class Names:
    """Tags by the name asked for, and by pattern; each looked up once."""

    tags: dict[str, Counted] = field(default_factory=dict)
    patterns: dict[str, list[Counted]] = field(default_factory=dict)

    def tag(self, name: str) -> Counted | None:
        """The tag that `name` leads to (aliases and other names followed), None if there is none."""
        return self.tags.get(normalise_tag(name))


def resolve(trees: Iterable[Node]) -> Names:
    """All names in the trees with one query for tags, one for aliases, one for abbreviations, one for each pattern."""
    found = [leaf for tree in trees for leaf in leaves(tree)]
    names = {normalise_tag(leaf.name) for leaf in found if isinstance(leaf, TagNode)}
    tags = {name: Counted(tag.pk, tag.post_count) for name, tag in resolve_tags(names).items()}
    tags |= _abbreviated({name for name in names - tags.keys() if _ABBREVIATION.fullmatch(name)})
    patterns = {leaf.pattern for leaf in found if isinstance(leaf, Wildcard)}
    return Names(tags, {pattern: _matching(pattern) for pattern in sorted(patterns)})


def check_wildcards(tree: Node) -> None:
    """Raises Invalid for more wildcards than the database can bear."""
    if sum(isinstance(leaf, Wildcard) for leaf in leaves(tree)) > MAX_WILDCARDS:
        raise Invalid("too_many_wildcards", limit=MAX_WILDCARDS)


def _abbreviated(names: set[str]) -> dict[str, Counted]:
    """`/lh` → the largest tag with these initials, such as long_hair."""
    if not names:
        return {}
    fitting = Tag.objects.filter(initials__in=[name[1:] for name in names])
    largest = fitting.order_by("initials", "-general_count", "name").distinct("initials")
    return {f"/{tag.initials}": Counted(tag.pk, tag.post_count) for tag in largest}


def _matching(pattern: str) -> list[Counted]:
    """The largest tags that fit, a hundred at most (Danbooru's limit)."""
    fitting = Tag.objects.filter(Like(F("name"), like(normalise_tag(pattern))))
    rows = fitting.order_by("-general_count", "name").values_list("pk", "post_count")
    return [Counted(pk, posts) for pk, posts in rows[:WILDCARD_TAGS]]
