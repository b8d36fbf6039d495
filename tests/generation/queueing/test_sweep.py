"""What got lost comes back."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone

from gallery.models import User
from generation.errors import failure_sentence
from generation.models import Job, WorkerStatus
from generation.models.queue import JobState
from generation.queueing import queue, worker_names, workers
from generation.queueing.bell import ring
from generation.queueing.sweep import SWEEP_LOCK, release_dead, sweep
from generation.tasks import forget_sessions

LONG_AGO = "2020-01-01T00:00Z"


@pytest.mark.django_db
def test_a_lease_that_ran_out_puts_its_job_back(ask: Any, member: Callable[[str], User], broker: str) -> None:
    ask(member("mira"), count=3)
    lost, kept = queue.claim("w", 2)
    Job.objects.filter(pk=lost.pk).update(lease_until=LONG_AGO, step=2)
    swept = sweep()
    assert swept is not None
    assert (swept.released, swept.rang) == (1, True)
    lost.refresh_from_db()
    kept.refresh_from_db()
    assert (lost.state, lost.attempt, lost.step, lost.lease_until) == ("queued", 1, 0, None)
    assert kept.state == "running"


@pytest.mark.django_db
def test_the_third_loss_is_the_last(ask: Any, member: Callable[[str], User]) -> None:
    job = ask(member("mira")).jobs.get()
    for _ in range(3):
        assert [claimed.pk for claimed in queue.claim("w", 5)] == [job.pk]
        Job.objects.update(lease_until=LONG_AGO)
        sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "gave_up")
    assert "3 times" in failure_sentence(job.error_code, job.error_params)
    assert queue.claim("w", 5) == []


@pytest.mark.django_db
def test_a_lost_job_that_was_to_be_cancelled_is(ask: Any, member: Callable[[str], User]) -> None:
    from generation.requests import cancel_job

    mira = member("mira")
    job = ask(mira).jobs.get()
    queue.claim("w", 1)
    assert cancel_job(mira, job)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("running", True)
    Job.objects.update(lease_until=LONG_AGO)
    sweep()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.django_db
def test_a_job_whose_bell_was_lost_is_rung_for_again(ask: Any, member: Callable[[str], User], broker: str) -> None:
    import redis

    client = redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://"))
    ask(member("mira"))
    client.flushall()
    assert sweep().rang  # type: ignore[union-attr]
    assert client.llen("irodori") == 1
    queue.claim("w", 1)
    client.flushall()
    assert not sweep().rang  # type: ignore[union-attr]
    client.close()


@pytest.mark.django_db
def test_a_bell_outlives_the_difference_of_two_clocks(broker: str) -> None:
    import redis

    with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
        client.flushall()
        assert ring()
        message = json.loads(client.lindex("irodori", 0))
    expires = datetime.fromisoformat(message["headers"]["expires"])
    assert expires - timezone.now() > timedelta(minutes=5)


@pytest.mark.django_db
def test_sessions_that_ran_out_are_forgotten() -> None:
    for key, left in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=timezone.now() + timedelta(minutes=left))
    forget_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_one_sweeper_at_a_time() -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [SWEEP_LOCK])
        assert sweep() is None
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
        assert sweep() is not None
    finally:
        other.close()
    assert connection.connection is not None


@pytest.mark.django_db
def test_the_lease_of_a_dead_process_ends_at_once(ask: Any, member: Callable[[str], User]) -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from generation.queueing.worker_names import own_name as n; print(n(), flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    owner = child.stdout.readline().strip()
    ask(member("mira"), count=2)
    mine = queue.claim(worker_names.own_name(), 1)[0]
    theirs = queue.claim(owner, 1)[0]
    assert release_dead() == 0
    child.kill()
    child.wait()
    assert release_dead() == 1
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("running", "queued")


@pytest.mark.parametrize(
    "change",
    [
        lambda name: "elsewhere" + name,
        lambda name: name.replace(":", ":x", 1),
        lambda name: "nonsense",
        lambda name: "",
    ],
)
def test_a_process_of_another_machine_is_not_declared_dead(change: Callable[[str], str]) -> None:
    machine, _pid, _start = worker_names.own_name().rsplit(":", 2)
    gone = f"{machine}:999999999:5"
    assert worker_names.owner_is_dead(gone)
    assert not worker_names.owner_is_dead(change(gone))
    assert not worker_names.owner_is_dead(worker_names.own_name())


@pytest.mark.django_db
def test_a_process_number_used_again_is_another_process() -> None:
    machine, pid, start = worker_names.own_name().rsplit(":", 2)
    assert worker_names.owner_is_dead(f"{machine}:{pid}:{int(start) + 1}")


@pytest.mark.django_db
def test_workers_are_online_while_they_report() -> None:
    assert not workers.online()
    workers.report("gpu", "cuda", ["tiny"])
    assert workers.online()
    WorkerStatus.objects.update(seen_at=timezone.now() - timezone.timedelta(seconds=21))
    assert not workers.online()
    sweep()
    assert WorkerStatus.objects.exists()
    WorkerStatus.objects.update(seen_at=LONG_AGO)
    sweep()
    assert not WorkerStatus.objects.exists()
    workers.report("gpu", "cuda")
    workers.sign_off("gpu")
    assert not workers.online()
