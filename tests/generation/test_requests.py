"""At the door."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from gallery.models import User
from generation.errors import RequestRefused
from generation.models import Checkpoint, GenerationRequest, Job
from generation.models.queue import MAX_SEED, JobState
from generation.requests import cancel, cancel_job, submit

GOOD: dict[str, Any] = {"prompt": "1girl, smile", "seed": 5}

BAD = [
    ({"prompt": ""}, "prompt", "empty"),
    ({"prompt": " \n "}, "prompt", "empty"),
    ({"prompt": None}, "prompt", "empty"),
    ({"prompt": "x" * 4001}, "prompt", "4001"),
    ({"prompt": "a\x00b"}, "prompt", "stored"),
    ({"negative_prompt": "x" * 4001}, "negative_prompt", "4001"),
    ({"model": "no-such-model"}, "model", "no such model"),
    ({"model": "ti\x00ny"}, "model", "no such model"),
    ({"sampler": "Magic"}, "sampler", "Magic"),
    ({"width": 63}, "width", "64 to 128"),
    ({"width": 72}, "width", "steps of 16"),
    ({"width": 144}, "width", "144"),
    ({"height": 0}, "height", "64 to 128"),
    ({"height": "tall"}, "height", "tall"),
    ({"width": 64.5}, "width", "64.5"),
    ({"steps": 0}, "steps", "1 to 400"),
    ({"steps": 401}, "steps", "1 to 400"),
    ({"steps": True}, "steps", "1 to 400"),
    ({"guidance": -0.1}, "guidance", "0 to 30"),
    ({"guidance": 31}, "guidance", "0 to 30"),
    ({"guidance": float("nan")}, "guidance", "0 to 30"),
    ({"guidance": float("inf")}, "guidance", "0 to 30"),
    ({"guidance": "much"}, "guidance", "0 to 30"),
    ({"seed": -2}, "seed", str(MAX_SEED)),
    ({"seed": MAX_SEED + 1}, "seed", str(MAX_SEED)),
    ({"seed": "abc"}, "seed", str(MAX_SEED)),
    ({"count": 0}, "count", "1 to 8"),
    ({"count": 9}, "count", "1 to 8"),
]


@pytest.mark.parametrize(("change", "field", "said"), BAD)
def test_a_request_that_cannot_be_drawn_is_refused_with_a_sentence(
    model: Checkpoint, member: Callable[[str], User], change: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        submit(member("mira"), GOOD | change, "k")
    assert [name for name, _ in caught.value.problems] == [field]
    assert said in caught.value.problems[0][1]
    assert not GenerationRequest.objects.exists()
    assert not Job.objects.exists()


def test_all_problems_are_named_at_once(model: Checkpoint, member: Callable[[str], User]) -> None:
    with pytest.raises(RequestRefused) as caught:
        submit(member("mira"), {"prompt": "", "steps": 0, "sampler": "Magic"}, "k")
    assert {name for name, _ in caught.value.problems} == {"prompt", "steps", "sampler"}


@pytest.mark.parametrize("state", ["corrupt", "disabled"])
def test_a_model_that_cannot_draw_is_refused(model: Checkpoint, member: Callable[[str], User], state: str) -> None:
    Checkpoint.objects.filter(pk=model.pk).update(state=state)
    for wanted in (model.slug, None):
        with pytest.raises(RequestRefused) as caught:
            submit(member(f"mira{wanted}"), GOOD | {"model": wanted}, "k")
        assert [name for name, _ in caught.value.problems] == ["model"]
        assert "Tiny" in caught.value.problems[0][1]


def test_a_full_queue_says_so(model: Checkpoint, member: Callable[[str], User], settings: Any) -> None:
    mira, tomo = member("mira"), member("tomo")
    settings.QUEUE_MAX_WAITING_PER_USER, settings.QUEUE_MAX_WAITING = 4, 5
    submit(mira, GOOD | {"count": 3}, "a")
    with pytest.raises(RequestRefused) as caught:
        submit(mira, GOOD | {"count": 2}, "b")
    assert caught.value.problems[0][0] == ""
    assert "3 pictures waiting" in caught.value.problems[0][1]
    with pytest.raises(RequestRefused) as caught:
        submit(tomo, GOOD | {"count": 3}, "c")
    assert "queue is full" in caught.value.problems[0][1]
    submit(tomo, GOOD | {"count": 2}, "d")
    assert Job.objects.count() == 5


def test_what_is_left_open_is_the_models_default(model: Checkpoint, member: Callable[[str], User]) -> None:
    request = submit(member("mira"), {"prompt": " 1girl "}, "k")
    assert (request.checkpoint, request.prompt, request.negative_prompt) == (model, "1girl", "")
    assert (request.width, request.height, request.steps) == (64, 64, 4)
    assert (request.sampler, request.guidance, request.count) == ("Euler", 3.0, 1)


def test_seed_minus_one_draws_one_and_records_it(model: Checkpoint, member: Callable[[str], User]) -> None:
    mira = member("mira")
    seeds = {submit(mira, GOOD | {"seed": -1}, f"k{n}").seed for n in range(5)}
    assert len(seeds) == 5
    assert all(0 <= seed <= MAX_SEED for seed in seeds)


def test_each_picture_has_a_seed_of_its_own(model: Checkpoint, member: Callable[[str], User]) -> None:
    request = submit(member("mira"), GOOD | {"seed": MAX_SEED, "count": 3}, "k")
    assert list(request.jobs.order_by("index").values_list("seed", flat=True)) == [MAX_SEED, 0, 1]


def test_a_second_order_sampler_costs_its_denoiser_calls(model: Checkpoint, member: Callable[[str], User]) -> None:
    job = submit(member("mira"), GOOD | {"sampler": "Heun", "steps": 10}, "k").jobs.get()
    assert job.steps_total == 19
    assert job.cost == pytest.approx(64 * 64 / 1e6 * 19)


def test_the_same_key_again_is_the_same_request(model: Checkpoint, member: Callable[[str], User]) -> None:
    mira = member("mira")
    first = submit(mira, GOOD | {"count": 2}, "k")
    assert submit(mira, {"prompt": ""}, "k") == first
    assert submit(member("tomo"), GOOD, "k") != first
    assert Job.objects.filter(user=mira).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_submit_at_the_same_moment_makes_one_request(model: Checkpoint, member: Callable[[str], User]) -> None:
    mira = member("mira")
    start = threading.Barrier(4)
    made: list[int] = []

    def send() -> None:
        try:
            start.wait()
            made.append(submit(mira, GOOD | {"count": 4}, "same").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Job.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_unreachable_broker_is_not_the_makers_problem(
    model: Checkpoint, member: Callable[[str], User], tmp_path: Any
) -> None:
    from celery import Celery, current_app

    before = current_app._get_current_object()
    lonely = Celery("lonely")
    lonely.config_from_object("django.conf:settings", namespace="CELERY")
    lonely.conf.broker_url = f"redis+socket://{tmp_path}/nobody.sock"
    lonely.set_current()
    try:
        request = submit(member("mira"), GOOD, "k")
    finally:
        before.set_current()
    assert request.jobs.get().state == JobState.QUEUED


def test_cancelling_a_waiting_job_ends_it_at_once(ask: Any, member: Callable[[str], User]) -> None:
    mira = member("mira")
    request = ask(mira, count=3)
    first = request.jobs.get(index=0)
    assert cancel_job(mira, first)
    assert not cancel_job(mira, first)
    assert cancel(mira, request) == 2
    assert set(request.jobs.values_list("state", flat=True)) == {JobState.CANCELLED}


def test_nobody_cancels_for_somebody_else(ask: Any, member: Callable[[str], User]) -> None:
    mira, tomo = member("mira"), member("tomo")
    request = ask(mira)
    assert not cancel_job(tomo, request.jobs.get())
    assert cancel(tomo, request) == 0
    assert request.jobs.get().state == JobState.QUEUED


def test_sentences_follow_the_readers_language(model: Checkpoint, member: Callable[[str], User]) -> None:
    with translation.override("ja"), pytest.raises(RequestRefused) as caught:
        submit(member("mira"), {"prompt": ""}, "k")
    assert caught.value.problems[0][1]
