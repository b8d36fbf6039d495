"""Numbers that every post has."""

from django.utils.translation import gettext_lazy as _

from gallery.search.compilation import in_stats
from gallery.search.expressions import within
from gallery.search.metatags.kinds import Compile, metatag
from tagging.query.readers import integers
from tagging.query.values import Numbers, Value

FEW_IDS = 1000


def _on_post(column: str) -> Compile:
    return lambda value, compilation: within(column, value)


def _on_stats(column: str) -> Compile:
    return lambda value, compilation: in_stats(within(column, value))


def listed(value: Value) -> bool:
    """Single ids, or short stretches of them."""
    if not isinstance(value, Numbers):
        return False
    return all(
        isinstance(part.low, int) and isinstance(part.high, int) and part.high - part.low < FEW_IDS
        for part in value.intervals
    )


metatag(
    "id",
    integers(),
    _on_post("id"),
    section="numbers",
    few=listed,
    summary=_("The number of the post; single ones, lists and ranges."),
    examples=("id:1234", "id:3,1,2", "id:>1000"),
)
metatag(
    "score",
    integers(),
    _on_stats("score"),
    section="numbers",
    summary=_("Votes up less votes down."),
    examples=("score:>=10", "score:<0"),
)
metatag(
    "upvotes",
    integers(),
    _on_stats("up_score"),
    section="numbers",
    summary=_("How many people voted the post up."),
    examples=("upvotes:>5",),
)
metatag(
    "downvotes",
    integers(),
    _on_stats("down_score"),
    section="numbers",
    summary=_("How many people voted the post down."),
    examples=("downvotes:>5",),
)
metatag(
    "favcount",
    integers(),
    _on_stats("fav_count"),
    section="numbers",
    summary=_("How many people keep the post."),
    examples=("favcount:>10",),
)
metatag(
    "views",
    integers(),
    _on_stats("views"),
    section="numbers",
    summary=_("How often the post was opened."),
    examples=("views:>100",),
)
