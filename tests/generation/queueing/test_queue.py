"""Who is next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gallery.models import User
from generation.models import Checkpoint, Job, ServedShare
from generation.models.queue import JobState
from generation.queueing import leases, pace, queue
from generation.queueing.sweep import sweep


def _done(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, lease_until=None, finished_at=timezone.now())


def test_a_light_user_waits_for_at_most_two_jobs_of_each_user(
    ask: Any, member: Callable[[str], User], settings: Any
) -> None:
    settings.QUEUE_MAX_WAITING_PER_USER = 2000
    flooder = member("flooder")
    for _ in range(125):
        ask(flooder, count=8)
    for _ in range(30):
        _done(queue.claim("w", 1)[0])
    light = [member(f"light{n}") for n in range(5)]
    users = 6
    asked_at: dict[int, int] = {}
    waits: list[int] = []
    started = 0
    # Light users come one after the other, each asks again as soon as their picture is drawn: small and large ones.
    for round_number in range(120):
        if round_number % 7 == 0 and round_number // 7 < len(light):
            asked_at[ask(light[round_number // 7], steps=4).jobs.get().pk] = started
        job = queue.claim("w", 1)[0]
        if job.pk in asked_at:
            waits.append(started - asked_at.pop(job.pk))
            asked_at[ask(job.user, steps=4 + round_number % 3).jobs.get().pk] = started + 1
        started += 1
        _done(job)
    assert len(waits) > 50
    assert max(waits) <= 2 * users
    assert not [pk for pk, since in asked_at.items() if started - since > 2 * users]


def test_an_absence_is_not_saved_up_as_credit(ask: Any, member: Callable[[str], User]) -> None:
    busy, late = member("busy"), member("late")
    for _ in range(4):
        ask(busy, count=8)
    for _ in range(10):
        _done(queue.claim("w", 1)[0])
    for _ in range(2):
        ask(late, count=8)
    order = [queue.claim("w", 1)[0].user for _ in range(10)]
    assert 4 <= order.count(late) <= 6


def test_an_old_debt_ends_with_the_queue(ask: Any, member: Callable[[str], User]) -> None:
    glutton, other = member("glutton"), member("other")
    ask(glutton, count=8)
    for _ in range(8):
        _done(queue.claim("w", 1)[0])
    assert ServedShare.objects.get(user=glutton).cost > 0
    ask(glutton, count=8)
    ask(other, count=8)
    order = [queue.claim("w", 1)[0].user for _ in range(8)]
    assert order.count(glutton) == 4


def test_large_pictures_come_less_often_than_small_ones(ask: Any, member: Callable[[str], User]) -> None:
    large, small = member("large"), member("small")
    ask(large, count=8, width=128, height=128)
    ask(small, count=8)
    order = [queue.claim("w", 1)[0].user for _ in range(9)]
    assert order.count(small) >= 7


def test_a_claim_leases_and_raises_the_fence(ask: Any, member: Callable[[str], User], settings: Any) -> None:
    ask(member("mira"), count=3)
    jobs = queue.claim("worker", 2)
    assert [job.index for job in jobs] == [0, 1]
    for job in jobs:
        assert (job.state, job.lease_owner, job.fence, job.attempt) == ("running", "worker", 1, 1)
        left = job.lease_until - timezone.now()
        assert timedelta(seconds=settings.JOB_LEASE_SECONDS - 5) < left <= timedelta(seconds=settings.JOB_LEASE_SECONDS)
    assert len(queue.claim("worker", 5)) == 1
    assert queue.claim("worker", 5) == []


def test_models_in_memory_go_first_for_a_while_only(ask: Any, member: Callable[[str], User], model: Checkpoint) -> None:
    other = Checkpoint.objects.get(pk=model.pk)
    other.pk, other.slug, other.is_default = None, "other", False
    other.save()
    waiting = ask(member("mira"), model="other").jobs.get()
    here = ask(member("tomo")).jobs.get()
    assert queue.claim("w", 1, resident=[model.pk]) == [here]
    later = ask(member("nana")).jobs.get()
    long_ago = timezone.now() - timedelta(seconds=queue.STARVATION_SECONDS + 1)
    Job.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    ServedShare.objects.filter(user=waiting.user).update(updated_at=long_ago)
    assert queue.claim("w", 1, resident=[model.pk]) == [waiting]
    assert queue.claim("w", 1, excluded=[model.pk]) == []
    assert queue.claim("w", 1) == [later]


def test_positions_foretell_the_order_of_claims(ask: Any, member: Callable[[str], User]) -> None:
    mira, tomo, nana = member("mira"), member("tomo"), member("nana")
    ask(mira, count=5)
    ask(tomo, count=2, steps=9)
    queue.claim("w", 2)
    ask(nana, count=3)
    foretold = queue.waiting_order()
    assert queue.positions(foretold) == {pk: place for place, pk in enumerate(foretold, 1)}
    last = Job.objects.get(pk=foretold[-1])
    assert queue.position(last) == len(foretold)
    claimed = [queue.claim("w", 1)[0] for _ in foretold]
    assert [job.pk for job in claimed] == foretold
    assert queue.position(last) == 0


def test_an_estimate_needs_something_to_compare_with(ask: Any, member: Callable[[str], User]) -> None:
    mira = member("mira")
    request = ask(mira)
    assert pace.estimate(request) is None
    job = queue.claim("w", 1)[0]
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, lease_until=None, started_at=now - timedelta(seconds=10), finished_at=now, max_batch=2
    )
    assert pace.estimate(request) == 0
    alone = ask(mira, count=1)
    assert pace.estimate(alone) == 10
    four = ask(mira, count=4)
    assert pace.estimate(four) == 30
    assert pace.estimate(ask(mira, steps=8)) == 60  # twice the steps of what is known, sixth in line
    assert queue.claim("w", 1) == [alone.jobs.get()]
    assert pace.estimate(four) == 25  # two rounds, and half of one that is under way


def _lose_all(owner: str) -> None:
    Job.objects.filter(lease_owner=owner, state=JobState.RUNNING).update(lease_until="2020-01-01T00:00Z")
    sweep()


def test_a_picture_that_kills_its_worker_takes_others_with_it_twice_at_most(
    ask: Any, member: Callable[[str], User]
) -> None:
    jobs = list(ask(member("mira"), count=4).jobs.order_by("index"))
    killer = jobs[1]
    for worker in ("first", "second"):
        assert len(queue.claim(worker, 4)) == 4, "a restart costs nobody the shared calls"
        _lose_all(worker)
    rounds = 0
    while Job.objects.filter(state=JobState.QUEUED).exists():
        rounds += 1
        (claimed,) = queue.claim(f"w{rounds}", 8)
        assert queue.is_drawn_alone(claimed)
        assert queue.claim(f"w{rounds}", 7, running=1) == []
        if claimed == killer:
            _lose_all(f"w{rounds}")
        else:
            _done(claimed)
    states = [Job.objects.get(pk=job.pk).state for job in jobs]
    assert states == ["done", "failed", "done", "done"]


def test_a_last_attempt_waits_for_an_idle_worker_and_is_not_passed(ask: Any, member: Callable[[str], User]) -> None:
    mira = member("mira")
    lost = ask(mira).jobs.get()
    for worker in ("dead", "dead too"):
        queue.claim(worker, 1)
        _lose_all(worker)
    fresh = ask(mira, count=2)
    assert queue.claim("busy", 4, running=1) == []
    assert queue.claim("idle", 4) == [lost]
    assert set(queue.claim("busy", 4, running=1)) == set(fresh.jobs.all())


@pytest.fixture
def remote(model: Checkpoint) -> Checkpoint:
    """A model that an image server draws with."""
    other = Checkpoint.objects.get(pk=model.pk)
    other.pk, other.slug, other.is_default, other.path = None, "remote", False, ""
    other.endpoint = "http://images.example/v1"
    other.save()
    return other


def _on_its_last_attempt(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).update(attempt=2)
    return job


def test_what_a_server_draws_is_never_alone(ask: Any, member: Callable[[str], User], remote: Checkpoint) -> None:
    mira = member("mira")
    lost = _on_its_last_attempt(ask(mira, model="remote").jobs.get())
    beside = ask(mira).jobs.get()
    assert queue.claim("w", 4, running=1) == [lost, beside]
    lost.refresh_from_db()
    assert not queue.is_drawn_alone(lost)


def test_what_a_server_draws_passes_one_that_waits_to_be_alone(
    ask: Any, member: Callable[[str], User], remote: Checkpoint
) -> None:
    mira = member("mira")
    alone = _on_its_last_attempt(ask(mira).jobs.get())
    here, elsewhere = ask(mira).jobs.get(), ask(mira, model="remote").jobs.get()
    again = ask(mira, model="remote").jobs.get()
    assert queue.claim("busy", 2, remote_limit=1, running=1) == [elsewhere]
    assert queue.claim("idle", 2, remote_limit=1) == [alone, again]
    assert queue.claim("other", 2, remote_limit=1) == [here]


def test_a_job_that_kills_its_worker_never_fails_what_a_server_draws(
    ask: Any, member: Callable[[str], User], remote: Checkpoint
) -> None:
    """Both are lost together twice; their last attempts are kept apart, whichever comes first."""
    killer = ask(member("mira"), prompt="killer").jobs.get()
    innocent = ask(member("tomo"), model=remote.slug).jobs.get()
    Job.objects.update(attempt=2)
    first = queue.claim("w1", 4, remote_limit=4)
    assert len(first) == 1, "one of the two waits"
    beside = {"alone": first[0].pk == killer.pk, "last_remote": first[0].pk == innocent.pk}
    assert beside["last_remote"] == queue.is_last_remote(first[0])
    assert not queue.claim("w1", 4, remote_limit=4, running=int(beside["alone"]), **beside)
    assert len(queue.claim("w1", 4, remote_limit=4)) == 1, "the other one, once that is over"
    Job.objects.update(state="queued", attempt=1, lease_until=None)
    assert len(queue.claim("w1", 4, remote_limit=4)) == 2, "nothing keeps earlier attempts apart"


def test_servers_have_room_of_their_own(ask: Any, member: Callable[[str], User], remote: Checkpoint) -> None:
    mira = member("mira")
    elsewhere = list(ask(mira, model="remote", count=4).jobs.order_by("index"))
    here = list(ask(mira, count=4).jobs.order_by("index"))
    assert queue.claim("w", 1, remote_limit=2) == [*elsewhere[:2], here[0]]
    assert queue.claim("w", 2, remote_limit=0) == here[1:3]
    assert queue.claim("w", 0, remote_limit=1) == elsewhere[2:3]
    assert queue.claim("w", 0, remote_limit=0) == []
    assert queue.claim("w", 1) == elsewhere[3:]


def test_a_job_that_was_given_back_in_order_was_not_lost(ask: Any, member: Callable[[str], User]) -> None:
    ask(member("mira"), count=2)
    for _ in range(3):
        for job in queue.claim("w", 2):
            leases.give_back(job, leases.Lease(job.pk, job.fence))
    assert len(queue.claim("w", 2, running=1)) == 2
