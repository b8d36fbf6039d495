"""Who may read which comment: the conditions that every list, count, page, feed and program's answer shares.

A comment is as visible as its post, and no more. Removed ones are read by their author and by moderators, withdrawn
ones by nobody; where moderators decide about one, the page of the case shows it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from gallery.errors import Invalid
from gallery.filters.in_force import in_force
from gallery.models import Comment, Post, User
from gallery.models.comment import CommentState
from gallery.models.user import USUAL_THRESHOLD
from gallery.visibility import Viewer, reachable_posts, signed_in, visible_posts


def visible_comments(viewer: Viewer) -> Q:
    """What lists across posts may hold, as a condition on `Comment`: standing comments on posts of the viewer's lists,
    without those of people whom their filter mutes."""
    posts = Post.objects.filter(visible_posts(viewer))
    return _standing(viewer) & Q(post__in=posts.values("pk"))


def visible_below(viewer: Viewer, post: Post) -> Q:
    """What programs are told of the comments on one post that this viewer can open."""
    posts = Post.objects.filter(reachable_posts(viewer), pk=post.pk)
    return _standing(viewer) & Q(post__in=posts.values("pk"))


def readable_below(viewer: Viewer) -> Q:
    """What stands below a post that this viewer was let open. Those of muted people are folded there, not left out."""
    shown = Q(state=CommentState.STANDING)
    if isinstance(viewer, User) and viewer.is_moderator:
        return shown | Q(state=CommentState.REMOVED)
    if signed_in(viewer):
        return shown | Q(state=CommentState.REMOVED, author_id=viewer.pk)
    return shown


def reachable_comments(viewer: Viewer) -> Q:
    """What a request for one comment may answer: those below posts that the viewer can open."""
    posts = Post.objects.filter(reachable_posts(viewer))
    return readable_below(viewer) & Q(post__in=posts.values("pk"))


def lock_readable(person: Viewer, comment: Comment) -> Comment:
    """The comment as it is now, with post and author, its row locked. Raises Invalid where this person can't read it.

    Asked after the lock: what was removed while this waited is removed.
    """
    found = Comment.objects.select_for_update(of=("self",)).select_related("post", "author").filter(pk=comment.pk)
    locked = found.first()
    if locked is None or not Comment.objects.filter(reachable_comments(person), pk=comment.pk).exists():
        raise Invalid("no_such_comment")
    return locked


def counts_below(posts: Iterable[int]) -> dict[int, int]:
    """How many comments stand below each of these posts, which the caller may show; none are left out of the answer."""
    numbers = list(posts)
    standing = Comment.objects.filter(post__in=numbers, state=CommentState.STANDING).order_by().values("post")
    found = dict(standing.annotate(number=Count("pk")).values_list("post", "number"))
    return {number: found.get(number, 0) for number in numbers}


def threshold_of(viewer: Viewer) -> int:
    """Comments with a lower score are folded for this viewer."""
    return viewer.comment_threshold if isinstance(viewer, User) and signed_in(viewer) else USUAL_THRESHOLD


def _standing(viewer: Viewer) -> Q:
    shown = Q(state=CommentState.STANDING)
    muted = in_force(viewer).muted
    return shown & ~Q(author_id__in=muted) if muted else shown
