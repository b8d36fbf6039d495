"""The real thing: a broker, a Celery worker of its own process, several accounts."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from config.embedded.process import Process
from gallery.models import User
from generation.models import Checkpoint, Job, Take, WorkerStatus
from generation.models.queue import JobState
from generation.queueing import workers
from generation.requests import submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]


def until(condition: Callable[[], bool], seconds: float, worker: Process) -> None:
    """Wait for something the worker brings about; its log is the message when it doesn't."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, worker.output()[-4000:]
        time.sleep(0.05)


def test_four_accounts_share_the_denoiser_calls_of_the_longest_job(
    model: Checkpoint, member: Callable[[str], User], start_celery_worker: Callable[..., Process]
) -> None:
    steps = [20, 18, 16, 20]
    for number, count in enumerate(steps):
        submit(
            member(f"user{number}"),
            {"prompt": f"smile {number}", "steps": count, "sampler": ["Euler", "DDIM", "Euler a", "UniPC"][number]},
            "k",
        )
    worker = start_celery_worker(seconds=120)
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == 4, 150, worker)
    jobs = list(Job.objects.all())
    assert [job.denoiser_calls for job in sorted(jobs, key=lambda job: job.pk)] == steps
    assert Take.objects.count() == 4
    until(lambda: "denoiser calls" in worker.output(), 20, worker)
    calls = sum(int(number) for number in re.findall(r"Served .* in (\d+) denoiser calls", worker.output()))
    assert max(steps) <= calls <= 1.3 * max(steps)
    assert max(job.max_batch for job in jobs) == 4


def test_a_worker_shows_that_it_is_there_and_signs_off(
    model: Checkpoint, member: Callable[[str], User], celery_worker_process: Process
) -> None:
    until(workers.online, 60, celery_worker_process)
    submit(member("mira"), {"prompt": "smile"}, "k")
    until(lambda: Job.objects.filter(state=JobState.DONE).exists(), 120, celery_worker_process)
    until(lambda: WorkerStatus.objects.filter(device="cpu").exists(), 120, celery_worker_process)
    seen = WorkerStatus.objects.get().seen_at
    until(lambda: WorkerStatus.objects.get().seen_at > seen, 60, celery_worker_process)
    assert WorkerStatus.objects.get().resident == [model.name]
    celery_worker_process.stop()
    assert not workers.online()


def test_a_worker_that_stops_in_order_hands_its_job_on(
    model: Checkpoint, member: Callable[[str], User], start_celery_worker: Callable[..., Process], settings: Any
) -> None:
    Checkpoint.objects.update(max_steps=1000)
    worker = start_celery_worker(seconds=120)
    worker.stop_steps = ((worker.stop_steps[0][0], 30.0),)
    submit(member("mira"), {"prompt": "smile", "steps": 1000, "width": 128, "height": 128}, "k")
    until(lambda: Job.objects.filter(step__gt=0).exists(), 120, worker)
    stopped = timezone.now()
    worker.stop()
    job = Job.objects.get()
    assert (job.state, job.attempt) == ("queued", 0) or job.finished_at > stopped
    assert worker.exit_code == 0
