"""kill -9 at any moment of a job: it is done, and exactly once.

How soon is printed here (pytest -s) and measured on a whole site by `benchmarks/killed_worker.py` (goal: 40 seconds):
a crowded machine would make a deadline that tight fail, or stretch, without saying anything about the code.
"""

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from config.embedded.process import Process
from gallery.models import Asset, User
from generation.models import Checkpoint, Job, Take
from generation.models.queue import JobState
from generation.requests import submit
from tests.faults.watching import SAFETY_SECONDS, children_of, until

# Long enough to be hit in the middle, short enough to be drawn again soon.
STEPS = 200
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]


def a_long_job(worker: Process, user: User) -> Job:
    """A job that the worker has just begun."""
    submit(user, {"prompt": "smile", "steps": STEPS, "seed": 3}, "k")
    until(lambda: Job.objects.filter(step__gt=0).exists(), 120, worker)
    return Job.objects.get()


def wait_until_done(job: Job, worker: Process, killed: datetime) -> None:
    """Wait for the job; print how long after the kill the database says it was done."""
    until(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE, SAFETY_SECONDS, worker)
    finished = Job.objects.get(pk=job.pk).finished_at
    assert finished is not None
    print(f"done {(finished - killed).total_seconds():.1f} s after the kill")


def done_exactly_once(job: Job, worker: Process, killed: datetime) -> None:
    """Wait for the job, then see that there is one picture, and that none comes after it."""
    wait_until_done(job, worker, killed)
    time.sleep(2)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.denoiser_calls) == ("done", 2, STEPS)
    assert Take.objects.count() == 1
    assert Asset.objects.count() == 1


def test_the_drawing_process_alone_is_killed(
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    worker = start_celery_worker(seconds=120)
    job = a_long_job(worker, member("mira"))
    assert worker.child is not None
    (drawing,) = children_of(worker.child.pid)
    os.kill(drawing, signal.SIGKILL)
    done_exactly_once(job, worker, timezone.now())


@pytest.mark.slow
def test_the_whole_worker_is_killed_and_another_machine_takes_over(
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    first = start_celery_worker({"IRODORI_JOB_LEASE": "6"}, seconds=120)
    job = a_long_job(first, member("mira"))
    # Nobody here may recognise the dead process: the lease alone has to bring the job back.
    Job.objects.filter(pk=job.pk).update(lease_owner="elsewhere")
    assert first.child is not None
    os.killpg(first.child.pid, signal.SIGKILL)
    killed = timezone.now()
    second = start_celery_worker({"IRODORI_JOB_LEASE": "6"}, seconds=120)
    done_exactly_once(job, second, killed)


def test_the_whole_worker_is_killed_and_started_again(
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    worker = start_celery_worker(seconds=120)
    job = a_long_job(worker, member("mira"))
    assert worker.child is not None
    os.killpg(worker.child.pid, signal.SIGKILL)
    killed = timezone.now()
    worker.child.wait()
    worker.start()
    done_exactly_once(job, worker, killed)


def test_only_the_parent_is_killed(
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
    beat: object,
) -> None:
    worker = start_celery_worker(seconds=120)
    job = a_long_job(worker, member("mira"))
    assert worker.child is not None
    (drawing,) = children_of(worker.child.pid)
    os.kill(worker.child.pid, signal.SIGKILL)
    killed = timezone.now()
    worker.child.wait()
    worker.start()
    wait_until_done(job, worker, killed)
    # The orphan ends by itself: within its few seconds of grace it finishes the job or hands it back.
    until(lambda: not Path(f"/proc/{drawing}").exists(), 20, worker)
    assert Take.objects.count() == 1
    assert Asset.objects.count() == 1
