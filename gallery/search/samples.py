"""Searches for programs: all ids in turn, and the tags of a part of the result."""

from gallery.models import Post
from gallery.search.budget import PAGE_MS, time_budget
from gallery.search.compilation import Compilation
from gallery.search.compile import Compiled, compile_search
from gallery.search.options import take_apart
from gallery.search.orders import by_id
from gallery.search.places import Place
from gallery.search.policy import find
from gallery.search.statements import Stretch
from gallery.visibility import Viewer
from tagging.query import parse

MAX_BATCH = 5000


def iterate_ids(
    query_text: str, viewer: Viewer, after_id: int = 0, batch: int = 500, *, milliseconds: int = PAGE_MS
) -> list[int]:
    """The next `batch` ids above `after_id` that match, ascending, found within `milliseconds`; empty when there are
    no more.

    What the query says of order and size is ignored. Raises QueryError, Invalid, NotAllowed and SearchTimeout.
    """
    with time_budget(milliseconds) as budget:
        compiled = _compiled(query_text, viewer)
        stretch = Stretch(by_id(ascending=True), Place(True, after_id, after_id), min(batch, MAX_BATCH))
        return [post_id for post_id, _key in find(budget, compiled, stretch).rows]


def sample_tags(query_text: str, viewer: Viewer, limit: int = 1000, *, milliseconds: int = PAGE_MS) -> list[list[int]]:
    """The tags (ids) of each of the newest `limit` posts that match.

    What the query says of order and size is ignored. Raises QueryError, Invalid, NotAllowed and SearchTimeout.
    """
    with time_budget(milliseconds) as budget:
        compiled = _compiled(query_text, viewer)
        rows = find(budget, compiled, Stretch(by_id(), None, min(limit, MAX_BATCH))).rows
        budget.plan_with()
        ids = [post_id for post_id, _key in rows]
        return list(Post.objects.filter(pk__in=ids).order_by("-pk").values_list("tag_ids", flat=True))


def _compiled(query_text: str, viewer: Viewer) -> Compiled:
    tree = parse(query_text)
    compilation = Compilation.of(tree, viewer)
    return compile_search(take_apart(tree, compilation).rest, compilation)
