"""Votes for comments: one a person, none for one's own; the sum stands in the comment and moves under its lock."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum

from gallery.community.comment_limits import require_may_comment
from gallery.community.comment_visibility import lock_readable
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Comment, CommentVote, User
from gallery.models.comment import CommentState
from gallery.visibility import Viewer

SCORES = (1, 0, -1)


@transaction.atomic
def vote_on_comment(voter: User, comment: Comment, score: int) -> Comment:
    """Vote a comment up (1) or down (-1), or take the vote back (0); the comment with its sum.

    Raises NotAllowed (a disabled account, one's own comment), Invalid (no such comment for this member, another score)
    and InvalidTransition (it is not standing).
    """
    require_may_comment(voter)
    if score not in SCORES:
        raise Invalid("unknown_vote", value=score)
    found = lock_readable(voter, comment)
    if found.author_id == voter.pk:
        raise NotAllowed("vote_on_own_comment")
    if found.state != CommentState.STANDING:
        raise InvalidTransition("comment_gone")
    CommentVote.objects.filter(comment=found, user=voter).exclude(score=score).delete()
    if score:
        CommentVote.objects.get_or_create(comment=found, user=voter, defaults={"score": score})
    return recount_comment(found)


def votes_of(viewer: Viewer, comments: Iterable[int]) -> dict[int, int]:
    """What this viewer voted on these comments; those without a vote are left out."""
    numbers = list(comments)
    if not numbers or not isinstance(viewer, User):
        return {}
    rows = CommentVote.objects.filter(user=viewer, comment__in=numbers)
    return dict(rows.values_list("comment_id", "score"))


def take_back_comment_votes(user: User) -> int:
    """Take back every vote of an account on comments, as before it is deleted; how many there were."""
    numbers = list(CommentVote.objects.filter(user=user).order_by("comment").values_list("comment_id", flat=True))
    for number in numbers:
        with transaction.atomic():
            found = Comment.objects.select_for_update().get(pk=number)
            CommentVote.objects.filter(user=user, comment=found).delete()
            recount_comment(found)
    return len(numbers)


def recount_comment(comment: Comment) -> Comment:
    """Make the sum of a locked comment anew from its votes."""
    comment.score = CommentVote.objects.filter(comment=comment).aggregate(sum=Sum("score"))["sum"] or 0
    comment.save(update_fields=["score"])
    return comment
