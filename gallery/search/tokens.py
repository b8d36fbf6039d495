"""Which page a token in an address asks for."""

import re

from django.db.models import Q

from gallery.errors import Invalid
from gallery.models import Post
from gallery.search.orders import Ordering, shuffled
from gallery.search.places import Place
from gallery.visibility import Viewer, visible_posts

LAST_NUMBERED_PAGE = 1000

_TOKEN = re.compile(
    r"(?P<side>[ab])(?P<id>[0-9]{1,18})(?:\.(?P<order>[a-z_]{1,40}(?:-[0-9]{1,19})?)\.(?P<value>[0-9.e+-]{1,50}))?",
    re.ASCII,
)
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


def read_token(
    token: str | None, ordering: Ordering, viewer: Viewer, *, free_seed: bool = False
) -> tuple[Place | int, Ordering]:
    """A place or the number of a page (1 for none), and the order it lies in.

    With `free_seed` the search asked for any shuffle: the token's own is taken. Raises Invalid for what is no page,
    and for a place in another order. A bare `b123` stands for the value that the post has now, as long as there is
    such a post that this viewer may see.
    """
    if not token:
        return 1, ordering
    if _NUMBER.fullmatch(token) and 1 <= int(token) <= LAST_NUMBERED_PAGE:
        return int(token), ordering
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise _no_page(token)
    above, number = match["side"] == "a", int(match["id"])
    if ordering.by_id:
        if match["order"]:
            raise Invalid("page_of_other_order")
        return Place(above, number, number), ordering
    if not match["order"]:
        value = key_of(number, ordering, visible_posts(viewer, any_status=True, any_zone=True))
    else:
        if free_seed and match["order"].startswith("random-"):
            ordering = shuffled(int(match["order"].removeprefix("random-")[:18]))
        if match["order"] != ordering.name:
            raise Invalid("page_of_other_order")
        value = ordering.codec.read(match["value"])
    if value is None:
        raise _no_page(token)
    return Place(above, number, value), ordering


def key_of(post_id: int, ordering: Ordering, visible: Q) -> object | None:
    """The value of a post in an order; None if it has no place there or is not `visible`."""
    posts = Post.objects.filter(visible, ordering.only, pk=post_id)
    return posts.annotate(order_key=ordering.key).values_list("order_key", flat=True).first()


def _no_page(token: str) -> Invalid:
    return Invalid("bad_page", page=token[:60], limit=LAST_NUMBERED_PAGE)
