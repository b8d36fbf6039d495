"""Drawing over pictures, with a real engine: what comes out, and what goes wrong alone."""

import itertools
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from gallery import ingest
from gallery.ingest import assets
from gallery.models import AssetFile, User
from gallery.storing import OutOfReach
from generation import serve as serving
from generation.errors import failure_sentence
from generation.models import Checkpoint, Job, Take
from generation.requests import submit
from generation.serve import serve
from tests.factories import make_mask, make_user

pytestmark = pytest.mark.django_db(transaction=True)

Draw = Callable[..., Job]
_keys = itertools.count()


@pytest.fixture
def painter(model: Checkpoint, settings: Any, tmp_path: Path) -> Checkpoint:
    """The tiny model, which can do everything."""
    settings.MEDIA_ROOT = tmp_path / "media"
    model.abilities = ["txt2img", "img2img", "inpaint"]
    model.save()
    return model


def ask(user: User, **wanted: Any) -> Job:
    """A waiting job."""
    given = {"prompt": "1girl, red hair", "seed": 7, "guidance": 2.0, "steps": 4} | wanted
    return submit(user, given, f"serve-{next(_keys)}").jobs.get()


def picture(job: Job) -> Image.Image:
    """What came out."""
    return ingest.picture_of(Take.objects.get(job=job).asset)


def upload(user: User, width: int = 64, height: int = 64) -> str:
    """The key of a picture with a gradient."""
    across = numpy.linspace(0, 255, width, dtype=numpy.uint8)
    pixels = numpy.stack([numpy.tile(across, (height, 1))] * 3, axis=-1)
    return ingest.keep_upload(user, Image.fromarray(pixels)).key


def difference(one: Image.Image, other: Image.Image) -> numpy.ndarray:
    """Of each pixel, at most over the channels."""
    distance: numpy.ndarray = numpy.abs(numpy.asarray(one, int) - numpy.asarray(other, int)).max(axis=2)
    return distance


def test_a_stronger_edit_changes_more_and_costs_more_calls(painter: Checkpoint, engine: Any) -> None:
    mira = make_user()
    key = upload(mira)
    weak, strong = (ask(mira, source_asset=key, strength=strength, steps=10) for strength in (0.2, 0.9))
    assert serve(engine, "w").ended == {"done": 2}
    source = ingest.picture_of(Take.objects.get(job=weak).job.request.source_asset)
    assert difference(picture(weak), source).mean() < difference(picture(strong), source).mean()
    weak.refresh_from_db()
    strong.refresh_from_db()
    assert (weak.denoiser_calls, weak.steps_total) == (2, 2)
    assert (strong.denoiser_calls, strong.steps_total) == (9, 9)


def test_outside_the_mask_the_picture_stays(painter: Checkpoint, engine: Any) -> None:
    mira = make_user()
    job = ask(mira, source_asset=upload(mira), mask=make_mask(mira).pk, mask_blur=0, strength=1.0)
    assert serve(engine, "w").ended == {"done": 1}
    changed = difference(picture(job), ingest.picture_of(Take.objects.get(job=job).job.request.source_asset))
    assert changed[:, 40:].max() <= 1
    assert changed[:, :24].mean() > 5


def test_margins_grow_the_picture_and_leave_its_middle(painter: Checkpoint, engine: Any) -> None:
    mira = make_user()
    job = ask(mira, source_asset=upload(mira), outpaint=[0, 0, 32, 16], mask_blur=0, strength=1.0)
    assert serve(engine, "w").ended == {"done": 1}
    drawn = picture(job)
    assert drawn.size == (96, 80)
    source = ingest.picture_of(Take.objects.get(job=job).job.request.source_asset)
    assert difference(drawn.crop((0, 0, 48, 48)), source.crop((0, 0, 48, 48))).max() <= 1
    assert Take.objects.get(job=job).recipe["outpaint"] == [0, 0, 32, 16]


def test_only_the_masks_surroundings_are_drawn_and_laid_back_at_the_sources_size(
    painter: Checkpoint, engine: Any
) -> None:
    mira = make_user()
    key = upload(mira, 160, 120)
    job = ask(mira, source_asset=key, mask=make_mask(mira, 160, 120).pk, only_masked=8, mask_blur=0, strength=1.0)
    assert serve(engine, "w").ended == {"done": 1}
    assert picture(job).size == (160, 120)


def test_a_second_pass_draws_at_its_own_size_in_as_many_calls_as_were_counted(painter: Checkpoint, engine: Any) -> None:
    job = ask(make_user(), hires_scale=1.5, hires_steps=4, hires_strength=0.5)
    assert serve(engine, "w").ended == {"done": 1}
    job.refresh_from_db()
    assert picture(job).size == (96, 96)
    assert (job.steps_total, job.denoiser_calls) == (6, 6)


def test_a_source_that_is_gone_fails_its_job_with_the_cause_and_the_next_is_fine(
    painter: Checkpoint, engine: Any, settings: Any
) -> None:
    mira = make_user()
    key = upload(mira)
    lost, fine = ask(mira, source_asset=key), ask(mira)
    file = AssetFile.objects.get(asset__key=key, variant="original")
    Path(settings.MEDIA_ROOT, file.path).write_bytes(b"\x89PNG\r\n\x1a\nthis is no picture")
    assert serve(engine, "w").ended == {"failed": 1, "done": 1}
    lost.refresh_from_db()
    fine.refresh_from_db()
    assert (lost.state, lost.error_code, fine.state) == ("failed", "source_unreadable", "done")
    assert "start from" in failure_sentence(lost.error_code, lost.error_params)


def out_of_reach(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, times: int) -> list[float]:
    """Let the bucket be away for so many questions. Returns when it was asked, in seconds."""
    ask_it, asked = getattr(where, name), list[float]()

    def away(*args: Any) -> Any:
        asked.append(time.monotonic())
        if len(asked) <= times:
            raise OutOfReach("the bucket can't be asked")
        return ask_it(*args)

    monkeypatch.setattr(serving, "AWAY_SECONDS", 0.3)
    monkeypatch.setattr(where, name, away)
    return asked


def test_while_no_file_can_be_had_jobs_wait_as_if_they_had_never_been_claimed(
    painter: Checkpoint, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira = make_user()
    over, plain = ask(mira, source_asset=upload(mira)), ask(mira)
    asked = out_of_reach(monkeypatch, ingest, "picture_of", 5)
    ended = serve(engine, "w").ended
    assert (ended["done"], ended.keys()) == (2, {"done", "queued"})
    for job in (over, plain):
        job.refresh_from_db()
        assert (job.state, job.attempt, job.error_code) == ("done", 1, "")
    assert all(later - sooner >= 0.3 for sooner, later in itertools.pairwise(asked[:6])), "not asked all the time"


@pytest.mark.parametrize(("times", "state", "code"), [(2, "done", ""), (3, "failed", "storage")])
def test_what_could_not_be_kept_is_drawn_again_a_few_times(
    times: int, state: str, code: str, painter: Checkpoint, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(make_user())
    out_of_reach(monkeypatch, assets, "store", times)
    assert serve(engine, "w").ended == {"queued": 2, state: 1}
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == (state, 3, code)
    assert Take.objects.filter(job=job).exists() == (state == "done")


def test_a_model_that_changed_on_disk_fails_its_jobs_and_the_next_model_draws(
    painter: Checkpoint, engine: Any, tmp_path: Path
) -> None:
    mira = make_user()
    other = Checkpoint.objects.get(pk=painter.pk)
    copy = shutil.copytree(painter.path, tmp_path / "copy")
    other.pk, other.slug, other.is_default, other.path = None, "other", False, str(copy)
    other.save()
    before = ask(mira, model="other")
    assert serve(engine, "w").ended == {"done": 1}
    assert before.steps_total == 4
    broken, fine = ask(mira, model="other", source_asset=upload(mira)), ask(mira)
    for weights in copy.glob("unet/*.safetensors"):
        weights.write_bytes(weights.read_bytes()[:3000])
    assert serve(engine, "w").ended == {"failed": 1, "done": 1}
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.error_code, fine.state) == ("corrupt_checkpoint", "done")
