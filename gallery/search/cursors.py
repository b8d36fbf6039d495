"""Places in an order: where a page begins, in the address of a page.

`b123` is what stands below post 123, `a123` what stands above it, whichever way the order runs; in orders other
than by id the token also carries the value: `b123t1763798400000000` (microseconds since 1970, UTC). A plain number
is a numbered page.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from gallery.errors import Invalid
from gallery.models import Post
from tagging.query.values import Order

NEWEST_FIRST = Order("id", ascending=False)
LAST_NUMBERED_PAGE = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"(?P<side>[ab])(?P<id>[0-9]{1,18})(?:t(?P<time>[0-9]{1,17}))?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """What stands `above` (else below) one post in the order of the values, that post left out."""

    above: bool
    id: int
    time: datetime | None = None

    def condition(self, order: Order) -> Q:
        """The place as a condition on `Post`."""
        ends = "gt" if self.above else "lt"
        if order.key == "id" or self.time is None:
            return Q(**{f"id__{ends}": self.id})
        # The first part says nothing new; it is the range that the index on (created_at, id) is walked from.
        return Q(**{f"created_at__{ends}e": self.time}) & (
            Q(**{f"created_at__{ends}": self.time}) | Q(**{f"id__{ends}": self.id})
        )

    def token(self) -> str:
        """The place as it stands in an address."""
        time = "" if self.time is None else f"t{(self.time - _EPOCH) // _MICROSECOND}"
        return f"{'a' if self.above else 'b'}{self.id}{time}"


def place_beside(post: Post, order: Order, *, above: bool) -> Place:
    """What stands above or below `post` in `order`."""
    return Place(above, post.pk, post.created_at if order.key == "created_at" else None)


def read_token(token: str | None, order: Order) -> Place | int:
    """A place or the number of a page (1 for none). Raises Invalid for anything else.

    A bare `b123` in an order by time stands for the time at which that post was made, as long as there is one.
    """
    if not token:
        return 1
    if _NUMBER.fullmatch(token) and 1 <= int(token) <= LAST_NUMBERED_PAGE:
        return int(token)
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Invalid("bad_page", page=token, limit=LAST_NUMBERED_PAGE)
    number, time = int(match["id"]), None
    if order.key == "created_at":
        if match["time"]:
            time = _EPOCH + int(match["time"]) * _MICROSECOND
        else:
            time = Post.objects.filter(pk=number).values_list("created_at", flat=True).first()
        if time is None:
            raise Invalid("bad_page", page=token, limit=LAST_NUMBERED_PAGE)
    return Place(match["side"] == "a", number, time)
