"""Comments: written, edited for a while, withdrawn; each function is one transaction.

Locks are taken in the order post, comment, person. Votes are in `gallery.community.comment_votes`, what moderators do
in `gallery.moderation.comments`.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gallery.community.comment_limits import require_in_use, require_may_comment, require_not_too_often
from gallery.community.comment_text import checked_text
from gallery.community.comment_visibility import lock_readable
from gallery.community.opinions import active_post
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Comment, Post, User
from gallery.models.comment import CommentState
from gallery.models.post import STANDING
from gallery.models.refusal import RuleEffect
from gallery.post_state import require_status
from gallery.refusals.counting import counting
from gallery.refusals.fixed import minors_in
from gallery.refusals.judging import Hit, Refused

EDIT_FOR = timedelta(hours=1)


@counting
@transaction.atomic
def write(author: User, post: Post, text: str) -> Comment:
    """Say something below a post that others can see.

    Raises NotAllowed (a disabled account), Invalid (no such post for this member, nothing said, too much, `Refused`),
    InvalidTransition (the post is in no list, or takes no comments) and TooOften.
    """
    require_may_comment(author)
    said = checked_text(text)
    found = active_post(author, post)
    if not found.comments_open:
        raise InvalidTransition("comments_closed")
    require_not_too_often(author)
    _refuse(said)
    return Comment.objects.create(post=found, author=author, post_author_id=found.author_id, text=said)


@counting
@transaction.atomic
def edit(author: User, comment: Comment, text: str) -> Comment:
    """Change one's own comment within `EDIT_FOR`; it is marked as edited unless it stays what it was.

    Raises as `write` does, InvalidTransition too where the comment is not standing or too old.
    """
    require_may_comment(author)
    said = checked_text(text)
    found = lock_readable(author, comment)
    _require_own(author, found)
    _require_standing(found)
    require_status(found.post, frozenset(STANDING))
    if not editable(author, found):
        raise InvalidTransition("comment_edit_too_late", minutes=EDIT_FOR // timedelta(minutes=1))
    if said == found.text:
        return found
    _refuse(said)
    found.text, found.edited_at = said, timezone.now()
    found.save(update_fields=["text", "edited_at"])
    return found


@transaction.atomic
def withdraw(author: User, comment: Comment) -> None:
    """Take one's own comment back, wherever its post is by now; nobody reads it any more.

    Raises NotAllowed (another's) and InvalidTransition (not standing).
    """
    require_in_use(author)
    found = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    _require_own(author, found)
    _require_standing(found)
    found.state = CommentState.WITHDRAWN
    found.save(update_fields=["state"])


@transaction.atomic
def set_open(author: User, post: Post, is_open: bool) -> None:
    """Let others comment on one's own post, or not; what stands there stays. Raises NotAllowed (another's post)."""
    require_may_comment(author)
    found = active_post(author, post)
    if found.author_id != author.pk:
        raise NotAllowed("not_your_post")
    found.comments_open = is_open
    # Not `updated_at`: the post is the same.
    found.save(update_fields=["comments_open"])


def editable(person: User, comment: Comment) -> bool:
    """Whether its author can still change the comment."""
    return (
        comment.author_id == person.pk
        and comment.state == CommentState.STANDING
        and timezone.now() - comment.at <= EDIT_FOR
    )


def _require_own(person: User, comment: Comment) -> None:
    if comment.author_id != person.pk:
        raise NotAllowed("not_your_comment")


def _require_standing(comment: Comment) -> None:
    if comment.state != CommentState.STANDING:
        raise InvalidTransition("comment_gone")


def _refuse(text: str) -> None:
    """The fixed rule alone: what admins wrote is for pictures and how they are made."""
    if words := minors_in([text]):
        raise Refused(Hit(RuleEffect.REFUSE, words))
