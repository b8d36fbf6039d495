"""One page of a search with its count and tags, and what stands next to a post in it."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Q

from gallery.models import Post
from gallery.search.budget import PAGE_MS, time_budget
from gallery.search.compilation import Compilation
from gallery.search.compile import Compiled, compile_search
from gallery.search.engine import Page, count, find_page, nearest
from gallery.search.options import Asked, take_apart
from gallery.search.orders import Ordering
from gallery.search.places import Place
from gallery.search.thinning import MoreBy, thin
from gallery.search.tokens import key_of, read_token
from gallery.visibility import Viewer, visible_posts
from tagging.models import Tag
from tagging.query import And, Metatag, Node, conjunction, parse, print_query

SIDEBAR_TAGS = 25


@dataclass(frozen=True)
class SearchPage:
    """Posts in the order asked for, each with asset, author, stats and files loaded; no list shows how they were made,
    and what a file says of that may be a megabyte.

    `count` is how many the viewer can see in all; without `count_is_exact`, how many at least. The tokens lead to
    the pages before and after this one, None where there is none. `query` is the canonical text, in which a shuffle
    has its number. `past_end`: there is nothing on this page, but there may be on pages before it. `way` is how the
    rows were found, for measurements. `more_by`: the authors whose further posts of this stretch are folded away.
    """

    posts: list[Post]
    count: int
    count_is_exact: bool
    next_token: str | None
    previous_token: str | None
    query: str
    past_end: bool = False
    way: str = ""
    more_by: list[MoreBy] = field(default_factory=list)


def search(
    query_text: str, viewer: Viewer, *, page_token: str | None = None, limit: int = 40, per_author: int = 0
) -> SearchPage:
    """The page of at most `limit` posts (or as many as the query says) that `page_token` names, for what this viewer
    may see.

    With `per_author` no more than so many of them are of one author, unless the search asks for people
    (`gallery.search.thinning`); 0 is no limit.

    Raises QueryError (the text), Invalid (the token, or what makes no sense together), NotAllowed and SearchTimeout.
    """
    tree = parse(query_text)
    compilation = Compilation.of(tree, viewer)
    with time_budget(PAGE_MS) as budget:
        asked, compiled = _compiled(tree, compilation)
        size = asked.limit or limit
        start, ordering = read_token(
            None if asked.single else page_token, asked.ordering, viewer, free_seed=asked.free_seed
        )
        page = Page(start, size)
        found = result = find_page(budget, compiled, ordering, page)
        more_by: list[MoreBy] = []
        if per_author and not asked.single:
            result, more_by = thin(budget, compiled, ordering, page, found, tree, per_author)
        budget.plan_with()
        posts = _loaded([post_id for post_id, _key in result.rows], viewer)
    more_after = result.more_after and not asked.single
    if asked.single:
        total, exact = len(posts), True
    elif found.total is not None:
        total, exact = found.total, True
    elif posts and not found.more_before and not found.more_after:
        total, exact = len(posts) if found is result else len(found.rows), True
    else:
        total, exact = count(compiled, ordering, viewer, at_least=len(posts))
    return SearchPage(
        posts=posts,
        count=total,
        count_is_exact=exact,
        next_token=_token(result.rows[-1], ordering, above=ordering.ascending) if more_after else None,
        previous_token=_token(result.rows[0], ordering, above=not ordering.ascending)
        if result.more_before and result.rows
        else None,
        query=print_query(_with_seed(tree, ordering)),
        past_end=not result.rows and start != 1,
        way=result.way,
        more_by=more_by,
    )


def neighbours(query_text: str, viewer: Viewer, post: Post) -> tuple[int | None, int | None]:
    """The ids of the posts shown just before and just after `post` in this search; None at an end.

    That the viewer may see `post` is the caller's care. Raises QueryError, Invalid, NotAllowed and SearchTimeout.
    """
    tree = parse(query_text)
    compilation = Compilation.of(tree, viewer)
    with time_budget(PAGE_MS) as budget:
        asked, compiled = _compiled(tree, compilation)
        ordering = asked.ordering
        value = post.pk if ordering.by_id else key_of(post.pk, ordering, Q())
        if value is None:
            return None, None
        places = [Place(above, post.pk, value) for above in (True, False)]
        above, below = (nearest(budget, compiled, ordering, place) for place in places)
    return (below, above) if ordering.ascending else (above, below)


def tags_of_page(posts: list[Post], limit: int = SIDEBAR_TAGS) -> list[tuple[Tag, int]]:
    """The tags most of these posts have, with how many of them have it; the most frequent first, then by name."""
    counts = Counter(tag_id for post in posts for tag_id in post.tag_ids)
    # Among forty posts there are a thousand tags; only those that may come in are read, ties and all.
    least = min((number for _id, number in counts.most_common(limit)), default=0)
    tags = Tag.objects.defer("words", "initials").in_bulk([pk for pk, number in counts.items() if number >= least])
    ranked = sorted(((tag, counts[pk]) for pk, tag in tags.items()), key=lambda pair: (-pair[1], pair[0].name))
    return ranked[:limit]


def _compiled(tree: Node, compilation: Compilation) -> tuple[Asked, Compiled]:
    asked = take_apart(tree, compilation)
    return asked, compile_search(asked.rest, compilation)


def _loaded(ids: list[int], viewer: Viewer) -> list[Post]:
    """The posts with these ids, in this order; one that was hidden a moment ago is left out. Whether the search keeps
    to the viewer's zone was decided when they were found."""
    posts = Post.objects.filter(visible_posts(viewer, any_status=True, any_zone=True), pk__in=ids)
    whole = posts.select_related("asset", "author", "stats").prefetch_related("asset__files")
    found = {post.pk: post for post in whole}
    return [found[post_id] for post_id in ids if post_id in found]


def _token(row: tuple[int, object], ordering: Ordering, *, above: bool) -> str:
    return Place(above, *row).token(ordering)


def _with_seed(tree: Node, ordering: Ordering) -> Node:
    """The tree with the number of its shuffle, so that links keep to it."""
    if not ordering.name.startswith("random-"):
        return tree
    top = tree.children if isinstance(tree, And) else (tree,)
    seed = ordering.name.removeprefix("random-")
    numbered = Metatag("order", f"random:{seed}")
    return conjunction(numbered if isinstance(node, Metatag) and node.name == "order" else node for node in top)
