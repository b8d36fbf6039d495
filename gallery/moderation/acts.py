"""Approve, keep, re-rate, remove, restore, quarantine: one function and one transaction for each.

Each writes the log, closes the cases that it answers, and tells the author what was taken from them.
"""

from typing import Any

from django.db import transaction

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import STANDING, PostStatus
from gallery.models.rating import RatingKind
from gallery.models.refusal import LockedBy
from gallery.models.review import CaseKind, Detection, Outcome, Restriction, SiteRule
from gallery.moderation.cases import decides_alone, settle_others
from gallery.moderation.statements import state_reasons
from gallery.post_ratings.sources import decide as decide_rating
from gallery.post_ratings.sources import record_rating
from gallery.post_state import LETTING_OUT, checked_rating, locked
from gallery.posts import set_rating, set_status
from gallery.ratings import Rating
from gallery.refusals.quarantine import lock_away

MAX_REASON = 2000

RERATABLE = frozenset(
    {PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED, PostStatus.REMOVED, PostStatus.APPEALED}
)
REMOVABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED, PostStatus.APPEALED})
RESTORABLE = frozenset({PostStatus.REMOVED, PostStatus.APPEALED})
KEEPABLE = frozenset(STANDING)
QUARANTINABLE = RERATABLE

# What a decision about a post answers beside the case that it was made in.
_OF_A_RATING = frozenset({CaseKind.RATING, CaseKind.SCAN, CaseKind.STUCK})
_OF_A_LOOK = frozenset({CaseKind.POST, CaseKind.REPORT, CaseKind.FLAG, CaseKind.SCAN, CaseKind.STUCK})
_OF_ITS_BEING_HERE = _OF_A_LOOK | {CaseKind.RATING}


@transaction.atomic
def rerate(
    actor: User,
    post: Post,
    rating: str,
    reason: str,
    *,
    detection: Detection = Detection.MODERATOR,
    details: dict[str, Any] | None = None,
) -> Post:
    """Give the post another rating; from then on its author can raise it, not lower it below this one.

    Raises NotAllowed, InvalidTransition (the post is rated so already, or withdrawn or quarantined) and Invalid.
    """
    post = begin(actor, post, RERATABLE)
    wanted = checked_rating(rating)
    if post.rating == wanted:
        raise InvalidTransition("same_rating", rating=wanted.label)
    before = Rating(post.rating)
    set_rating(actor, post, wanted)
    decide_rating(post, before, wanted)
    more = {"from": before.value, "to": wanted.value} | (details or {})
    act = log_act(actor, ModerationKind.RERATE, post, reason, more)
    record_rating(post, RatingKind.MODERATOR, before=before, by=actor, reason=act.reason)
    if wanted.strength > before.strength and post.author_id != actor.pk and "statement" not in more:
        state_reasons(act, post.author, Restriction.RATING, SiteRule.RATING, detection=detection)
    # One that waits unseen keeps its cases: whether it may be seen is another question.
    answers = _OF_A_RATING - LETTING_OUT if post.status == PostStatus.PENDING else _OF_A_RATING
    settle_others(post, actor, answers, Outcome.RERATED, act.reason)
    return post


@transaction.atomic
def remove(
    actor: User,
    post: Post,
    reason: str,
    rule: SiteRule = SiteRule.OTHER,
    *,
    detection: Detection = Detection.MODERATOR,
) -> Post:
    """Take the post out of every list; moderators and its author can still open it.

    Raises NotAllowed, InvalidTransition and Invalid (no reason).
    """
    post = begin(actor, post, REMOVABLE)
    before = post.status
    set_status(post, PostStatus.REMOVED)
    act = log_act(actor, ModerationKind.REMOVE, post, reason, {"from": before, "rule": rule.value})
    if post.author_id != actor.pk:
        state_reasons(act, post.author, Restriction.REMOVAL, rule, detection=detection)
    settle_others(post, actor, _OF_ITS_BEING_HERE, Outcome.REMOVED, act.reason)
    return post


@transaction.atomic
def restore(actor: User, post: Post, reason: str, *, details: dict[str, Any] | None = None) -> Post:
    """Make a removed post active again, with all it had.

    Raises NotAllowed, InvalidTransition (it is not removed) and Invalid (no reason).
    """
    post = begin(actor, post, RESTORABLE)
    before = post.status
    set_status(post, PostStatus.ACTIVE)
    log_act(actor, ModerationKind.RESTORE, post, reason, {"from": before} | (details or {}))
    return post


@transaction.atomic
def approve(actor: User, post: Post, reason: str) -> Post:
    """Let everybody see a post that waited for a moderator.

    Raises NotAllowed, InvalidTransition (it doesn't wait) and Invalid (no reason).
    """
    post = begin(actor, post, frozenset({PostStatus.PENDING}))
    set_status(post, PostStatus.ACTIVE)
    act = log_act(actor, ModerationKind.APPROVE, post, reason, {})
    settle_others(post, actor, _OF_A_LOOK, Outcome.APPROVED, act.reason)
    return post


@transaction.atomic
def keep(actor: User, post: Post, reason: str) -> Post:
    """Leave a post that somebody reported or flagged, or that a check doubted, as it is; a flag on it is gone.

    Raises NotAllowed, InvalidTransition (it is neither active nor flagged) and Invalid (no reason).
    """
    post = begin(actor, post, KEEPABLE)
    before = post.status
    if before == PostStatus.FLAGGED:
        set_status(post, PostStatus.ACTIVE)
    act = log_act(actor, ModerationKind.KEEP, post, reason, {"from": before})
    settle_others(post, actor, _OF_A_LOOK, Outcome.KEPT, act.reason)
    return post


@transaction.atomic
def quarantine(actor: User, post: Post, reason: str, rule: SiteRule = SiteRule.LAW) -> Post:
    """Put a post where nobody sees it, moderators and its author included, and its files out of reach;
    docs/moderation.md says what to do then.

    Its author is told nothing: what is kept for the police may not warn who posted it. Raises as `remove` does.
    """
    post = begin(actor, post, QUARANTINABLE)
    before = post.status
    set_status(post, PostStatus.QUARANTINED)
    lock_away(post.asset, LockedBy.MODERATOR, {"post": post.pk})
    act = log_act(actor, ModerationKind.QUARANTINE, post, reason, {"from": before, "rule": rule.value})
    settle_others(post, actor, _OF_ITS_BEING_HERE, Outcome.QUARANTINED, act.reason)
    return post


def begin(actor: User, post: Post, allowed: frozenset[PostStatus]) -> Post:
    """The locked post, if this person may decide about it and its state allows the act.

    Nobody decides about their own post but the owner of a site that nobody else moderates. Raises NotAllowed and
    InvalidTransition.
    """
    if not actor.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(actor)
    post = locked(post)
    if post.author_id == actor.pk and not decides_alone(actor):
        raise NotAllowed("own_post")
    if post.status not in allowed:
        raise InvalidTransition("wrong_status", status=str(PostStatus(post.status).label))
    return post


def log_act(
    actor: User,
    kind: ModerationKind,
    post: Post | None,
    reason: str,
    details: dict[str, Any],
    *,
    subject: User | None = None,
) -> ModerationAction:
    """A row of the moderation log, about a post or the person `subject`; Invalid where the reason is missing or too
    long."""
    if post is not None and post.author_id == actor.pk:
        details = details | {"own_post": True}
    return ModerationAction.objects.create(
        actor=actor, kind=kind, post=post, subject=subject, reason=checked_reason(reason), details=details
    )


def log_about_person(
    actor: User, kind: ModerationKind, person: User, reason: str, details: dict[str, Any]
) -> ModerationAction:
    """A row of the moderation log about somebody rather than a post; Invalid as `log_act`."""
    if person.pk == actor.pk:
        details = details | {"own_case": True}
    return ModerationAction.objects.create(
        actor=actor, kind=kind, subject=person, reason=checked_reason(reason), details=details
    )


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; Invalid where there is none or too much of it."""
    text = reason.replace("\x00", "").strip()
    if not text:
        raise Invalid("reason_needed")
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(text), limit=MAX_REASON)
    return text
