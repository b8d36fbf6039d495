"""The orders of a result: each is one SQL expression that is never null, with ties by id."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    FloatField,
    Func,
    IntegerField,
    Model,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Extract, Greatest, Ln
from django.utils.translation import gettext_lazy as _

from gallery.models import Post, PostStats
from gallery.search.codecs import DECIMAL, INTEGER, TIME, Codec
from tagging.query import registry
from tagging.query.values import Clock

RANK_DAYS, HOT_DAYS = 2, 7
# One order of magnitude (base 3) of score is worth ten hours of youth: Danbooru's constants.
RANK_SECONDS = 35_000
# So much less does a post of this rating count in order:hot, else the strongest pictures would fill it (AIBooru's).
COOLING = {"e": 3.5, "q": 3.0, "s": 1.5}
_LARGEST_SEED = 2**31
_ID = F("id")
EVERYTHING = Q()


@dataclass(frozen=True)
class Ordering:
    """One order of one search: by `key` upwards or downwards, ties by `tie` the same way.

    `name` stands in the tokens of its pages, which `codec` reads and writes. Where an index holds `(key, tie)`, `table`
    is the table that has it, and `own_key` and `own_tie` are the two as that table calls them. `only`: the posts that
    have a place in this order. `few`: there are only a few of these, whatever the search. `by_stats`: the key is
    made of the sums of votes, which every post has: an inner join, so that the index on them can lead.
    """

    name: str
    ascending: bool
    key: Any = _ID
    tie: Any = _ID
    codec: Codec = INTEGER
    table: type[Model] | None = None
    own_key: Any = None
    own_tie: Any = _ID
    only: Q = EVERYTHING
    few: bool = False
    by_stats: bool = False

    @property
    def by_id(self) -> bool:
        """Whether the key is the id itself."""
        return bool(self.key == _ID)


def by_id(*, ascending: bool = False) -> Ordering:
    """By id: what is published later has the higher one."""
    return Ordering("id", ascending, table=Post, own_key=_ID)


def _column(name: str, codec: Codec = INTEGER, *, indexed: bool = True) -> Callable[[str, bool], Ordering]:
    return _expression(F(name), codec, indexed=indexed)


def _expression(key: Any, codec: Codec = INTEGER, *, indexed: bool = False) -> Callable[[str, bool], Ordering]:
    def ordering(order: str, ascending: bool) -> Ordering:
        return Ordering(order, ascending, key, codec=codec, table=Post if indexed else None, own_key=key)

    return ordering


def _stat(name: str, *, indexed: bool = True) -> Callable[[str, bool], Ordering]:
    def ordering(order: str, ascending: bool) -> Ordering:
        table = PostStats if indexed else None
        key, tie = F(f"stats__{name}"), F("stats__pk")
        return Ordering(order, ascending, key, tie, table=table, own_key=F(name), own_tie=F("pk"), by_stats=True)

    return ordering


def _ratio(over: str, under: str) -> Any:
    return Cast(F(over), FloatField()) / Cast(F(under), FloatField())


def _log3(value: Any) -> Any:
    """The logarithm to base 3; of what is below 1, that of 1: the database may look at posts whose score is not above 0
    before it leaves them out."""
    return Ln(Cast(Greatest(value, Value(1)), FloatField())) / Value(1.0986122886681098, output_field=FloatField())


def _rank() -> Any:
    age = Cast(Extract("created_at", "epoch"), FloatField()) / Value(float(RANK_SECONDS), output_field=FloatField())
    return _log3(F("stats__score")) + age


def _hot() -> Any:
    liked = Cast(F("stats__score") + F("stats__fav_count") + Value(7), FloatField())
    cooling = Case(
        *(When(rating=rating, then=Value(by)) for rating, by in COOLING.items()),
        default=Value(1.0),
        output_field=FloatField(),
    )
    return liked / _log3(F("stats__views") + Value(100)) / cooling


# The orders that need nothing but the post. `random`, `custom`, `rank`, `hot`, `child_count` and the orders of lists
# are made below, for one search each.
SIMPLE: dict[str, Callable[[str, bool], Ordering]] = {
    "created_at": _column("created_at", TIME),
    "change": _column("updated_at", TIME),
    "score": _stat("score"),
    "upvotes": _stat("up_score", indexed=False),
    "downvotes": _stat("down_score", indexed=False),
    "favcount": _stat("fav_count"),
    "views": _stat("views"),
    "mpixels": _expression(F("width") * F("height"), indexed=True),
    "filesize": _column("file_size"),
    "tagcount": _column("tag_count"),
    "gentags": _column("general_tags", indexed=False),
    "arttags": _column("artist_tags", indexed=False),
    "copytags": _column("copyright_tags", indexed=False),
    "chartags": _column("character_tags", indexed=False),
    "metatags": _column("meta_tags", indexed=False),
    "modeltags": _column("model_tags", indexed=False),
    "portrait": _expression(_ratio("height", "width"), DECIMAL),
    "landscape": _expression(_ratio("width", "height"), DECIMAL),
}


def recent(key: str, clock: Clock) -> Ordering:
    """`rank` or `hot`: what people like among the posts of the last days."""
    days, expression = (RANK_DAYS, _rank()) if key == "rank" else (HOT_DAYS, _hot())
    only = Q(Exists(PostStats.objects.filter(post=OuterRef("pk"), score__gt=0)))
    only &= Q(created_at__gte=clock.now - timedelta(days=days))
    return Ordering(key, False, expression, codec=DECIMAL, only=only, by_stats=True)


def shuffled(seed: int | None) -> Ordering:
    """The same shuffle for the same seed, on every page; without one a new shuffle."""
    number = secrets.randbelow(_LARGEST_SEED) if seed is None else seed
    key = Func(F("id"), Value(number), function="hashint8extended", output_field=BigIntegerField())
    return Ordering(f"random-{number}", True, key)


def as_listed(ids: list[int]) -> Ordering:
    """The order in which an `id:` names the posts."""
    array = Func(*(Value(number) for number in ids), template="ARRAY[%(expressions)s]::bigint[]")
    key = Func(array, F("id"), function="array_position", output_field=IntegerField())
    return Ordering("custom", True, key, only=Q(pk__in=ids), few=True)


def by_likeness(distances: dict[int, int]) -> Ordering:
    """The nearest first, of posts with these distances."""
    ids = Func(*map(Value, distances), template="ARRAY[%(expressions)s]::bigint[]")
    bits = Func(*map(Value, distances.values()), template="ARRAY[%(expressions)s]::integer[]")
    position = Func(ids, F("id"), function="array_position", output_field=IntegerField())
    key = Func(bits, position, template="(%(expressions)s]", arg_joiner=")[", output_field=IntegerField())
    return Ordering("similar", True, key, only=Q(pk__in=list(distances)), few=True)


def by_entry(name: str, entries: Any, column: str, *, ascending: bool) -> Ordering:
    """By a column of a table with one row for each post of a list; `entries` are the rows of that list."""
    ours = entries.filter(post=OuterRef("pk"))
    key = Subquery(ours.values(column)[:1], output_field=BigIntegerField())
    return Ordering(name, ascending, key, only=Q(Exists(ours)), few=True)


_SUMMARIES: dict[str, Any] = {
    "id": _("By post number, the oldest first; id_desc is how every search begins."),
    "created_at": _("By the time of publishing, the newest first."),
    "change": _("By the last change, the newest first."),
    "score": _("By score, the highest first."),
    "upvotes": _("By votes up, most first."),
    "downvotes": _("By votes down, most first."),
    "favcount": _("By how many people keep the post, most first."),
    "views": _("By how often the post was opened, most first."),
    "mpixels": _("By the number of pixels, the largest first."),
    "filesize": _("By the size of the file, the largest first."),
    "tagcount": _("By the number of tags, most first."),
    "gentags": _("By the number of general tags."),
    "arttags": _("By the number of artist tags."),
    "copytags": _("By the number of copyright tags."),
    "chartags": _("By the number of character tags."),
    "metatags": _("By the number of meta tags."),
    "modeltags": _("By the number of model tags."),
    "child_count": _("By how many posts were made from the post, most first."),
    "portrait": _("The tallest shapes first."),
    "landscape": _("The widest shapes first."),
    "random": _("Shuffled; with a number, as in order:random:7, the shuffle stays the same."),
    "rank": _("What people like now, of the last two days."),
    "hot": _("What people like, of the last week; strong ratings count less."),
    "custom": _("In the order in which id: names the posts, as in id:3,1,2 order:custom."),
    "none": _("In whatever order is found fastest."),
}
_ONE_WAY = frozenset({"portrait", "landscape", "random", "rank", "hot", "custom", "none"})


def register_orders() -> None:
    """Makes `order:` take them; those that the language brings itself are left as they are."""
    known = {kind.key for kind in registry.order_kinds()}
    for key, summary in _SUMMARIES.items():
        if key in known:
            registry.describe_order(key, partial(str, summary))
        else:
            registry.register_order(
                key,
                ascending=key == "custom",
                reversible=key not in _ONE_WAY,
                seeded=key == "random",
                aliases=("updated_at",) if key == "change" else (),
                summary=partial(str, summary),
            )
