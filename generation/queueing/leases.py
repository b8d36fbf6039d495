"""Who may write to a running job: the holder of its newest lease, and nobody else.

A claim gives a job to a worker until `lease_until` and raises its fence by one. Every later write names the fence,
so a worker that was frozen, lost its lease and wakes up finds no row to write to.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest, Now

from generation.models import Job, JobPreview
from generation.models.queue import JobState
from generation.queueing import shares
from generation.queueing.notices import Kind, announce

logger = logging.getLogger(__name__)

_KINDS: dict[JobState, Kind] = {
    JobState.QUEUED: "queued",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


class LeaseLost(Exception):  # noqa: N818
    """Somebody else has the job now, or it is over: drop it without a trace."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to job `job_id` for as long as its row has this fence."""

    job_id: int
    fence: int


def renew(leases: list[Lease]) -> set[Lease]:
    """Prolong all of `leases` by `JOB_LEASE_SECONDS` from now, and return those that are still held."""
    if not leases:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE generation_job j SET lease_until = clock_timestamp() + make_interval(secs => %s)
               FROM unnest(%s::bigint[], %s::bigint[]) AS held(id, fence)
               WHERE j.id = held.id AND j.fence = held.fence AND j.state = 'running'
               RETURNING j.id, j.fence""",
            [settings.JOB_LEASE_SECONDS, [lease.job_id for lease in leases], [lease.fence for lease in leases]],
        )
        return {Lease(job_id, fence) for job_id, fence in cursor.fetchall()}


def write(lease: Lease, **fields: Any) -> None:
    """Set `fields` of the leased job. Raises `LeaseLost` when the lease is no longer the newest."""
    held = Job.objects.filter(pk=lease.job_id, fence=lease.fence, state=JobState.RUNNING)
    if not held.update(**fields):
        raise LeaseLost(lease)


def write_progress(lease: Lease, step: int) -> bool:
    """Record `step` and return whether the job's maker asked to stop. Raises `LeaseLost`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE generation_job SET step = %s WHERE id = %s AND fence = %s AND state = 'running'
               RETURNING cancel_requested""",
            [step, lease.job_id, lease.fence],
        )
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost(lease)
    return bool(row[0])


def write_preview(lease: Lease, step: int, webp: bytes) -> None:
    """Keep the newest preview of a leased job. Raises `LeaseLost`."""
    with connection.cursor() as cursor:
        # The share lock makes this wait for whoever is ending the job, and then find that it is over.
        cursor.execute(
            """INSERT INTO generation_jobpreview (job_id, step, image)
               SELECT id, %s, %s FROM generation_job WHERE id = %s AND fence = %s AND state = 'running' FOR SHARE
               ON CONFLICT (job_id) DO UPDATE SET step = excluded.step, image = excluded.image""",
            [step, webp, lease.job_id, lease.fence],
        )
        if not cursor.rowcount:
            raise LeaseLost(lease)


def give_back(job: Job, lease: Lease) -> JobState:
    """Put a job back into the queue as if it had never been claimed: not its fault, so no attempt is counted.

    One whose maker asked to stop is cancelled instead. Returns the new state. Raises `LeaseLost`.
    """
    with transaction.atomic():
        # Locked, so that nobody asks to stop between the look and the write.
        held = Job.objects.select_for_update().filter(pk=lease.job_id, fence=lease.fence, state=JobState.RUNNING)
        current = held.first()
        if current is None:
            raise LeaseLost(lease)
        if current.cancel_requested:
            return cancel(job, lease)
        write(
            lease,
            state=JobState.QUEUED,
            attempt=Greatest(F("attempt") - 1, Value(0)),
            lease_until=None,
            lease_owner="",
            started_at=None,
            step=0,
        )
        if current.attempt == 1:
            # What the first claim charged is paid back, or the next one would charge it a second time.
            shares.pay_back(job)
        JobPreview.objects.filter(job=job).delete()
        announce(job, "queued", step=0)
    return JobState.QUEUED


def fail(job: Job, lease: Lease, code: str, params: dict[str, Any]) -> JobState:
    """running → failed, with its cause. Raises `LeaseLost`."""
    with transaction.atomic():
        write(
            lease,
            state=JobState.FAILED,
            error_code=code,
            error_params=params,
            finished_at=Now(),
            lease_until=None,
        )
        JobPreview.objects.filter(job=job).delete()
        announce(job, "failed")
    return JobState.FAILED


def cancel(job: Job, lease: Lease) -> JobState:
    """running → cancelled. Raises `LeaseLost`."""
    with transaction.atomic():
        write(lease, state=JobState.CANCELLED, finished_at=Now(), lease_until=None)
        JobPreview.objects.filter(job=job).delete()
        announce(job, "cancelled")
    return JobState.CANCELLED


def take_away(job: Job, *, code: str = "gave_up") -> JobState:
    """End the lease of a running job whose worker is gone, and return its new state.

    It is cancelled if its maker asked for that, waits again if it has attempts left, and else fails with `code`.
    Call it with the row locked.
    """
    changes: dict[str, Any] = {"lease_until": None, "lease_owner": ""}
    if job.cancel_requested:
        changes |= {"state": JobState.CANCELLED, "finished_at": Now()}
    elif job.attempt >= settings.JOB_MAX_ATTEMPTS:
        changes |= {
            "state": JobState.FAILED,
            "finished_at": Now(),
            "error_code": code,
            "error_params": {"attempts": job.attempt},
        }
    else:
        changes |= {"state": JobState.QUEUED, "started_at": None, "step": 0}
    write(Lease(job.pk, job.fence), **changes)
    JobPreview.objects.filter(job=job).delete()
    state: JobState = changes["state"]
    announce(job, _KINDS[state], step=0)
    logger.warning("Job %d lost its worker (%s, attempt %d): now %s", job.pk, job.lease_owner, job.attempt, state.value)
    return state


def interrupt(job: Job, lease: Lease, *, code: str) -> JobState:
    """End a lease whose worker couldn't do its work, as `take_away` does. Raises `LeaseLost`."""
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(pk=job.pk, fence=lease.fence, state=JobState.RUNNING).first()
        if held is None:
            raise LeaseLost(lease)
        return take_away(held, code=code)


def abandon(held: Iterable[Lease], *, code: str) -> None:
    """End leases whose worker can't go on, as `take_away` does; those that are lost already are left alone."""
    with transaction.atomic():
        for lease in sorted(held, key=lambda lease: lease.job_id):
            job = (
                Job.objects.select_for_update()
                .filter(pk=lease.job_id, fence=lease.fence, state=JobState.RUNNING)
                .first()
            )
            if job is not None:
                take_away(job, code=code)
