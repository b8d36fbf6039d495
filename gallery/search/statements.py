"""The SQL of a search: a walk through an order, or all matches at once."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import OrderBy, Q, QuerySet

from gallery.models import Post
from gallery.search.compile import Compiled
from gallery.search.expressions import within
from gallery.search.orders import Ordering
from gallery.search.places import Place

Statement = tuple[str, Any]


@dataclass(frozen=True)
class Stretch:
    """`size` rows of a search after `offset` others, beginning at `place` (None: at the end that `ascending` says)."""

    ordering: Ordering
    place: Place | None
    size: int
    offset: int = 0

    @property
    def ascending(self) -> bool:
        """The way the rows come: away from the place, else as the order runs."""
        return self.ordering.ascending if self.place is None else self.place.above

    @property
    def needed(self) -> int:
        """How many matches have to be found."""
        return self.offset + self.size


def walk(compiled: Compiled, stretch: Stretch, horizon: Place | None = None) -> Statement | None:
    """`(id, key)` in the order, found by going through it; None if nothing can match.

    `horizon`: no farther than that place, which is a post on the way.
    """
    rows = _matching(compiled, stretch.ordering)
    if stretch.place is not None:
        rows = rows.filter(stretch.place.within(stretch.ordering))
    if horizon is not None:
        rows = rows.filter(horizon.within(stretch.ordering))
    ordered = rows.order_by(*_sorting(stretch.ordering.key, stretch.ordering.tie, stretch))
    return _sql(ordered[stretch.offset : stretch.offset + stretch.size])


def horizon_of(compiled: Compiled, stretch: Stretch, steps: int) -> Statement | None:
    """`(key, id)` of what stands `steps` steps on in the order, matching or not: a look at the index alone."""
    ordering = stretch.ordering
    if ordering.table is None:
        return None
    rows: QuerySet[Any] = ordering.table._default_manager.all()
    rows = rows.filter(_window(compiled, ordering, ordering.own_key))
    if stretch.place is not None:
        rows = rows.filter(stretch.place.condition(ordering.own_key, ordering.own_tie, by_id=ordering.by_id))
    rows = rows.annotate(order_key=ordering.own_key, order_tie=ordering.own_tie)
    rows = rows.order_by(*_sorting(ordering.own_key, ordering.own_tie, stretch)).values_list("order_key", "order_tie")
    return _sql(rows[steps : steps + 1])


def match_all(compiled: Compiled, stretch: Stretch) -> Statement | None:
    """One row `(number of all matches, ids, keys)`: every match is found first, and the rows are taken from them.

    MATERIALIZED keeps the planner from walking through the order in the hope of a match; None if nothing can match.
    """
    inner = _sql(_matching(compiled, stretch.ordering))
    if inner is None:
        return None
    sql, params = inner
    way = "ASC" if stretch.ascending else "DESC"
    sorting = f"ORDER BY key {way}, id {way}"
    start, values = "", []
    if stretch.place is not None:
        start = f"WHERE (key, id) {'>' if stretch.place.above else '<'} (%s, %s)"
        values = [stretch.place.value, stretch.place.id]
    return (
        f"WITH matching (id, key) AS MATERIALIZED ({sql}), "  # noqa: S608 - all values are parameters
        f"part AS (SELECT id, key FROM matching {start} {sorting} LIMIT %s OFFSET %s) "
        f"SELECT (SELECT count(*) FROM matching), "
        f"ARRAY(SELECT id FROM part {sorting}), ARRAY(SELECT key FROM part {sorting})",
        [*params, *values, stretch.size, stretch.offset],
    )


def count_up_to(compiled: Compiled, ordering: Ordering, limit: int) -> Statement | None:
    """One row with the number of matches, counted as far as `limit`."""
    inner = _sql(Post.objects.filter(compiled.condition, ordering.only).values_list("id")[:limit])
    return None if inner is None else (f"SELECT count(*) FROM ({inner[0]}) AS found", inner[1])  # noqa: S608


def _matching(compiled: Compiled, ordering: Ordering) -> QuerySet[Any, Any]:
    rows = Post.objects.filter(compiled.condition, ordering.only)
    if ordering.by_stats:
        # Through an outer join, which Django would make, there is no way from the index on the order to the posts.
        rows = rows.filter(stats__isnull=False)
    if ordering.table is not None:
        rows = rows.filter(_window(compiled, ordering, ordering.key))
    return rows.annotate(order_key=ordering.key).order_by().values_list("id", "order_key")


def _window(compiled: Compiled, ordering: Ordering, key: Any) -> Q:
    """What the search says of the order's own key; said once more about `key`, it is a range of the index."""
    result = Q()
    for numbers in compiled.windows.get(ordering.name, []):
        result &= within(key, numbers)
    return result


def _sorting(key: Any, tie: Any, stretch: Stretch) -> list[OrderBy]:
    keys = [key] if stretch.ordering.by_id else [key, tie]
    return [OrderBy(expression, descending=not stretch.ascending) for expression in keys]


def _sql(rows: QuerySet[Any, Any]) -> Statement | None:
    try:
        statement: Statement = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return statement
