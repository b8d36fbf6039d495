"""What the holder of a lease may do, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest

from gallery.models import User
from generation.models import Job, JobPreview, ServedShare
from generation.queueing import leases, queue
from generation.queueing.leases import Lease, LeaseLost
from generation.queueing.sweep import sweep
from generation.requests import cancel_job

pytestmark = pytest.mark.django_db


def _claim(owner: str = "w") -> tuple[Job, Lease]:
    (job,) = queue.claim(owner, 1)
    return job, Lease(job.pk, job.fence)


def _lose() -> None:
    Job.objects.filter(state="running").update(lease_until="2020-01-01T00:00Z")
    sweep()


def _share(user: User) -> float:
    return ServedShare.objects.get(user=user).cost


def test_a_job_is_charged_once_however_often_it_is_given_back(ask: Any, member: Callable[[str], User]) -> None:
    mira = member("mira")
    ask(mira, count=2)
    before = _share(mira)
    job, lease = _claim()
    charged = _share(mira)
    assert charged == pytest.approx(before + job.cost)
    assert leases.give_back(job, lease) == "queued"
    assert _share(mira) == pytest.approx(before)

    _claim()
    _lose()
    retried, lease = _claim()
    assert (retried.pk, retried.attempt) == (job.pk, 2)
    assert _share(mira) == pytest.approx(charged)
    leases.give_back(retried, lease)
    # The second claim charged nothing, so there was nothing to pay back.
    assert _share(mira) == pytest.approx(charged)
    retried.refresh_from_db()
    assert (retried.state, retried.attempt) == ("queued", 1)


def test_a_job_that_was_to_be_cancelled_is_not_given_back(ask: Any, member: Callable[[str], User]) -> None:
    mira = member("mira")
    ask(mira)
    job, lease = _claim()
    assert cancel_job(mira, job)
    assert leases.give_back(job, lease) == "cancelled"
    job.refresh_from_db()
    assert (job.state, job.lease_until) == ("cancelled", None)
    assert job.finished_at is not None


def test_previews_are_the_leaseholders_alone(ask: Any, member: Callable[[str], User]) -> None:
    ask(member("mira"))
    job, stale = _claim("frozen")
    leases.write_preview(stale, 1, b"first")
    leases.write_preview(stale, 2, b"second")
    assert bytes(JobPreview.objects.get().image) == b"second"
    _lose()
    assert not JobPreview.objects.exists()
    _, lease = _claim("awake")
    with pytest.raises(LeaseLost):
        leases.write_preview(stale, 3, b"old")
    leases.write_preview(lease, 1, b"new")
    with pytest.raises(LeaseLost):
        leases.write_preview(stale, 3, b"old")
    assert bytes(JobPreview.objects.get().image) == b"new"
    leases.cancel(job, lease)
    with pytest.raises(LeaseLost):
        leases.write_preview(lease, 4, b"late")
    assert not JobPreview.objects.exists()
