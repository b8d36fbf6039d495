"""The end of a quarantine, by a moderator with a reason: the picture comes back, or its files are destroyed."""

from django.db import transaction

from gallery.accounts.standing import require_may_act
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Case, LockedAway, ModerationAction, Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.models.review import CaseState, Outcome
from gallery.moderation.acts import checked_reason
from gallery.moderation.cases import decides_alone, settle
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
    _end_case(actor, row, Outcome.KEPT, reason)
    put_back(row)


@transaction.atomic
def destroy_by(actor: User, row: LockedAway, reason: str) -> None:
    """Delete a picture's files for good; that it was here stays known. Raises as `release_by` does."""
    _require(actor, row)
    _log(actor, row, Post.objects.filter(asset=row.asset).first(), reason, "destroyed")
    _end_case(actor, row, Outcome.QUARANTINED, reason)
    destroy(row)


@transaction.atomic
def leave_locked(actor: User, row: LockedAway, reason: str) -> None:
    """Note that somebody looked into it and the picture stays out of reach. Raises as `release_by` does."""
    _require(actor, row)
    if row.destroyed_at is not None or row.released_at is not None:
        raise InvalidTransition("quarantine_over")
    _log(actor, row, Post.objects.filter(asset=row.asset).first(), reason, "confirmed")


def _require(actor: User, row: LockedAway) -> None:
    if not actor.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(actor)
    if row.asset.owner_id == actor.pk and not decides_alone(actor):
        raise NotAllowed("own_case")


def _end_case(actor: User, row: LockedAway, outcome: Outcome, reason: str) -> None:
    """Decide the case about it, if it is open still: nothing is left of it."""
    if row.case_id is None:
        return
    case = Case.objects.select_for_update(of=("self",)).get(pk=row.case_id)
    if case.state == CaseState.OPEN:
        settle(case, actor, outcome, checked_reason(reason))


def _log(actor: User, row: LockedAway, post: Post | None, reason: str, act: str) -> None:
    ModerationAction.objects.create(
        actor=actor,
        kind=ModerationKind.QUARANTINE,
        post=post,
        subject=None if post else row.asset.owner,
        reason=checked_reason(reason),
        details={"act": act, "asset": row.asset.key},
    )
