"""Which models a round can draw with: what has no room, what is in memory, what another machine has."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from generation.models import Checkpoint, Job, WorkerStatus
from generation.models.queue import JobState
from generation.queueing import queue, workers
from generation.requests import cancel_job
from generation.serve import serve
from tests.generation.test_serve import running, until

pytestmark = pytest.mark.django_db(transaction=True)


def copy_of(model: Checkpoint, folder: Path) -> Checkpoint:
    """Another model, with files of its own in `folder`."""
    other = Checkpoint.objects.get(pk=model.pk)
    other.pk, other.slug, other.is_default = None, folder.name, False
    other.path = str(shutil.copytree(model.path, folder))
    other.save()
    return other


@pytest.mark.parametrize("another_machine", [True, False])
def test_a_model_that_is_not_on_this_machine_is_left_to_others_or_fails_and_stops_nobody(
    another_machine: bool, ask: Any, member: Any, engine: Any, model: Checkpoint, tmp_path: Path
) -> None:
    workers.report("here:boot:1:10:1", "cpu")
    if another_machine:
        workers.report("there:boot:1:10:1", "cpu")
    elsewhere = Checkpoint.objects.get(pk=model.pk)
    elsewhere.pk, elsewhere.slug, elsewhere.is_default, elsewhere.path = None, "elsewhere", False, str(tmp_path / "no")
    elsewhere.save()
    left = ask(member("mira"), model="elsewhere").jobs.get()
    here = ask(member("tomo")).jobs.get()
    # One at a time, so that the second is claimed after the first was given back.
    engine.max_running, before = 1, engine.max_running
    try:
        ended = serve(engine, "here:boot:1:20:1").ended
    finally:
        engine.max_running = before
    left.refresh_from_db()
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.state, elsewhere.state) == ("done", "ready")
    if another_machine:
        assert (ended, left.state, left.attempt) == ({"queued": 1, "done": 1}, "queued", 0)
    else:
        assert (ended, left.state, left.error_code) == ({"failed": 1, "done": 1}, "failed", "missing_checkpoint")


def test_a_model_that_finds_no_room_is_not_passed_for_ever(
    ask: Any, member: Any, model: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps a model in memory busy keeps the other one out for a while only."""
    from generation.engine import Engine

    monkeypatch.setattr(queue, "STARVATION_SECONDS", 0.2)
    other = Checkpoint.objects.get(pk=model.pk)
    folder = shutil.copytree(model.path, tmp_path / "copy")
    other.pk, other.slug, other.is_default, other.path = None, "other", False, str(folder)
    other.save()
    narrow = Engine(device="cpu", byte_budget=1)  # one model at a time
    busy = ask(member("busy"), steps=200, width=128, height=128).jobs.get()
    with running(lambda: serve(narrow, "w")):
        until(lambda: Job.objects.get(pk=busy.pk).step > 0)
        waiting = ask(member("mira"), model="other", steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=waiting.pk).fence > 0)
        time.sleep(0.5)
        later = ask(busy.user, steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=later.pk).state == JobState.DONE, 60)
    waiting.refresh_from_db()
    later.refresh_from_db()
    assert (waiting.state, later.state) == ("done", "done")
    assert waiting.started_at <= later.started_at


def test_a_model_that_nobody_waits_for_any_more_keeps_nobody_out(
    ask: Any, member: Any, model: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generation.engine import Engine

    monkeypatch.setattr(queue, "STARVATION_SECONDS", 0.2)
    other = copy_of(model, tmp_path / "copy")
    narrow = Engine(device="cpu", byte_budget=1)  # one model at a time
    busy = ask(member("busy"), steps=400, width=128, height=128).jobs.get()
    with running(lambda: serve(narrow, "w")):
        until(lambda: Job.objects.get(pk=busy.pk).step > 0)
        waiting = ask(member("mira"), model=other.slug, steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=waiting.pk).fence > 0)
        until(lambda: Job.objects.get(pk=waiting.pk).state == JobState.QUEUED)
        cancel_job(waiting.user, waiting)
        time.sleep(0.5)
        later = ask(member("tomo"), steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=later.pk).state == JobState.DONE)
        assert Job.objects.get(pk=busy.pk).state == JobState.RUNNING, "it joined what runs"
        cancel_job(busy.user, busy)


def test_a_new_round_knows_what_is_in_memory_wherever_the_models_lie(
    ask: Any, member: Any, model: Checkpoint, settings: Any, tmp_path: Path
) -> None:
    from generation.engine import Engine

    settings.CHECKPOINTS_DIR = tmp_path
    other = copy_of(model, tmp_path / "copy")
    Checkpoint.objects.filter(pk=other.pk).update(path="copy")
    engine = Engine(device="cpu", byte_budget=1, max_running=1)
    ask(member("first"), model=other.slug, steps=1)
    assert serve(engine, "w").ended == {"done": 1}
    elsewhere = ask(member("mira"), steps=1).jobs.get()
    in_memory = ask(member("tomo"), model=other.slug, steps=1).jobs.get()
    assert serve(engine, "w").ended == {"done": 2}
    elsewhere.refresh_from_db()
    in_memory.refresh_from_db()
    assert in_memory.started_at < elsewhere.started_at


def test_the_rows_of_models_are_read_once_however_often_is_claimed(
    model: Checkpoint, ask: Any, member: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generation import checkpoints
    from generation.engine import Engine

    other = copy_of(model, tmp_path / "copy")
    engine = Engine(device="cpu", max_running=1)
    ask(member("mira"), model=other.slug, steps=1)
    assert serve(engine, "w").ended == {"done": 1}
    Checkpoint.objects.filter(pk=other.pk).update(path="/moved/away")  # in memory, and no row's any more
    read, looks = checkpoints.by_folder, []

    def counted() -> Any:
        looks.append(1)
        return read()

    monkeypatch.setattr(checkpoints, "by_folder", counted)
    ask(member("tomo"), count=4, steps=1)
    assert serve(engine, "w").ended == {"done": 4}
    assert len(looks) == 1


def test_a_model_that_all_machines_lack_fails_on_the_last_one(
    ask: Any, member: Any, engine: Any, model: Checkpoint, tmp_path: Path, broker: str
) -> None:
    import redis

    here, there = "here:boot:1:20:1", "there:boot:1:20:1"
    other = copy_of(model, tmp_path / "copy")
    shutil.rmtree(other.path)
    for name in (here, there):
        workers.report(name, "cpu")
    job = ask(member("mira"), model=other.slug).jobs.get()
    with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
        client.flushall()
        assert serve(engine, here).ended == {"queued": 1}
        assert client.llen("irodori") == 1, "the bell was for the other one"
    workers.report(here, "cpu")
    assert serve(engine, here).ended == {}, "not taken up and given back again and again"
    assert Job.objects.get(pk=job.pk).fence == 1
    assert serve(engine, there).ended == {"failed": 1}
    job.refresh_from_db()
    assert job.error_code == "missing_checkpoint"
    assert workers.able(other) == []
    ask(member("tomo"), model=other.slug)
    assert serve(engine, here).ended == {"failed": 1}, "nobody else is worth waiting for"
    shutil.copytree(model.path, other.path)
    workers.report(here, "cpu")
    assert [each.name for each in workers.able(other)] == [here]
    ask(member("nana"), model=other.slug, steps=1)
    assert serve(engine, there).ended == {}
    assert serve(engine, here).ended == {"done": 1}


def test_a_missing_model_waits_for_a_machine_that_is_paused(
    ask: Any, member: Any, engine: Any, model: Checkpoint, tmp_path: Path
) -> None:
    here, there = "here:boot:1:20:1", "there:boot:1:20:1"
    other = copy_of(model, tmp_path / "copy")
    shutil.rmtree(other.path)
    for name in (here, there):
        workers.report(name, "cpu")
    WorkerStatus.objects.filter(name=there).update(order="pause")
    job = ask(member("mira"), model=other.slug).jobs.get()
    assert [serve(engine, name).ended for name in (here, there, here)] == [{"queued": 1}, {}, {}]
    job.refresh_from_db()
    assert (job.state, job.fence) == ("queued", 1)
    WorkerStatus.objects.filter(name=there).delete()
    assert serve(engine, here).ended == {"failed": 1}, "it won't come back"
