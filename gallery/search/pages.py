"""One page of a search, its count, its tags, and what stands next to a post in it."""

from collections import Counter
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from django.db.models import Q, QuerySet

from gallery.errors import SearchTimeout
from gallery.models import Post
from gallery.search.budget import COUNT_MS, PAGE_MS, time_budget
from gallery.search.compile import compile_query
from gallery.search.cursors import NEWEST_FIRST, Place, place_beside, read_token
from gallery.visibility import Viewer
from tagging.models import Tag
from tagging.query import Node, parse, print_query, registry, split_order
from tagging.query.values import Order

COUNT_CAP = 10_000
SIDEBAR_TAGS = 25


@dataclass(frozen=True)
class SearchPage:
    """Posts in the order asked for, each with asset, author, generation, stats and files loaded.

    `count` is how many the viewer can see in all; without `count_is_exact`, how many at least. The tokens lead to
    the pages before and after this one, None where there is none. `query` is the canonical text.
    """

    posts: list[Post]
    count: int
    count_is_exact: bool
    next_token: str | None
    previous_token: str | None
    query: str


def search(query_text: str, viewer: Viewer, *, page_token: str | None = None, limit: int = 40) -> SearchPage:
    """The page of at most `limit` posts that `page_token` names, for what this viewer may see.

    Raises QueryError (the text), Invalid (the token, too many wildcards) and SearchTimeout.
    """
    tree = parse(query_text)
    order, rest = _order_of(tree)
    with time_budget(PAGE_MS):
        condition = compile_query(rest, viewer)
        start = read_token(page_token, order)
        if isinstance(start, Place):
            posts, more_before, more_after = _page_at(start, condition, order, limit)
        else:
            posts, more_before, more_after = _numbered_page(start, condition, order, limit)
    if posts and not more_before and not more_after:
        count, exact = len(posts), True
    else:
        count, exact = _count(condition, at_least=len(posts))
    return SearchPage(
        posts=posts,
        count=count,
        count_is_exact=exact,
        next_token=place_beside(posts[-1], order, above=order.ascending).token() if posts and more_after else None,
        previous_token=place_beside(posts[0], order, above=not order.ascending).token()
        if posts and more_before
        else None,
        query=print_query(tree),
    )


def neighbours(query_text: str, viewer: Viewer, post: Post) -> tuple[int | None, int | None]:
    """The ids of the posts shown just before and just after `post` in this search; None at an end.

    Raises QueryError, Invalid and SearchTimeout.
    """
    order, rest = _order_of(parse(query_text))
    with time_budget(PAGE_MS):
        condition = compile_query(rest, viewer)
        ids = [_nearest(place_beside(post, order, above=above), condition, order) for above in (True, False)]
    return (ids[1], ids[0]) if order.ascending else (ids[0], ids[1])


def tags_of_page(posts: list[Post], limit: int = SIDEBAR_TAGS) -> list[tuple[Tag, int]]:
    """The tags most of these posts have, with how many of them have it; the most frequent first, then by name."""
    counts = Counter(tag_id for post in posts for tag_id in post.tag_ids)
    tags = Tag.objects.in_bulk(list(counts))
    ranked = sorted(((tag, counts[pk]) for pk, tag in tags.items()), key=lambda pair: (-pair[1], pair[0].name))
    return ranked[:limit]


def _order_of(tree: Node) -> tuple[Order, Node]:
    metatag, rest = split_order(tree)
    return cast(Order, registry.read(metatag) if metatag else NEWEST_FIRST), rest


def _sorted(posts: QuerySet[Post], order: Order, *, ascending: bool) -> QuerySet[Post]:
    keys = ["id"] if order.key == "id" else [order.key, "id"]
    return posts.order_by(*(key if ascending else f"-{key}" for key in keys))


def _loaded(posts: QuerySet[Post]) -> QuerySet[Post]:
    return posts.select_related("asset", "author", "generation", "stats").prefetch_related("asset__files")


def _page_at(place: Place, condition: Q, order: Order, limit: int) -> tuple[list[Post], bool, bool]:
    """The page on one side of a place, and whether there is anything before and after it.

    Going back to where fewer than a page are left gives the first page: pages are full wherever they can be.
    """
    rows = _sorted(Post.objects.filter(condition, place.condition(order)), order, ascending=place.above)
    posts = list(_loaded(rows)[: limit + 1])
    more_beyond = len(posts) > limit
    posts = sorted(posts[:limit], key=attrgetter(order.key, "id"), reverse=not order.ascending)
    forwards = place.above == order.ascending
    if not forwards and not more_beyond:
        return _numbered_page(1, condition, order, limit)
    # On the side that we came from there is something as long as the place's own post, or one past it, is there.
    back = Place(not place.above, place.id, place.time).condition(order) | Q(id=place.id)
    more_back = Post.objects.filter(condition).filter(back).exists()
    return (posts, more_back, more_beyond) if forwards else (posts, more_beyond, more_back)


def _numbered_page(number: int, condition: Q, order: Order, limit: int) -> tuple[list[Post], bool, bool]:
    rows = _loaded(_sorted(Post.objects.filter(condition), order, ascending=order.ascending))
    start = (number - 1) * limit
    posts = list(rows[start : start + limit + 1])
    return posts[:limit], number > 1 and bool(posts), len(posts) > limit


def _nearest(place: Place, condition: Q, order: Order) -> int | None:
    rows = _sorted(Post.objects.filter(condition, place.condition(order)), order, ascending=place.above)
    return rows.values_list("id", flat=True).first()


def _count(condition: Q, *, at_least: int) -> tuple[int, bool]:
    """How many there are; past the cap or the time, a number that there are at least."""
    try:
        with time_budget(COUNT_MS):
            found = Post.objects.filter(condition).values("id")[: COUNT_CAP + 1].count()
    except SearchTimeout:
        return at_least, False
    return min(found, COUNT_CAP), found <= COUNT_CAP
