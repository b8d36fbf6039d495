"""What pages show of comments: each with its HTML, whether it is folded, and what its reader may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from gallery.community.comment_markup import posts_named, render_comment
from gallery.community.comment_visibility import counts_below, readable_below, threshold_of, visible_comments
from gallery.community.comment_votes import votes_of
from gallery.community.comments import editable
from gallery.filters.in_force import in_force
from gallery.models import Comment, Post, Statement, User
from gallery.models.comment import CommentState
from gallery.models.post import STANDING, PostStatus
from gallery.models.review import Restriction
from gallery.visibility import Viewer, reachable_posts, signed_in

A_PAGE = 20
MOST_COUNTED = 99
"""More new comments than so many are not counted."""


@dataclass(frozen=True)
class Shown:
    """A comment as one reader is shown it. `folded`: why one has to ask for it ("score", "muted"), or empty.
    `statement`: what its author was told of its removal."""

    comment: Comment
    html: SafeString
    folded: str = ""
    vote: int = 0
    mine: bool = False
    may_vote: bool = False
    may_edit: bool = False
    may_moderate: bool = False
    by_post_author: bool = False
    statement: Statement | None = None

    @property
    def removed(self) -> bool:
        """Whether only its author and moderators read it."""
        return self.comment.state == CommentState.REMOVED

    @property
    def age(self) -> str:
        """How long ago it was sent, in its largest unit."""
        if timezone.now() - self.comment.at < timedelta(minutes=1):
            return _("just now")
        return _("%(age)s ago") % {"age": timesince(self.comment.at, depth=1)}


def as_shown(comments: Iterable[Comment], viewer: Viewer) -> list[Shown]:
    """Comments that this viewer may read, each loaded with author and post; three queries at most for all of them."""
    listed = list(comments)
    member = viewer if isinstance(viewer, User) and signed_in(viewer) else None
    votes = votes_of(viewer, [comment.pk for comment in listed])
    seen = linkable_posts((comment.text for comment in listed), viewer)
    removed = [comment.pk for comment in listed if comment.state == CommentState.REMOVED]
    told = _statements(member, removed) if member and removed else {}
    threshold, muted = threshold_of(viewer), in_force(viewer).muted
    return [
        Shown(
            comment,
            render_comment(comment.text, seen),
            folded=_folded(comment, member, threshold, muted),
            vote=votes.get(comment.pk, 0),
            mine=member is not None and comment.author_id == member.pk,
            may_vote=member is not None
            and comment.author_id != member.pk
            and comment.state == CommentState.STANDING
            and comment.post.status in STANDING,
            may_edit=member is not None and editable(member, comment) and comment.post.status in STANDING,
            may_moderate=member is not None and member.is_moderator,
            by_post_author=comment.author_id == comment.post_author_id,
            statement=told.get(comment.pk),
        )
        for comment in listed
    ]


def linkable_posts(texts: Iterable[str], viewer: Viewer) -> frozenset[int]:
    """Of the posts that texts name, those that this viewer may see."""
    named = posts_named(texts)
    if not named:
        return frozenset()
    return frozenset(Post.objects.filter(reachable_posts(viewer), pk__in=named).values_list("pk", flat=True))


def panel(viewer: Viewer, post: Post, *, before: int | None = None) -> dict[str, Any]:
    """What stands below a post that this viewer was let open: the newest comments (below the number `before`), the
    oldest of them first."""
    below = Comment.objects.filter(readable_below(viewer), post=post)
    part = below.filter(pk__lt=before) if before is not None else below
    rows = list(part.select_related("author", "post").order_by("-pk")[: A_PAGE + 1])
    member = viewer if isinstance(viewer, User) and signed_in(viewer) else None
    in_sight = post.status in STANDING
    return {
        "post": post,
        "shown": as_shown(reversed(rows[:A_PAGE]), viewer),
        "count": counts_below([post.pk])[post.pk],
        "older": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
        "before": before,
        "may_write": member is not None and in_sight and post.comments_open,
        "asks_to_sign_in": member is None and in_sight and post.comments_open,
        "closed": not post.comments_open,
        "may_close": member is not None and in_sight and post.author_id == member.pk,
    }


def newest(viewer: Viewer, *, before: int | None = None, **which: Any) -> QuerySet[Comment]:
    """The newest comments on posts of this viewer's lists; `which` narrows them."""
    found = Comment.objects.filter(visible_comments(viewer), **which)
    if before is not None:
        found = found.filter(pk__lt=before)
    loaded = found.select_related("author", "post__asset", "post__author", "post__stats")
    return loaded.prefetch_related("post__asset__files").order_by("-pk")


def on_own_posts(member: User) -> QuerySet[Comment]:
    """What others said below this member's posts, whatever their lists hold: they can open all of these posts."""
    muted = in_force(member).muted
    told = Comment.objects.filter(post_author=member, state=CommentState.STANDING)
    told = told.exclude(Q(author=member) | Q(author__in=muted) | Q(post__status=PostStatus.QUARANTINED))
    loaded = told.select_related("author", "post__asset", "post__author", "post__stats")
    return loaded.prefetch_related("post__asset__files").order_by("-pk")


def new_on_own_posts(member: User) -> int:
    """How many of them this member was not told of, `MOST_COUNTED` at most."""
    newer = on_own_posts(member).filter(pk__gt=member.comments_seen).values("pk")
    return newer[:MOST_COUNTED].count()


def mark_seen(member: User, newest_seen: int) -> None:
    """Note that this member was told of the comments up to this number."""
    User.objects.filter(pk=member.pk, comments_seen__lt=newest_seen).update(comments_seen=newest_seen)


def _folded(comment: Comment, member: User | None, threshold: int, muted: tuple[int, ...]) -> str:
    if member is not None and comment.author_id == member.pk:
        return ""
    if comment.author_id in muted:
        return "muted"
    return "score" if comment.score < threshold else ""


def _statements(member: User, removed: list[int]) -> dict[int, Statement]:
    rows = Statement.objects.filter(person=member, comment__in=removed, restriction=Restriction.COMMENT)
    return {row.comment_id: row for row in rows.order_by("pk") if row.comment_id is not None}
