"""At most so many posts of one author on a page, so that nobody fills it by publishing much at once.

A page is a stretch of the result. Of each author the first few posts on the way are shown; further ones are *folded*
into a link "more by …" as soon as that makes room for somebody else's, and the page goes on until it is full. It ends
with its last shown post, where the next page begins, with nothing folded yet. So each post of a result is on exactly
one of the pages that follow each other, shown or behind a link there. Where nobody is left to make room for, the page
is filled up with the earliest of what was folded: a site with one author has pages as if there were no limit.

Pages back are thinned the same way from where they begin; they too follow each other without gaps, but need not begin
where the pages forth did. A page asked for by its number, from the second on, is counted in posts and left as it is.
Counts are those of the whole result. An author whose posts take a while to skip costs a page a second at most; past
that it is shown unthinned.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from gallery.errors import SearchTimeout
from gallery.models import Post, User
from gallery.search.budget import Budget, time_budget
from gallery.search.compile import Compiled
from gallery.search.engine import Page, Result
from gallery.search.orders import Ordering
from gallery.search.places import Place
from gallery.search.policy import find
from gallery.search.statements import Stretch, count_up_to
from tagging.edit import resolve_tags
from tagging.models import Category
from tagging.names import normalise_tag
from tagging.query import Metatag, Node, Not, Tag, leaves

THIN_MS = 1000
# A link says how many posts are behind it up to here, and "more" beyond.
MOST_COUNTED = 1000
# Whoever asks for people, for what people chose or for single posts is not to be told that there is too much of one.
PEOPLE = frozenset({"user", "updater", "fav", "ordfav", "favgroup", "ordfavgroup", "upvote", "downvote", "search"})
SINGLE = frozenset({"id", "parent", "child", "lineage", "similar"})

Row = tuple[int, Any]


@dataclass(frozen=True)
class MoreBy:
    """An author with `count` further posts in the stretch that a page shows; at least so many without `exact`."""

    name: str
    count: int
    exact: bool


def names_people(tree: Node) -> bool:
    """Whether a search asks for people (`user:ann`, a tag of an artist), for lists of posts, or for single ones. What
    stands behind a minus asks for nobody."""
    wanted = list(_wanted(tree))
    if any(isinstance(leaf, Metatag) and leaf.name in PEOPLE | SINGLE for leaf in wanted):
        return True
    tags = resolve_tags(normalise_tag(leaf.name) for leaf in wanted if isinstance(leaf, Tag))
    return any(tag.category == Category.ARTIST for tag in tags.values())


def thin(
    budget: Budget, compiled: Compiled, ordering: Ordering, page: Page, found: Result, tree: Node, per_author: int
) -> tuple[Result, list[MoreBy]]:
    """The page `found` with at most `per_author` posts of one author, and what was folded there."""
    if not found.rows or ordering.few or (isinstance(page.start, int) and page.start > 1):
        return found, []
    budget.plan_with()
    if max(Counter(_authors(found.rows).values()).values()) <= per_author or names_people(tree):
        return found, []
    try:
        with time_budget(THIN_MS) as own:
            return _Thinning(own, compiled, ordering, page.size, per_author).page(page.start, found)
    except SearchTimeout:
        return found, []


class _Thinning:
    def __init__(self, budget: Budget, compiled: Compiled, ordering: Ordering, size: int, per_author: int) -> None:
        self.budget = budget
        self.compiled = compiled
        self.ordering = ordering
        self.size = size
        self.per_author = per_author

    def page(self, start: Place | int, found: Result) -> tuple[Result, list[MoreBy]]:
        place = start if isinstance(start, Place) else None
        back = place is not None and place.above != self.ordering.ascending
        if back and found.more_before:
            rows, full = self._rows(place)
            beyond = self._anything(Place(not self.ordering.ascending, *rows[-1]))
            if len(rows) == self.size and beyond:
                shown = list(reversed(rows))
                return replace(found, rows=shown, more_before=True), self._folded(place, rows, full)
        if back:
            # As without a limit: where less than a page is left, the first page is shown.
            place, found = None, replace(found, more_before=False)
        rows, full = self._rows(place)
        more = self._anything(Place(self.ordering.ascending, *rows[-1]))
        return replace(found, rows=rows, more_after=more), self._folded(place, rows, full)

    def _rows(self, start: Place | None) -> tuple[list[Row], set[int]]:
        """The rows to show from a place on, away from it, and the authors who have reached the limit among them."""
        shown: list[Row] = []
        counts: Counter[int] = Counter()
        full: set[int] = set()
        place = start
        while len(shown) < self.size:
            others = replace(self.compiled, condition=self.compiled.condition & ~Q(author__in=sorted(full)))
            rows = find(self.budget, others if full else self.compiled, Stretch(self.ordering, place, self.size)).rows
            authors = _authors(rows)
            for row in rows:
                author = authors.get(row[0])
                if author is None or author in full or len(shown) == self.size:
                    continue
                shown.append(row)
                counts[author] += 1
                if counts[author] == self.per_author:
                    full.add(author)
            if len(rows) < self.size:
                break
            place = Place(self._above(start), *rows[-1])
        if len(shown) < self.size:
            shown = self._filled(start, shown)
        return shown, full

    def _filled(self, start: Place | None, shown: list[Row]) -> list[Row]:
        """Nobody is left to make room for: with the earliest of what was folded."""
        earliest = find(self.budget, self.compiled, Stretch(self.ordering, start, self.size)).rows
        there = {post_id for post_id, _key in shown}
        missing = [row for row in earliest if row[0] not in there][: self.size - len(shown)]
        return sorted([*shown, *missing], key=lambda row: (row[1], row[0]), reverse=not self._above(start))

    def _folded(self, start: Place | None, rows: list[Row], full: set[int]) -> list[MoreBy]:
        """What lies between the place and the last row without being one of the rows, by author."""
        inside = Place(not self._above(start), *rows[-1]).within(self.ordering)
        if start is not None:
            inside &= start.within(self.ordering)
        inside &= ~Q(pk__in=[post_id for post_id, _key in rows])
        found = []
        for author, name in User.objects.filter(pk__in=full).order_by("username").values_list("pk", "username"):
            folded = replace(self.compiled, condition=self.compiled.condition & inside & Q(author=author))
            statement = count_up_to(folded, self.ordering, MOST_COUNTED + 1)
            count = int(self.budget.run(*statement)[0][0]) if statement else 0
            if count:
                found.append(MoreBy(name, min(count, MOST_COUNTED), count <= MOST_COUNTED))
        return sorted(found, key=lambda more: -more.count)

    def _anything(self, place: Place) -> bool:
        return bool(find(self.budget, self.compiled, Stretch(self.ordering, place, 1)).rows)

    def _above(self, start: Place | None) -> bool:
        """The way that rows come in, in the order of the values."""
        return self.ordering.ascending if start is None else start.above


def _authors(rows: list[Row]) -> dict[int, int]:
    return dict(Post.objects.filter(pk__in=[post_id for post_id, _key in rows]).values_list("pk", "author_id"))


def _wanted(tree: Node) -> Iterable[Node]:
    if isinstance(tree, Not):
        return
    children = getattr(tree, "children", None)
    if children is None:
        yield from leaves(tree)
        return
    for child in children:
        yield from _wanted(child)
