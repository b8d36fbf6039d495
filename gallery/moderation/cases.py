"""Cases: what waits for a moderator is opened, claimed for ten minutes, handed on, and closed.

What is decided in a case is in `gallery.moderation.decisions`. Whoever locks a post and a case locks the post first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Case, Comment, Post, User
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.models.user import Role

CLAIM = timedelta(minutes=10)


@transaction.atomic
def open_case(
    kind: CaseKind,
    *,
    post: Post | None = None,
    person: User | None = None,
    comment: Comment | None = None,
    thing: str = "",
    facts: dict[str, Any] | None = None,
    urgency: int = 0,
) -> Case:
    """The open case of this kind about a post, made if there is none, locked; new `facts` join those it has, and it
    becomes as urgent as the more urgent of the two. Label disputes and appeals always make one of their own. A case
    about a comment is about its author too, and about no post; one about a `thing` about the `person` who made it.

    Call it with the post, the comment or the thing locked.
    """
    found = None
    if post is not None and kind not in {CaseKind.LABEL, CaseKind.APPEAL}:
        same = Case.objects.select_for_update().filter(kind=kind, post=post, state=CaseState.OPEN)
        found = same.first()
    elif comment is not None and kind != CaseKind.APPEAL:
        person = comment.author
        found = Case.objects.select_for_update().filter(kind=kind, comment=comment, state=CaseState.OPEN).first()
    elif thing and kind != CaseKind.APPEAL:
        found = Case.objects.select_for_update().filter(kind=kind, thing=thing, state=CaseState.OPEN).first()
    if found is None:
        about: dict[str, Any] = {"post": post, "person": person, "comment": comment, "thing": thing}
        return Case.objects.create(kind=kind, facts=facts or {}, urgency=urgency, **about)
    found.facts, found.urgency = found.facts | (facts or {}), max(found.urgency, urgency)
    found.save(update_fields=["facts", "urgency"])
    return found


def waiting() -> QuerySet[Case]:
    """Open cases in the order of the queue: the urgent ones first, then the oldest. Of withdrawn and quarantined posts
    nothing is decided; their cases rest."""
    undecidable = Q(post__status__in=[PostStatus.WITHDRAWN, PostStatus.QUARANTINED])
    return Case.objects.filter(state=CaseState.OPEN).exclude(undecidable).order_by("-urgency", "pk")


def free_for(moderator: User) -> QuerySet[Case]:
    """What this moderator could claim now: not what another holds, not their own matter (a sole owner's is), and no
    appeal against their own decision."""
    now = timezone.now()
    cases = waiting().filter(Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=now))
    if decides_alone(moderator):
        return cases
    own = Q(post__author=moderator) | Q(person=moderator) | Q(voices__by=moderator)
    return cases.exclude(pk__in=Case.objects.filter(own, state=CaseState.OPEN).values("pk")).exclude(
        appeal__statement__act__actor=moderator
    )


def is_about(person: User, case: Case) -> bool:
    """Whether a case is about this person or a post of theirs."""
    return person.pk in {case.person_id, case.post.author_id if case.post else None}


def is_own_matter(moderator: User, case: Case) -> bool:
    """Whether a case is about this moderator, or they spoke in it."""
    return is_about(moderator, case) or case.voices.filter(by=moderator).exists()


def decides_alone(moderator: User) -> bool:
    """Whether this is the owner of a site that nobody else moderates: they alone decide about their own matters."""
    if not moderator.is_owner:
        return False
    others = User.objects.filter(is_active=True, role__in=[Role.MODERATOR, Role.ADMIN, Role.OWNER])
    return not others.exclude(pk=moderator.pk).exists()


@transaction.atomic
def claim(moderator: User, case: Case) -> Case:
    """Take a case for ten minutes; asked again by who holds it, from now on.

    Raises NotAllowed (no moderator, one's own matter) and InvalidTransition (decided, or another holds it).
    """
    _require_moderator(moderator)
    case = _locked(case)
    _require_open(case)
    now = timezone.now()
    if case.claimed_by_id not in (None, moderator.pk) and case.claimed_until and case.claimed_until > now:
        minutes = -(-int((case.claimed_until - now).total_seconds()) // 60)
        holder = User.objects.values_list("username", flat=True).get(pk=case.claimed_by_id)
        raise InvalidTransition("case_claimed", name=holder, minutes=max(1, minutes))
    if not free_for(moderator).filter(pk=case.pk).exists():
        raise NotAllowed("own_case")
    case.claimed_by, case.claimed_until = moderator, now + CLAIM
    case.save(update_fields=["claimed_by", "claimed_until"])
    return case


@transaction.atomic
def claim_next(moderator: User, kinds: list[CaseKind] | None = None, *, after: int | None = None) -> Case | None:
    """Claim the first case that this moderator can have, or None; two who ask at once get two.

    `kinds`: of these alone. `after`: what comes behind the case of this number, which they leave for others; from the
    first again where nothing does.
    """
    _require_moderator(moderator)
    free = free_for(moderator).select_for_update(of=("self",), skip_locked=True)
    if kinds:
        free = free.filter(kind__in=kinds)
    left = Case.objects.filter(pk=after).first() if after is not None else None
    found = None
    if left is not None:
        free = free.exclude(pk=left.pk)
        found = free.filter(Q(urgency__lt=left.urgency) | Q(urgency=left.urgency, pk__gt=left.pk)).first()
    found = found or free.first()
    return claim(moderator, found) if found else None


@transaction.atomic
def release(moderator: User, case: Case) -> Case:
    """Give a claimed case back to the queue; what one doesn't hold stays as it is."""
    case = _locked(case)
    if case.state == CaseState.OPEN and case.claimed_by_id == moderator.pk:
        case.claimed_by = case.claimed_until = None
        case.save(update_fields=["claimed_by", "claimed_until"])
    return case


def held(moderator: User, case: Case) -> Case:
    """The case, locked, for who decides it. Raises NotAllowed (a moderator no more, their own matter) and
    InvalidTransition (decided meanwhile, or the claim ran out and another took it)."""
    _require_moderator(moderator)
    case = _locked(case)
    _require_open(case)
    if case.claimed_by_id != moderator.pk:
        raise InvalidTransition("case_not_claimed")
    # It can have become theirs since they claimed it: by a report of their own, by others who moderate now.
    if is_own_matter(moderator, case) and not decides_alone(moderator):
        raise NotAllowed("own_case")
    # A claim that ran out and that nobody else took still holds.
    return case


def settle(case: Case, moderator: User, outcome: Outcome, reason: str) -> None:
    """Write the decision on a locked, open case."""
    case.state, case.outcome, case.reason = CaseState.DECIDED, outcome, reason
    case.decided_by, case.decided_at = moderator, timezone.now()
    case.save(update_fields=["state", "outcome", "reason", "decided_by", "decided_at"])


def settle_others(post: Post, moderator: User, kinds: frozenset[CaseKind], outcome: Outcome, reason: str) -> None:
    """Close the other open cases about a locked post that a decision about it answers too."""
    for case in Case.objects.select_for_update().filter(post=post, kind__in=kinds, state=CaseState.OPEN).order_by("pk"):
        settle(case, moderator, outcome, reason)


def close_moot_case(case: Case) -> None:
    """Close a locked case in which there is nothing left to decide."""
    case.state, case.claimed_by, case.claimed_until = CaseState.MOOT, None, None
    case.save(update_fields=["state", "claimed_by", "claimed_until"])


def _require_moderator(person: User) -> None:
    if not person.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(person)


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def _require_open(case: Case) -> None:
    if case.state != CaseState.OPEN:
        raise InvalidTransition("case_closed", state=str(CaseState(case.state).label))
