"""At most so many posts of one author on a page, so that nobody fills it by publishing much at once.

A page is a stretch of the result. Of each author the first few posts on the way are shown; further ones are *folded*
into a link "more by …" as soon as that makes room for somebody else's, and the page goes on until it is full. It ends
with its last shown post, where the next page begins, with nothing folded yet. So each post of a result is on exactly
one of the pages that follow each other, shown or behind a link there. Where nobody is left to make room for, the page
is filled up with the earliest of what was folded: a site with one author has pages as if there were no limit.

Somebody else is looked for among the next `FAR` posts of the result and no farther: past that every page of whoever
brought a whole archive along would cost a walk through all of it, only to find that there is nobody. Pages back are
thinned the same way from where they begin; they too follow each other without gaps, but need not begin where the pages
forth did. A page asked for by its number, from the second on, is counted in posts and left as it is. Counts are those
of the whole result. What takes more than a second is shown unthinned.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from gallery.errors import SearchTimeout
from gallery.models import Post, User
from gallery.search.budget import Budget, time_budget
from gallery.search.compile import Compiled
from gallery.search.engine import Page, Result
from gallery.search.orders import Ordering
from gallery.search.places import Place
from gallery.search.policy import find
from gallery.search.statements import Stretch
from tagging.edit import resolve_tags
from tagging.models import Category
from tagging.names import normalise_tag
from tagging.query import Metatag, Node, Not, Tag, leaves

THIN_MS = 1000
# Pages that are looked ahead at first, which nearly always is enough; and the posts that are looked ahead at most.
NEAR_PAGES, FAR = 4, 2000
# Whoever asks for people, for what people chose or for single posts is not to be told that there is too much of one.
PEOPLE = frozenset({"user", "updater", "fav", "ordfav", "favgroup", "ordfavgroup", "upvote", "downvote", "search"})
SINGLE = frozenset({"id", "parent", "child", "lineage", "remixof", "similar"})

Row = tuple[int, Any]


@dataclass(frozen=True)
class MoreBy:
    """An author with `count` further posts in the stretch that a page shows."""

    name: str
    count: int


@dataclass(frozen=True)
class _Cut:
    """What a page shows of the posts from its place on: `rows`, away from it; how many are folded, by author;
    and whether anything comes after."""

    rows: list[Row]
    folded: Counter[int]
    goes_on: bool


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
    if max(Counter(_authors(found.rows).values()).values(), default=0) <= per_author or names_people(tree):
        return found, []
    try:
        with time_budget(THIN_MS) as own:
            result, folded = _Thinning(own, compiled, ordering, page.size, per_author).page(page.start, found)
            own.plan_with()
            return result, _more_by(folded)
    except SearchTimeout:
        return found, []


@dataclass(frozen=True)
class _Thinning:
    budget: Budget
    compiled: Compiled
    ordering: Ordering
    size: int
    per_author: int

    def page(self, start: Place | int, found: Result) -> tuple[Result, Counter[int]]:
        place = start if isinstance(start, Place) else None
        back = place is not None and place.above != self.ordering.ascending
        if back and found.more_before:
            cut = self._cut(place)
            if len(cut.rows) == self.size and cut.goes_on:
                return replace(found, rows=cut.rows[::-1], more_before=True), cut.folded
        if back:
            # As without a limit: where less than a page is left, the first page is shown.
            place, found = None, replace(found, more_before=False)
        cut = self._cut(place)
        return replace(found, rows=cut.rows, more_after=cut.goes_on), cut.folded

    def _cut(self, place: Place | None) -> _Cut:
        """The rows to show from a place on, away from it."""
        for window in (NEAR_PAGES * self.size, max(FAR, self.size)):
            ahead = find(self.budget, self.compiled, Stretch(self.ordering, place, window)).rows
            self.budget.plan_with()
            authors = _authors(ahead)
            # A post that was deleted a moment ago has no author.
            rows = [row for row in ahead if row[0] in authors]
            kept = self._kept([authors[post_id] for post_id, _key in rows])
            if len(kept) == self.size or len(ahead) < window:
                break
        missing = [at for at in range(len(rows)) if at not in kept][: self.size - len(kept)]
        shown = sorted(kept.union(missing))
        end = shown[-1] + 1 if shown else 0
        folded = Counter(authors[rows[at][0]] for at in range(end) if at not in kept and at not in missing)
        goes_on = end < len(rows) or (len(ahead) == window and self._anything_past(ahead[-1], place))
        return _Cut([rows[at] for at in shown], folded, goes_on)

    def _kept(self, authors: list[int]) -> set[int]:
        """The places in a row of posts by these authors at which one is shown to make room for others."""
        kept: set[int] = set()
        counts: Counter[int] = Counter()
        for at, author in enumerate(authors):
            counts[author] += 1
            if counts[author] <= self.per_author:
                kept.add(at)
            if len(kept) == self.size:
                break
        return kept

    def _anything_past(self, row: Row, start: Place | None) -> bool:
        above = self.ordering.ascending if start is None else start.above
        return bool(find(self.budget, self.compiled, Stretch(self.ordering, Place(above, *row), 1)).rows)


def _more_by(folded: Counter[int]) -> list[MoreBy]:
    """The most first, then by name."""
    names = dict(User.objects.filter(pk__in=folded).values_list("pk", "username"))
    lines = [MoreBy(names[author], count) for author, count in folded.items() if author in names]
    return sorted(lines, key=lambda more: (-more.count, more.name))


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
