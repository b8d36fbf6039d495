"""Whatever dies, and wherever it was: no job is lost, none makes two pictures, and all end soon.

How soon is printed (pytest -s); the deadlines are far above it, so that only what never comes fails here.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from config.embedded.postgres import EmbeddedPostgres
from config.embedded.process import Process
from config.embedded.valkey import EmbeddedValkey
from gallery.models import Asset, User
from generation.models import Checkpoint, Job, Take, WorkerStatus
from generation.models.queue import JobState
from generation.queueing import workers
from generation.queueing.bell import ring
from generation.requests import submit
from tests.faults.watching import SAFETY_SECONDS, children_of, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]

QUICK_LEASE = {"IRODORI_JOB_LEASE": "4"}


def all_done_once(worker: Process, jobs: int) -> None:
    """Wait for that many pictures, then see that there are no more of them."""
    began = timezone.now()
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == jobs, SAFETY_SECONDS, worker)
    print(f"all done {(timezone.now() - began).total_seconds():.1f} s later")
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Job.objects.count() == Take.objects.count() == Asset.objects.count() == jobs
    assert not any(job.lease_until for job in Job.objects.all())


def drawing_process(worker: Process) -> int:
    """The pool process of a worker; Celery needs a moment to make another one."""
    assert worker.child is not None
    until(lambda: len(children_of(worker.child.pid)) == 1, 60, worker)
    return children_of(worker.child.pid)[0]


def test_a_drawing_process_is_killed_at_every_place(
    model: Checkpoint,
    member: Callable[[str], User],
    start_held_worker: Callable[..., Process],
    beat: object,
    tmp_path: Path,
) -> None:
    """Idle, loading a model, saving a picture, before the commit: each time another process takes over."""
    worker = start_held_worker()
    until(lambda: WorkerStatus.objects.exists(), 60, worker)
    os.kill(drawing_process(worker), signal.SIGKILL)
    holds = tmp_path / "holds"
    for place in ("loading", "saving", "before commit"):
        (holds / f"{place}.armed").touch()
    first = submit(member("mira"), {"prompt": "smile", "seed": 3}, "k").jobs.get()
    for place in ("loading", "saving"):
        until(lambda place=place: (holds / f"{place}.held").exists(), SAFETY_SECONDS, worker)
        assert not Take.objects.exists()
        os.kill(drawing_process(worker), signal.SIGKILL)
        # The third attempt is the last: "before commit" is for a job of its own.
        if place == "loading":
            (holds / "before commit.armed").unlink()
    until(lambda: Job.objects.filter(state=JobState.DONE).exists(), SAFETY_SECONDS, worker)
    first.refresh_from_db()
    assert (first.state, first.attempt) == ("done", 3)

    (holds / "before commit.armed").touch()
    second = submit(member("tomo"), {"prompt": "smile", "seed": 4}, "k").jobs.get()
    until(lambda: (holds / "before commit.held").exists(), SAFETY_SECONDS, worker)
    assert Take.objects.count() == 1, "what isn't committed isn't there"
    os.kill(drawing_process(worker), signal.SIGKILL)
    all_done_once(worker, 2)
    second.refresh_from_db()
    assert second.attempt == 2


def test_a_frozen_worker_wakes_up_as_a_zombie_that_can_write_nothing(
    model: Checkpoint,
    member: Callable[[str], User],
    start_held_worker: Callable[..., Process],
    start_celery_worker: Callable[..., Process],
    beat: object,
    tmp_path: Path,
) -> None:
    Checkpoint.objects.update(max_steps=1000)
    frozen = start_held_worker(**QUICK_LEASE)
    job = submit(member("mira"), {"prompt": "smile", "steps": 200, "seed": 3}, "k").jobs.get()
    until(lambda: Job.objects.filter(step__gt=0).exists(), 120, frozen)
    drawing = drawing_process(frozen)
    os.kill(drawing, signal.SIGSTOP)
    try:
        awake = start_celery_worker(QUICK_LEASE, seconds=120)
        until(lambda: Job.objects.filter(attempt=2, step__gt=0).exists(), SAFETY_SECONDS, awake)
        owner = Job.objects.get().lease_owner
    finally:
        os.kill(drawing, signal.SIGCONT)
    all_done_once(awake, 1)
    job.refresh_from_db()
    assert (job.attempt, job.fence, job.lease_owner) == (2, 2, owner)
    # It is well again: with the other one gone it draws what comes next.
    awake.stop()
    submit(member("tomo"), {"prompt": "smile", "seed": 4}, "k")
    all_done_once(frozen, 2)


def test_a_worker_that_freezes_in_a_claim_holds_nobody_up_for_long(
    model: Checkpoint,
    member: Callable[[str], User],
    start_held_worker: Callable[..., Process],
    start_celery_worker: Callable[..., Process],
    beat: object,
    tmp_path: Path,
) -> None:
    frozen = start_held_worker(**QUICK_LEASE)
    (tmp_path / "holds" / "claiming.armed").touch()
    submit(member("mira"), {"prompt": "smile", "count": 2, "seed": 3}, "k")
    until(lambda: (tmp_path / "holds" / "claiming.held").exists(), SAFETY_SECONDS, frozen)
    awake = start_celery_worker(QUICK_LEASE, seconds=120)
    all_done_once(awake, 2)


def test_a_broker_that_is_killed_and_forgets_everything_costs_seconds(
    model: Checkpoint,
    member: Callable[[str], User],
    broker_server: EmbeddedValkey,
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    worker = start_celery_worker(seconds=120)
    until(workers.online, 60, worker)
    mira = member("mira")
    submit(mira, {"prompt": "smile", "steps": 100, "count": 2}, "running")
    until(lambda: Job.objects.filter(step__gt=0).exists(), 120, worker)
    assert broker_server.child is not None
    broker_server.child.kill()
    broker_server.child.wait()
    # The door stays open: the rows are the queue.
    submit(mira, {"prompt": "smile", "count": 2}, "unheard")
    assert not ring()
    broker_server.start()
    broker_server.wait_ready(60)
    all_done_once(worker, 4)
    # And what is asked for later is heard of.
    submit(mira, {"prompt": "smile"}, "later")
    all_done_once(worker, 5)


def test_a_database_that_is_restarted_costs_seconds(
    own_database: EmbeddedPostgres,
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    worker = start_celery_worker(seconds=120)
    mira = member("mira")
    submit(mira, {"prompt": "smile", "steps": 100, "count": 2}, "running")
    submit(mira, {"prompt": "smile", "count": 2}, "waiting")
    until(lambda: Job.objects.filter(step__gt=0).exists(), 120, worker)
    connection.close()
    own_database.stop()
    time.sleep(3)  # long enough for everybody to notice
    own_database.start()
    own_database.wait_ready(60)
    all_done_once(worker, 4)
    assert max(Job.objects.values_list("attempt", flat=True)) <= 2
