"""The bound on waiting, and what it may not cost: over random costs, roles, joins, workers and models in memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gallery.models import User
from gallery.models.user import Role
from generation.models import Checkpoint, GenerationRequest, Job, QueueClock, ServedShare
from generation.models.queue import JobState
from generation.queueing import queue, shares

pytestmark = pytest.mark.django_db

FLOOD = 1000
LIGHT_USERS = 5
USERS = LIGHT_USERS + 1
AHEAD = 4
LIGHT_COST = settings.QUEUE_LIGHT_COST


@dataclass(frozen=True)
class Round:
    """One claim of a worker: how many it has room for, what it has in memory, how many of the running end first."""

    room: int
    resident: tuple[int, ...]
    ended: int


@dataclass(frozen=True)
class Case:
    """What one example is made of; the lists are gone through in turn, again and again."""

    roles: list[str]
    flood_costs: list[float]
    light_costs: list[float]
    joins: list[int]
    pauses: list[int]
    models: list[int]
    rounds: list[Round]


costs = st.floats(0.01, LIGHT_COST)
rounds = st.builds(Round, st.integers(1, 4), st.sampled_from([(), (0,), (1,), (0, 1)]), st.integers(0, 4))
cases = st.builds(
    Case,
    roles=st.lists(st.sampled_from(Role.values), min_size=USERS, max_size=USERS),
    flood_costs=st.lists(st.one_of(costs, st.floats(LIGHT_COST, 2000)), min_size=1, max_size=12),
    light_costs=st.lists(costs, min_size=1, max_size=12),
    joins=st.lists(st.integers(0, 12), min_size=LIGHT_USERS, max_size=LIGHT_USERS),
    pauses=st.lists(st.integers(0, 6), min_size=1, max_size=6),
    models=st.lists(st.integers(0, 1), min_size=1, max_size=7),
    rounds=st.lists(rounds, min_size=1, max_size=8),
)


class Site:
    """Users, two models and the queue, without pages and pictures."""

    def __init__(self, model: Checkpoint, member: Callable[[str], User]) -> None:
        second = Checkpoint.objects.get(pk=model.pk)
        second.pk, second.slug, second.is_default = None, "second", False
        second.save()
        self.models = [model, second]
        self.users = [member(f"user{number}") for number in range(USERS)]
        self.requests = {
            (user.pk, each.pk): GenerationRequest.objects.create(
                user=user, checkpoint=each, prompt="x", width=64, height=64, steps=4, sampler="Euler", guidance=3,
                seed=1, count=1, idempotency_key=each.slug,
            )
            for user in self.users
            for each in self.models
        }  # fmt: skip
        self.index = 0

    def clear(self, roles: list[str]) -> None:
        """Begin anew, with these roles."""
        Job.objects.all().delete()
        ServedShare.objects.all().delete()
        QueueClock.objects.all().delete()
        for user, role in zip(self.users, roles, strict=True):
            User.objects.filter(pk=user.pk).update(role=role)

    def ask(self, user: User, wanted: list[tuple[float, int]], priority: int = 0) -> list[Job]:
        """Queue jobs of (cost, number of the model) as a submission does."""
        shares.join(user.pk, priority)
        first, self.index = self.index, self.index + len(wanted)
        return Job.objects.bulk_create(
            Job(
                request=self.requests[user.pk, self.models[model].pk], user=user, index=(first + number) % 32000,
                seed=1, cost=cost, steps_total=4, priority=priority,
            )
            for number, (cost, model) in enumerate(wanted)
        )  # fmt: skip

    def claim(self, room: int = 1, resident: tuple[int, ...] = ()) -> list[Job]:
        """Start jobs; each is done when `end` is told so."""
        return queue.claim("w", room, resident=[self.models[number].pk for number in resident])

    def end(self, jobs: list[Job]) -> None:
        """Running jobs are done."""
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(state=JobState.DONE, lease_until=None)


@pytest.fixture
def site(model: Checkpoint, member: Callable[[str], User]) -> Site:
    """One for all examples of a test; each begins with `clear`."""
    return Site(model, member)


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(case=cases)
def test_a_light_users_job_starts_after_at_most_two_jobs_of_each_user(case: Case, site: Site) -> None:
    site.clear(case.roles)
    flooder, *light = site.users

    def turn(values: list[Any], number: int) -> Any:
        return values[number % len(values)]

    site.ask(flooder, [(turn(case.flood_costs, number), turn(case.models, number)) for number in range(FLOOD)])
    comes_at = dict(zip([user.pk for user in light], case.joins, strict=True))
    asked_at: dict[int, int] = {}
    running: list[Job] = []
    started = asked = 0
    for number in range(25):
        for user in light:
            if comes_at.get(user.pk, math.inf) <= started:
                del comes_at[user.pk]
                (job,) = site.ask(user, [(turn(case.light_costs, asked), turn(case.models, asked + 1))])
                asked_at[job.pk] = started
                asked += 1
        this = turn(case.rounds, number)
        site.end(running[: this.ended])
        del running[: this.ended]
        for job in site.claim(this.room, this.resident):
            running.append(job)
            if job.pk in asked_at:
                waited = started - asked_at.pop(job.pk)
                assert waited <= 2 * USERS, f"a job of {job.cost} waited for {waited} others"
                comes_at[job.user_id] = started + 1 + turn(case.pauses, started)
            started += 1
    assert asked >= LIGHT_USERS
    late = {pk: started - since for pk, since in asked_at.items() if started - since > 2 * USERS}
    assert not late, "some never started"


@hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.lists(st.sampled_from(Role.values), min_size=USERS, max_size=USERS),
    costs_of=st.lists(st.lists(st.floats(0.05, 500), min_size=1, max_size=5), min_size=2, max_size=4),
)
def test_who_floods_with_huge_jobs_is_served_no_more_than_the_others(
    roles: list[str], costs_of: list[list[float]], site: Site
) -> None:
    """Whatever the jobs cost: as long as all still wait, nobody is a few of their own jobs ahead of anybody."""
    site.clear(roles)
    users = site.users[: len(costs_of)]
    jobs = {
        job.pk: job
        for user, costs in zip(users, costs_of, strict=True)
        for job in site.ask(user, [(costs[number % len(costs)], 0) for number in range(150)])
    }
    weights = {user.pk: shares.weight_of(User.objects.get(pk=user.pk).role) for user in users}
    served = dict.fromkeys(weights, 0.0)
    left = dict.fromkeys(weights, 150)
    costliest = {user.pk: max(costs) / weights[user.pk] for user, costs in zip(users, costs_of, strict=True)}
    for pk in queue.waiting_order():
        job = jobs[pk]
        served[job.user_id] += job.cost / weights[job.user_id]
        left[job.user_id] -= 1
        if not all(left.values()):
            break
        for user_id, cost in served.items():
            assert cost <= min(served.values()) + AHEAD * costliest[user_id], (served, left)
