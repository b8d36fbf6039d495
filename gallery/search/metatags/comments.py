"""Who commented on a post, and how many comments stand below it; removed and withdrawn ones are as if never made."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gallery.models import Comment
from gallery.models.comment import CommentState
from gallery.search.compilation import Compilation
from gallery.search.expressions import NOTHING, within
from gallery.search.metatags.kinds import metatag
from tagging.query.readers import integers, user_name
from tagging.query.values import Numbers, Presence, UserName


def _standing() -> QuerySet[Comment]:
    return Comment.objects.filter(state=CommentState.STANDING)


def _commenter(value: Presence | UserName, compilation: Compilation) -> Q:
    below = _standing().filter(post=OuterRef("pk"))
    if isinstance(value, Presence):
        return Q(Exists(below)) if value.present else ~Q(Exists(below))
    author = compilation.user_id(value.name)
    return NOTHING if author is None else Q(Exists(below.filter(author=author)))


def _comments(value: Numbers, compilation: Compilation) -> Q:
    """All posts with comments are counted at once, since most posts have none."""
    without = ~Q(Exists(_standing().filter(post=OuterRef("pk"))))
    if value == Numbers(frozenset({0})):
        return without
    counted = _standing().order_by().values("post").annotate(number=Count("pk"))
    result = Q(pk__in=counted.filter(within("number", value)).values("post"))
    return result | without if value.contains(0) else result


metatag(
    "commenter",
    user_name(nullable=True),
    _commenter,
    section="people",
    aliases=("comm",),
    summary=_("Who commented on the post."),
    examples=("commenter:ann", "commenter:none"),
    values=("any", "none"),
)
metatag(
    "comment_count",
    integers(),
    _comments,
    section="numbers",
    aliases=("comments",),
    summary=_("How many comments stand below the post."),
    examples=("comments:>3", "comments:0"),
)
