"""What an operator asks of the queue, its workers and the jobs in it; each act is one transaction and a log row."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from gallery.errors import Invalid, NotAllowed
from gallery.models import ModerationAction, User
from gallery.models.moderation import ModerationKind
from generation.errors import OrderRefused
from generation.models import Job, QueueOrder, WorkerStatus
from generation.models.queue import JobState, WorkerOrder
from generation.queueing.bell import ring
from generation.requests import cancel_job

MAX_REASON = 200
FIRST, USUAL, LAST = 10, 0, -10
"""Priorities that an operator gives."""

ACTIVE = Q(state__in=[JobState.QUEUED, JobState.RUNNING])


@transaction.atomic
def order_queue(actor: User, order: str, reason: str = "") -> None:
    """Stop the whole queue with a reason that whoever waits is shown, or let it go on; what is drawn is ended.

    Raises NotAllowed and OrderRefused.
    """
    _begin(actor)
    wanted, reason = _order(order), reason.replace("\x00", "").strip()
    if len(reason) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(reason), limit=MAX_REASON)
    if wanted == WorkerOrder.WORK:
        reason = ""
    elif not reason:
        raise Invalid("reason_needed")
    QueueOrder.objects.update_or_create(only=True, defaults={"order": wanted, "reason": reason, "changed_by": actor})
    _log(actor, f"queue_{wanted.value}", reason=reason)
    transaction.on_commit(ring)


@transaction.atomic
def order_worker(actor: User, name: str, order: str) -> bool:
    """Pause or drain one worker, or let it work again. False when it is gone. Raises NotAllowed and OrderRefused."""
    _begin(actor)
    wanted = _order(order)
    if not WorkerStatus.objects.filter(name=name).update(order=wanted):
        return False
    _log(actor, f"worker_{wanted.value}", worker=name)
    transaction.on_commit(ring)
    return True


@transaction.atomic
def cancel_jobs(actor: User, jobs: Q) -> int:
    """Cancel those of `jobs` that wait, at once, or are drawn, at their next step; returns how many.

    Raises NotAllowed.
    """
    _begin(actor)
    found = Job.objects.filter(ACTIVE & jobs).select_related("user").order_by("id")
    cancelled = [job for job in found if cancel_job(job.user, job)]
    for owner, number in _by_owner(cancelled):
        _log(actor, "cancel", subject=owner, jobs=number)
    return len(cancelled)


@transaction.atomic
def put_in_line(actor: User, jobs: Q, priority: int) -> int:
    """Give those of `jobs` that wait another priority: `FIRST`, `USUAL` or `LAST`; returns how many changed.

    Raises NotAllowed and OrderRefused.
    """
    _begin(actor)
    if priority not in {FIRST, USUAL, LAST}:
        raise OrderRefused(str(priority))
    found = Job.objects.filter(jobs, state=JobState.QUEUED).exclude(priority=priority)
    changed = list(found.select_related("user").select_for_update(of=["self"]))
    Job.objects.filter(pk__in=[job.pk for job in changed]).update(priority=priority)
    for owner, number in _by_owner(changed):
        _log(actor, "priority", subject=owner, jobs=number, priority=priority)
    return len(changed)


def _begin(actor: User) -> None:
    if not actor.is_admin:
        raise NotAllowed("admins_only")


def _order(order: str) -> WorkerOrder:
    if order not in WorkerOrder.values:
        raise OrderRefused(order[:20])
    return WorkerOrder(order)


def _by_owner(jobs: list[Job]) -> list[tuple[User, int]]:
    owners = {job.user_id: job.user for job in jobs}
    return [(owner, sum(job.user_id == pk for job in jobs)) for pk, owner in owners.items()]


def _log(actor: User, act: str, *, subject: User | None = None, reason: str = "", **details: Any) -> None:
    ModerationAction.objects.create(
        actor=actor, kind=ModerationKind.QUEUE, subject=subject, reason=reason, details={"act": act} | details
    )
