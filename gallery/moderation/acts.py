"""Re-rate, remove, restore: one function and one transaction for each."""

from typing import Any

from django.db import transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.post_state import checked_rating, locked
from gallery.posts import set_rating, set_status

MAX_REASON = 2000

RERATABLE = frozenset(
    {PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED, PostStatus.REMOVED, PostStatus.APPEALED}
)
REMOVABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED, PostStatus.APPEALED})
RESTORABLE = frozenset({PostStatus.REMOVED, PostStatus.APPEALED})


@transaction.atomic
def rerate(actor: User, post: Post, rating: str, reason: str) -> Post:
    """Give the post another rating; from then on its author can raise it, not lower it below this one.

    Raises NotAllowed, InvalidTransition (the post is rated so already, or withdrawn or quarantined) and Invalid.
    """
    post = begin(actor, post, RERATABLE)
    wanted = checked_rating(rating)
    if post.rating == wanted:
        raise InvalidTransition("same_rating", rating=wanted.label)
    before = post.rating
    set_rating(actor, post, wanted)
    log_act(actor, ModerationKind.RERATE, post, reason, {"from": before, "to": wanted.value})
    return post


@transaction.atomic
def remove(actor: User, post: Post, reason: str) -> Post:
    """Take the post out of every list; moderators and its author can still open it.

    Raises NotAllowed, InvalidTransition and Invalid (no reason).
    """
    post = begin(actor, post, REMOVABLE)
    before = post.status
    set_status(post, PostStatus.REMOVED)
    log_act(actor, ModerationKind.REMOVE, post, reason, {"from": before})
    return post


@transaction.atomic
def restore(actor: User, post: Post, reason: str) -> Post:
    """Make a removed post active again, with all it had.

    Raises NotAllowed, InvalidTransition (it is not removed) and Invalid (no reason).
    """
    post = begin(actor, post, RESTORABLE)
    before = post.status
    set_status(post, PostStatus.ACTIVE)
    log_act(actor, ModerationKind.RESTORE, post, reason, {"from": before})
    return post


@transaction.atomic
def approve(actor: User, post: Post, reason: str) -> Post:
    """Let everybody see a post that waited for a moderator.

    Raises NotAllowed, InvalidTransition (it doesn't wait) and Invalid (no reason).
    """
    post = begin(actor, post, frozenset({PostStatus.PENDING}))
    set_status(post, PostStatus.ACTIVE)
    log_act(actor, ModerationKind.APPROVE, post, reason, {})
    return post


def begin(actor: User, post: Post, allowed: frozenset[PostStatus]) -> Post:
    """The locked post, if this person may decide about it and its state allows the act.

    Raises NotAllowed and InvalidTransition.
    """
    if not actor.is_moderator:
        raise NotAllowed("moderators_only")
    post = locked(post)
    if post.author_id == actor.pk and not actor.is_owner:
        raise NotAllowed("own_post")
    if post.status not in allowed:
        raise InvalidTransition("wrong_status", status=str(PostStatus(post.status).label))
    return post


def log_act(actor: User, kind: ModerationKind, post: Post, reason: str, details: dict[str, Any]) -> None:
    """A row of the moderation log; Invalid where the reason is missing or too long."""
    if post.author_id == actor.pk:
        details = details | {"own_post": True}
    ModerationAction.objects.create(actor=actor, kind=kind, post=post, reason=checked_reason(reason), details=details)


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; Invalid where there is none or too much of it."""
    text = reason.replace("\x00", "").strip()
    if not text:
        raise Invalid("reason_needed")
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(text), limit=MAX_REASON)
    return text
