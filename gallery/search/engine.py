"""The SQL engine: `search(tree, viewer, order, page)` gives ids and a count, whatever the way to them.

Another engine answers the same questions with the same ids and counts.
"""

from dataclasses import dataclass
from typing import Any

from gallery.errors import SearchTimeout
from gallery.models import Post
from gallery.search.budget import COUNT_MS, Budget, time_budget
from gallery.search.compile import Compiled
from gallery.search.orders import Ordering
from gallery.search.places import Place
from gallery.search.policy import Found, counting, find, newest_id
from gallery.search.statements import Stretch, count_up_to
from gallery.visibility import Viewer, sees_only_general
from tagging.models import Tag

COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page:
    """What is asked for: `size` posts from a place on, or the page with a number (from 1)."""

    start: Place | int
    size: int


@dataclass(frozen=True)
class Result:
    """`rows` are `(id, key)` in the order asked for; `total` is known where the way told it. `way`: see Found."""

    rows: list[tuple[int, Any]]
    more_before: bool
    more_after: bool
    total: int | None
    way: str


def find_page(budget: Budget, compiled: Compiled, ordering: Ordering, page: Page) -> Result:
    """The rows of one page, and whether there is anything before and after it. Raises SearchTimeout.

    Going back to where fewer than a page are left gives the first page: pages are full wherever they can be.
    """
    if not isinstance(page.start, Place):
        return _numbered(budget, compiled, ordering, page.start, page.size)
    place = page.start
    found = find(budget, compiled, Stretch(ordering, place, page.size + 1))
    more_beyond = len(found.rows) > page.size
    rows = found.rows[: page.size]
    if place.above == ordering.ascending:
        if found.total is not None and not more_beyond:
            more_back = found.total > len(rows)
        else:
            more_back = _anything(budget, compiled, ordering, place)
        return Result(rows, more_back, more_beyond, found.total, found.way)
    if not more_beyond:
        return _numbered(budget, compiled, ordering, 1, page.size)
    rows.reverse()
    return Result(rows, more_beyond, _anything(budget, compiled, ordering, place), found.total, found.way)


def count(compiled: Compiled, ordering: Ordering, viewer: Viewer, *, at_least: int) -> tuple[int, bool]:
    """How many there are, and whether that is exact; past the cap or the time, a number that there are at least.

    For one tag and a viewer of exactly what everybody sees, it is the tag's own counter.
    """
    if compiled.only_tag is not None and not ordering.only and sees_only_general(viewer):
        number = Tag.objects.filter(pk=compiled.only_tag).values_list("general_count", flat=True).first()
        return number or 0, True
    statement = count_up_to(compiled, ordering, COUNT_CAP + 1)
    if statement is None:
        return 0, True
    try:
        with time_budget(COUNT_MS) as budget:
            found = int(budget.run(*statement, counting(compiled, newest_id(budget)))[0][0])
    except SearchTimeout:
        return at_least, False
    return min(found, COUNT_CAP), found <= COUNT_CAP


def nearest(budget: Budget, compiled: Compiled, ordering: Ordering, place: Place) -> int | None:
    """The id of the post next to a place, None at the end. Raises SearchTimeout."""
    rows = find(budget, compiled, Stretch(ordering, place, 1)).rows
    return rows[0][0] if rows else None


def _numbered(budget: Budget, compiled: Compiled, ordering: Ordering, number: int, size: int) -> Result:
    found: Found = find(budget, compiled, Stretch(ordering, None, size + 1, (number - 1) * size))
    rows = found.rows[:size]
    more_after = len(found.rows) > size
    total = found.total
    if total is None and rows and not more_after:
        total = (number - 1) * size + len(rows)
    return Result(rows, number > 1 and bool(rows), more_after, total, found.way)


def _anything(budget: Budget, compiled: Compiled, ordering: Ordering, place: Place) -> bool:
    """Whether there is anything on the side that a reader came from: the place's own post, or one past it."""
    budget.plan_with()
    own = Post.objects.filter(compiled.condition, ordering.only, pk=place.id)
    return own.exists() or nearest(budget, compiled, ordering, place.opposite()) is not None
