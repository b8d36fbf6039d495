"""What rules a whole search: order:, ordfav:, ordfavgroup:, limit: and random:."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from gallery.errors import Invalid
from gallery.models import Favourite, FavouriteGroupEntry
from gallery.search.compilation import Compilation
from gallery.search.expressions import NOTHING
from gallery.search.metatags.family import children_count
from gallery.search.metatags.lists import list_name
from gallery.search.metatags.result import MAX_LIMIT
from gallery.search.metatags.similar import similar_post
from gallery.search.metatags.times import BY_TIME
from gallery.search.orders import SIMPLE, Ordering, as_listed, by_entry, by_id, by_likeness, recent, shuffled
from tagging.query import And, Metatag, Node, conjunction, registry
from tagging.query.values import Numbers, Order, UserName, Value

_ORDERING = ("order", "ordfav", "ordfavgroup", "random")
_RULING = (*_ORDERING, "limit")
_ID = re.compile("-?[0-9]+", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """A search taken apart: `rest` says what matches, `ordering` how it is sorted.

    `limit` is the size of a page where the query gives one; `single`: there is one page only. With `free_seed` any
    shuffle will do.
    """

    rest: Node
    ordering: Ordering
    limit: int | None = None
    single: bool = False
    free_seed: bool = False


def take_apart(tree: Node, compilation: Compilation) -> Asked:
    """Raises QueryError for values that cannot be read and Invalid for those that make no sense together."""
    top = tree.children if isinstance(tree, And) else (tree,)
    ruling = [node for node in top if isinstance(node, Metatag) and node.name in _RULING]
    rest = [node for node in top if node not in ruling]
    orders = [node for node in ruling if node.name in _ORDERING]
    if len(orders) > 1:
        raise Invalid("two_orders")
    sizes = [_size(node, compilation) for node in ruling if node.name in ("limit", "random")]
    limit = min(sizes, default=None)
    left = conjunction(rest)
    if not orders:
        return Asked(left, _default(rest, compilation), limit)
    order = orders[0]
    value = registry.read(order, compilation.clock)
    if order.name == "random":
        return Asked(left, shuffled(None), limit, single=True)
    ordering = _list(order.name, value, compilation) if order.name != "order" else _order(value, rest, compilation)
    free = isinstance(value, Order) and value.key == "random" and value.seed is None
    return Asked(left, ordering, limit, free_seed=free)


def _default(rest: list[Node], compilation: Compilation) -> Ordering:
    """The newest first, but the most alike first where the search names one `similar:` post. A search by date goes by
    time, whose index then leads right to where the date is."""
    similar = [node for node in rest if isinstance(node, Metatag) and node.name == "similar"]
    if len(similar) == 1:
        value = registry.read(similar[0], compilation.clock)
        if isinstance(value, Numbers):
            return by_likeness(compilation.similar_to(similar_post(value)))
    if any(isinstance(node, Metatag) and node.name in BY_TIME for node in rest):
        return SIMPLE["created_at"]("created_at", False)
    return by_id()


def _order(value: Any, rest: list[Node], compilation: Compilation) -> Ordering:
    match value:
        case Order("id", ascending):
            return by_id(ascending=ascending)
        case Order("none"):
            return by_id()
        case Order("random", seed=seed):
            return shuffled(seed)
        case Order("custom"):
            return as_listed(_listed_ids(rest, compilation))
        case Order("rank" | "hot" as key):
            return recent(key, compilation.clock)
        case Order("child_count", ascending):
            return Ordering("child_count", ascending, children_count(compilation))
        case Order(key, ascending):
            return SIMPLE[key](key, ascending)
    raise TypeError(value)


def _list(name: str, value: Value, compilation: Compilation) -> Ordering:
    if name == "ordfav":
        keeper = compilation.keeper(value.name) if isinstance(value, UserName) else None
        kept = Favourite.objects.filter(Q(user=keeper) if keeper else NOTHING)
        return by_entry("ordfav", kept, "id", ascending=False)
    group = compilation.list_named(list_name(value))
    entries = FavouriteGroupEntry.objects.filter(Q(group=group) if group else NOTHING)
    return by_entry("ordfavgroup", entries, "position", ascending=True)


def _listed_ids(rest: list[Node], compilation: Compilation) -> list[int]:
    """The numbers of the one `id:` list, as they were written."""
    lists = [node for node in rest if isinstance(node, Metatag) and node.name == "id"]
    value = registry.read(lists[0], compilation.clock) if len(lists) == 1 else None
    words = [word.strip() for word in lists[0].value.split(",")] if lists else []
    # `5..5` names one post as well, but is no list.
    if not isinstance(value, Numbers) or value.intervals or not all(map(_ID.fullmatch, words)):
        raise Invalid("custom_needs_ids")
    return [int(word) for word in words]


def _size(node: Metatag, compilation: Compilation) -> int:
    match registry.read(node, compilation.clock):
        case Numbers(points, ()) if len(points) == 1:
            size = int(next(iter(points)))
            if 1 <= size <= MAX_LIMIT:
                return size
    raise Invalid("bad_page_size", limit=MAX_LIMIT)
