"""Drawing: one round of a worker with a real engine, in this process."""

import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from PIL import Image

from gallery import ingest
from gallery.models import AssetFile, Post, User
from generation.errors import failure_sentence
from generation.models import Checkpoint, Job, JobPreview, Take
from generation.models.queue import JobState
from generation.queueing import leases, queue
from generation.queueing.leases import Lease, LeaseLost
from generation.queueing.sweep import sweep
from generation.requests import cancel_job
from generation.serve import serve

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running(task: Callable[[], Any]) -> Iterator[threading.Thread]:
    """Run `task` in a thread with a database connection of its own, to its end."""
    errors: list[BaseException] = []

    def body() -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=body)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(60)
    if errors:
        raise errors[0]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def test_a_request_becomes_takes_with_their_recipe(ask: Any, member: Any, engine: Any, model: Checkpoint) -> None:
    mira = member("mira")
    request = ask(mira, count=2, steps=3, width=64, height=80)
    assert serve(engine, "w").ended == {"done": 2}
    for job in request.jobs.select_related("take__asset"):
        assert (job.state, job.step, job.denoiser_calls, job.max_batch) == ("done", 3, 3, 2)
        assert job.finished_at >= job.started_at
        take = job.take
        assert (take.owner, take.post) == (mira, None)
        assert (take.asset.width, take.asset.height) == (64, 80)
        recipe = take.recipe
        assert recipe["prompt"] == "1girl, red hair"
        assert (recipe["seed"], recipe["steps"], recipe["cfg"]) == (job.seed, 3, 2.0)
        assert (recipe["model_name"], recipe["model_hash"]) == ("Tiny", model.sha256)
        assert AssetFile.objects.filter(asset=take.asset, variant="original").exists()
    assert not JobPreview.objects.exists()
    assert engine.idle


def test_people_share_denoiser_calls(ask: Any, member: Any, engine: Any) -> None:
    for number in range(4):
        ask(member(f"user{number}"), prompt=f"smile {number}", steps=6 + number, seed=number)
    before = engine.denoiser_calls
    assert serve(engine, "w").ended == {"done": 4}
    assert engine.denoiser_calls - before <= 1.3 * 9


def test_progress_and_previews_are_rows(ask: Any, member: Any, engine: Any) -> None:
    job = ask(member("mira"), steps=400, width=128, height=128).jobs.get()
    with running(lambda: serve(engine, "w")):
        until(lambda: JobPreview.objects.filter(job=job).exists())
        preview = JobPreview.objects.get(job=job)
        until(lambda: Job.objects.get(pk=job.pk).step > preview.step)
        cancel_job(job.user, job)
    image = Image.open(io.BytesIO(bytes(preview.image)))
    assert image.format == "WEBP"
    assert max(image.size) <= 128


def test_cancelling_a_running_job_stops_it_between_two_steps(ask: Any, member: Any, engine: Any) -> None:
    mira, tomo = member("mira"), member("tomo")
    stopped = ask(mira, steps=400, width=128, height=128).jobs.get()
    kept = ask(tomo, steps=5).jobs.get()
    with running(lambda: serve(engine, "w")):
        until(lambda: Job.objects.get(pk=stopped.pk).step > 0)
        assert cancel_job(mira, stopped)
    stopped.refresh_from_db()
    kept.refresh_from_db()
    assert (stopped.state, kept.state) == ("cancelled", "done")
    assert stopped.step < 400
    assert not Take.objects.filter(job=stopped).exists()
    assert not JobPreview.objects.exists()


def test_a_job_that_joins_late_does_not_wait_for_a_long_one(ask: Any, member: Any, engine: Any) -> None:
    long = ask(member("long"), steps=400, width=128, height=128).jobs.get()
    with running(lambda: serve(engine, "w")):
        until(lambda: Job.objects.get(pk=long.pk).step > 0)
        short = ask(member("short"), steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=short.pk).state == JobState.DONE)
        assert Job.objects.get(pk=long.pk).state == JobState.RUNNING
        cancel_job(long.user, long)


def test_a_frozen_worker_that_wakes_up_cannot_write(ask: Any, member: Any) -> None:
    job = ask(member("mira")).jobs.get()
    stale = queue.claim("frozen", 1)[0]
    lease = Lease(stale.pk, stale.fence)
    Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00Z")
    swept = sweep()
    assert swept is not None
    assert swept.released == 1
    again = queue.claim("awake", 1)[0]
    assert (again.pk, again.fence, again.attempt) == (job.pk, 2, 2)
    assert leases.renew([lease]) == set()
    for write in (
        lambda: leases.write_progress(lease, 3),
        lambda: leases.fail(stale, lease, "engine_error", {}),
        lambda: leases.cancel(stale, lease),
        lambda: leases.give_back(stale, lease),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert leases.renew([Lease(again.pk, again.fence)]) == {Lease(again.pk, again.fence)}
    job.refresh_from_db()
    assert (job.state, job.lease_owner, job.error_code) == ("running", "awake", "")


def test_a_picture_drawn_under_a_lost_lease_is_dropped(
    ask: Any, member: Any, engine: Any, settings: Any, tmp_path: Path
) -> None:
    job = ask(member("mira"), steps=60, width=128, height=128).jobs.get()
    settings.JOB_LEASE_SECONDS = 600  # so that no heartbeat notices in time: the last write has to
    with running(lambda: serve(engine, "first")):
        until(lambda: Job.objects.get(pk=job.pk).step > 0)
        Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00Z")
        sweep()
        # The second worker's claim takes the place of the first one's lease.
        Job.objects.filter(pk=job.pk).update(fence=100, state="running", lease_until="2090-01-01T00:00Z")
    job.refresh_from_db()
    assert (job.state, job.fence) == ("running", 100)
    assert not Take.objects.exists()


def test_the_heartbeat_keeps_leases_and_notices_lost_ones(ask: Any, member: Any, engine: Any, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 1
    job = ask(member("mira"), steps=400, width=128, height=128).jobs.get()
    with running(lambda: serve(engine, "w")):
        until(lambda: Job.objects.get(pk=job.pk).state == JobState.RUNNING)
        first = Job.objects.get(pk=job.pk).lease_until
        until(lambda: Job.objects.get(pk=job.pk).lease_until > first)
        Job.objects.filter(pk=job.pk).update(fence=9)
    assert engine.idle
    job.refresh_from_db()
    assert (job.state, job.fence) == ("running", 9)


def test_a_stalled_step_loop_gives_its_jobs_back(ask: Any, member: Any, settings: Any) -> None:
    from generation.queueing.heartbeat import Heartbeat

    settings.JOB_LEASE_SECONDS = 1
    ask(member("mira"))
    job = queue.claim("hanging", 1)[0]
    ended = threading.Event()
    with Heartbeat(stall_seconds=0.5, on_stall=ended.set) as heartbeat:
        heartbeat.hold(Lease(job.pk, job.fence))
        assert ended.wait(10)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("queued", 1)


def test_a_worker_that_is_asked_to_stop_gives_long_jobs_back_uncounted(
    ask: Any, member: Any, engine: Any, monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    monkeypatch.setattr("generation.serve.GRACE_SECONDS", 0.2)
    job = ask(member("mira"), steps=400, width=128, height=128).jobs.get()
    stop = threading.Event()
    with running(lambda: serve(engine, "w", stopping=stop.is_set)):
        until(lambda: Job.objects.get(pk=job.pk).step > 0)
        stop.set()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.step, job.started_at) == ("queued", 0, 0, None)
    assert engine.idle


def test_a_model_folder_that_breaks_fails_its_jobs_and_closes_the_door(
    ask: Any, member: Any, engine: Any, model: Checkpoint, tmp_path: Path
) -> None:
    copy = shutil.copytree(model.path, tmp_path / "copy")
    Checkpoint.objects.filter(pk=model.pk).update(path=str(copy))
    job = ask(member("mira")).jobs.get()
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    assert serve(engine, "w").ended == {"failed": 1}
    job.refresh_from_db()
    model.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "corrupt_checkpoint")
    assert "unet" in failure_sentence(job.error_code, job.error_params)
    assert model.state == "corrupt"


def test_a_database_that_goes_away_fails_no_job(
    ask: Any, member: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(member("mira"), steps=1).jobs.get()

    def lost(*_arguments: Any) -> Any:
        raise OperationalError("the connection was closed")

    with monkeypatch.context() as patched:
        patched.setattr("generation.serve.engine_job", lost)
        with pytest.raises(OperationalError):
            serve(engine, "w")
    job.refresh_from_db()
    assert job.state == "running"
    assert serve(engine, "w").ended == {"done": 1}


def test_a_worker_takes_up_what_it_left_behind_itself(ask: Any, member: Any, engine: Any) -> None:
    """As when the database was away: its leases are alive, and nobody draws for them."""
    job = ask(member("mira"), steps=1).jobs.get()
    queue.claim("w", 1)
    assert serve(engine, "another").ended == {}
    assert serve(engine, "w").ended == {"done": 1}
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 2)


def test_files_are_written_before_the_row_is_locked(
    ask: Any, member: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(member("mira"), steps=1).jobs.get()
    prepare, other = ingest.prepare, connections.create_connection("default")
    locked: list[int] = []

    def and_look(*args: Any) -> Any:
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM generation_job WHERE id = %s FOR UPDATE NOWAIT", [job.pk])
            locked.append(cursor.fetchone()[0])
        return prepare(*args)

    monkeypatch.setattr(ingest, "prepare", and_look)
    try:
        assert serve(engine, "w").ended == {"done": 1}
    finally:
        other.close()
    assert locked == [job.pk]


def test_a_full_disk_is_a_failure_with_a_sentence(
    ask: Any, member: Any, engine: Any, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    job = ask(member("mira"), steps=1).jobs.get()
    assert serve(engine, "w").ended == {"failed": 1}
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "storage")
    assert "disk" in failure_sentence(job.error_code, job.error_params)
    assert not Take.objects.exists()


def test_a_round_ends_in_time_and_rings_for_the_next(ask: Any, member: Any, engine: Any, broker: str) -> None:
    import redis

    ask(member("mira"), count=8, steps=2)
    with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
        client.flushall()
        serve(engine, "w", seconds=0)
        assert client.llen("irodori") == 1
    assert Job.objects.filter(state=JobState.QUEUED).count() == 8


def test_a_starter_request_is_published_as_it_finishes(member: Any, engine: Any, model: Checkpoint) -> None:
    from generation.requests import submit

    house = member("house")
    submit(
        house,
        {"prompt": "1girl, red_hair", "seed": 1},
        "starter",
        publish_as={"title": "Red", "tags": ["1girl", "red_hair"], "rating": "g"},
    )
    assert serve(engine, "w").ended == {"done": 1}
    post = Post.objects.get()
    assert (post.author, post.title, post.rating, post.general_tags) == (house, "Red", "g", 2)
    assert Take.objects.get().post == post


def test_a_starter_that_cannot_be_published_stays_a_take(member: Any, engine: Any, model: Checkpoint) -> None:
    from generation.requests import submit

    submit(
        member("house"),
        {"prompt": "1girl"},
        "starter",
        publish_as={"title": "", "tags": ["not a * tag"], "rating": "g"},
    )
    assert serve(engine, "w").ended == {"done": 1}
    assert not Post.objects.exists()
    assert Take.objects.get().post is None


def test_owners_are_users(ask: Any, member: Callable[[str], User], engine: Any) -> None:
    mira, tomo = member("mira"), member("tomo")
    ask(mira, steps=1)
    ask(tomo, steps=1)
    serve(engine, "w")
    assert {take.owner for take in Take.objects.all()} == {mira, tomo}
    assert all(take.asset.owner == take.owner == take.job.user for take in Take.objects.all())
