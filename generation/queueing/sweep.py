"""Put right what got lost: leases that ran out, messages that never arrived, workers that fell silent."""

import logging
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from generation.models import Job
from generation.models.queue import JobState
from generation.queueing import leases, workers
from generation.queueing.bell import ring
from generation.queueing.worker_names import owner_is_dead

logger = logging.getLogger(__name__)

SWEEP_LOCK = 4_907_003
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found: leases ended, whether jobs wait, and whether it rang for them."""

    released: int
    waiting: bool
    rang: bool


def sweep(*, may_ring: bool = True) -> Swept | None:
    """End lost leases, ring if jobs wait, forget silent workers. None when another sweeper is at it.

    `may_ring` is False for a caller who serves the queue anyway.
    """
    with transaction.atomic():
        if not _sole_sweeper():
            return None
        released = _release(Job.objects.filter(state=JobState.RUNNING, lease_until__lt=Now()))
        released += release_dead()
        workers.forget_silent()
    # A bell that finds nothing to do costs a worker milliseconds, so no book is kept about who was rung already.
    waiting = Job.objects.filter(state=JobState.QUEUED).exists()
    return Swept(released, waiting, may_ring and waiting and ring())


def release_dead() -> int:
    """End the leases of processes of this very machine that no longer exist, long before they run out."""
    owners = Job.objects.filter(state=JobState.RUNNING).values_list("lease_owner", flat=True).distinct()
    dead = [owner for owner in owners if owner_is_dead(owner)]
    return _release(Job.objects.filter(state=JobState.RUNNING, lease_owner__in=dead)) if dead else 0


def release_own(owner: str) -> int:
    """End the leases that `owner` itself left behind, as when the database was away; call it while it holds none."""
    return _release(Job.objects.filter(state=JobState.RUNNING, lease_owner=owner))


def _sole_sweeper() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])
        return bool(cursor.fetchone()[0])


def _release(jobs: QuerySet[Job]) -> int:
    with transaction.atomic():
        lost = list(jobs.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
        for job in lost:
            leases.take_away(job)
    return len(lost)
