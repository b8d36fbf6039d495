"""The end of a quarantine, by a moderator with a reason: the picture comes back, or its files are destroyed."""

from django.db import transaction

from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import LockedAway, ModerationAction, Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.moderation.acts import checked_reason
from gallery.moderation.cases import decides_alone
from gallery.post_state import locked
from gallery.posts import set_status
from gallery.refusals.quarantine import destroy, put_back


@transaction.atomic
def release_by(actor: User, row: LockedAway, reason: str) -> None:
    """Give a picture back to its owner. Its post, if it has one, becomes a removed one, which a moderator can restore.

    Raises NotAllowed (no moderator, one's own picture), InvalidTransition (over) and Invalid (no reason).
    """
    _require(actor, row)
    post = Post.objects.filter(asset=row.asset).first()
    if post is not None:
        post = locked(post)
        if post.status == PostStatus.QUARANTINED:
            set_status(post, PostStatus.REMOVED)
    _log(actor, row, post, reason, "released")
    put_back(row)


@transaction.atomic
def destroy_by(actor: User, row: LockedAway, reason: str) -> None:
    """Delete a picture's files for good; that it was here stays known. Raises as `release_by` does."""
    _require(actor, row)
    _log(actor, row, Post.objects.filter(asset=row.asset).first(), reason, "destroyed")
    destroy(row)


@transaction.atomic
def leave_locked(actor: User, row: LockedAway, reason: str) -> None:
    """Note that somebody looked into it and the picture stays out of reach. Raises as `release_by` does."""
    _require(actor, row)
    if row.destroyed_at is not None or row.released_at is not None:
        raise InvalidTransition("quarantine_over")
    _log(actor, row, Post.objects.filter(asset=row.asset).first(), reason, "confirmed")


def _require(actor: User, row: LockedAway) -> None:
    if not actor.is_moderator or not actor.is_active:
        raise NotAllowed("moderators_only")
    if row.asset.owner_id == actor.pk and not decides_alone(actor):
        raise NotAllowed("own_case")


def _log(actor: User, row: LockedAway, post: Post | None, reason: str, act: str) -> None:
    ModerationAction.objects.create(
        actor=actor,
        kind=ModerationKind.QUARANTINE,
        post=post,
        subject=None if post else row.asset.owner,
        reason=checked_reason(reason),
        details={"act": act, "asset": row.asset.key},
    )
