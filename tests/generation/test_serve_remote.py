"""A model behind an image server, through the queue: a real worker's round, a real engine, a real server."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gallery.models import AssetFile
from generation.checkpoints import address_of
from generation.errors import failure_sentence
from generation.models import Checkpoint, Job
from generation.models.queue import JobState
from generation.requests import cancel_job
from generation.serve import serve
from tests.generation.engine.image_server import MODEL, ImageServer, send
from tests.generation.test_serve import running, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with ImageServer().running() as started:
        yield started


@pytest.fixture
def remote(model: Checkpoint, server: ImageServer) -> Checkpoint:
    return Checkpoint.objects.create(
        slug="qwen",
        name="Qwen",
        family="remote",
        endpoint=server.address,
        endpoint_model=MODEL,
        native_width=128,
        native_height=64,
        min_side=64,
        max_side=256,
        side_multiple=16,
        default_sampler="Euler",
        samplers=["Euler"],
    )


def test_a_model_on_disk_has_its_folder_and_one_behind_a_server_its_address(remote: Checkpoint) -> None:
    assert address_of(remote).startswith(f"remote+{remote.endpoint}#model=Qwen")
    assert address_of(Checkpoint(path="/models/tiny")) == "/models/tiny"


def test_a_request_to_an_image_server_becomes_takes(
    ask: Any, member: Any, engine: Any, remote: Checkpoint, server: ImageServer, settings: Any
) -> None:
    request = ask(member("mira"), model="qwen", count=3, steps=5, seed=20)
    local = ask(member("ren"), steps=3)
    assert serve(engine, "w").ended == {"done": 4}
    assert {asked.fields["size"] for asked in server.asked} == {"128x64"}
    for job in request.jobs.select_related("take__asset"):
        assert (job.take.asset.width, job.take.asset.height) == (128, 64)
        assert job.take.recipe["model_name"] == "Qwen"
        original = AssetFile.objects.get(asset=job.take.asset, variant="original")
        with Image.open(Path(settings.MEDIA_ROOT, original.path)) as image:
            assert image.getpixel((9, 9)) == (job.seed % 256, 100, 50)
    assert local.jobs.get().state == "done"
    assert engine.idle


def test_what_a_server_says_reaches_whoever_asked(
    ask: Any, member: Any, engine: Any, remote: Checkpoint, server: ImageServer
) -> None:
    server.misbehave = lambda handler: send(handler, 422, b'{"detail": "no hats, please"}')
    job = ask(member("mira"), model="qwen").jobs.get()
    assert serve(engine, "w").ended == {"failed": 1}
    job.refresh_from_db()
    assert "no hats, please" in failure_sentence(job.error_code, job.error_params)
    remote.refresh_from_db()
    assert remote.state == "ready"


def test_a_job_at_a_server_is_cancelled_while_it_is_drawn(
    ask: Any, member: Any, engine: Any, remote: Checkpoint, server: ImageServer
) -> None:
    server.hold.clear()
    mira = member("mira")
    job = ask(mira, model="qwen").jobs.get()
    with running(lambda: serve(engine, "w")):
        until(lambda: bool(server.asked))
        assert cancel_job(mira, job)
        until(server.broken_off.is_set)
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_a_slow_server_keeps_no_device_idle_when_the_round_is_over(
    ask: Any, member: Any, engine: Any, remote: Checkpoint, server: ImageServer, broker: str
) -> None:
    server.hold.clear()
    mira = member("mira")
    slow = ask(mira, model="qwen").jobs.get()
    with running(lambda: serve(engine, "w", seconds=1)):
        until(lambda: bool(server.asked))
        time.sleep(1.1)
        next_round = ask(mira, model="qwen").jobs.get()
        here = ask(mira, steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=here.pk).state == JobState.DONE)
        assert Job.objects.get(pk=slow.pk).state == JobState.RUNNING
        server.hold.set()
    assert Job.objects.get(pk=slow.pk).state == JobState.DONE
    assert Job.objects.get(pk=next_round.pk).state == JobState.QUEUED, "or the round might never end"


def test_slow_servers_take_no_room_from_what_is_drawn_here(
    ask: Any, member: Any, remote: Checkpoint, server: ImageServer
) -> None:
    from generation.engine import Engine

    server.hold.clear()
    mira = member("mira")
    narrow = Engine(device="cpu", max_running=1)
    slow = ask(mira, model="qwen", count=2).jobs.order_by("index")
    Job.objects.filter(pk=slow[0].pk).update(attempt=2)
    with running(lambda: serve(narrow, "w")):
        until(lambda: bool(server.asked))
        here = ask(mira, steps=2).jobs.get()
        until(lambda: Job.objects.get(pk=here.pk).state == JobState.DONE)
        assert sorted(slow.values_list("state", flat=True)) == ["queued", "running"]
        server.hold.set()


def test_only_servers_draw_beside_a_last_attempt(
    ask: Any, member: Any, engine: Any, remote: Checkpoint, server: ImageServer
) -> None:
    mira = member("mira")
    alone = ask(mira, steps=400, width=128, height=128).jobs.get()
    Job.objects.filter(pk=alone.pk).update(attempt=2)
    with running(lambda: serve(engine, "w")):
        until(lambda: Job.objects.get(pk=alone.pk).step > 0)
        here = ask(mira, steps=2).jobs.get()
        elsewhere = ask(mira, model="qwen").jobs.get()
        until(lambda: Job.objects.get(pk=elsewhere.pk).state == JobState.DONE)
        assert Job.objects.get(pk=alone.pk).state == JobState.RUNNING
        assert Job.objects.get(pk=here.pk).state == JobState.QUEUED
        cancel_job(mira, alone)
    assert Job.objects.get(pk=here.pk).state == JobState.DONE
