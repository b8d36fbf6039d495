"""Hires fix: two passes that are one job, equal to two stock pipelines one after the other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.engine import Engine, EngineError, EngineJob, Finished, HiresFix, Preview, Progress
from generation.engine.errors import ERROR_CODES
from generation.engine.sampler_names import denoiser_calls
from tests.generation.engine.driving import difference, ellipse, failures, job, picture, pictures, run_out

Stock = Callable[[EngineJob], Image.Image]

LATENT = HiresFix(width=96, height=80, steps=5, strength=0.6)
LANCZOS = replace(LATENT, upscaler="lanczos")
SOURCE = picture(64, 56)


@pytest.mark.parametrize("hires", [LATENT, LANCZOS], ids=["latent", "lanczos"])
@pytest.mark.parametrize("name", ["checkpoint", "second_checkpoint", "xl_checkpoint"])
def test_both_passes_equal_the_stock_pipelines_among_other_jobs(
    name: str, hires: HiresFix, request: pytest.FixtureRequest, stock: Stock
) -> None:
    checkpoint = request.getfixturevalue(name)
    jobs = [
        job("large", checkpoint, width=96, height=80, steps=9, seed=3),
        job("ancestral", checkpoint, sampler="Euler a", hires=hires, width=64, height=56),
        job("multistep", checkpoint, sampler="DPM++ 2M SDE Karras", hires=hires, width=64, height=56, seed=8),
        job("weak", checkpoint, sampler="Heun", hires=replace(hires, strength=0.2), width=64, height=56, seed=9),
        job("edit", checkpoint, hires=hires, source=SOURCE, strength=0.5, width=64, height=56, guidance=1.0),
        job("small", checkpoint, width=64, height=56, steps=3),
    ]
    engine = Engine()
    for one in jobs:
        engine.add(one)
    events = run_out(engine)
    drawn = pictures(events)
    assert {name: image.size for name, image in drawn.items()} == {
        one.id: (one.width, one.height) if one.hires is None else (96, 80) for one in jobs
    }
    worst = {one.id: difference(drawn[one.id], stock(one)) for one in jobs}
    assert max(worst.values()) <= 1, worst
    (large,) = [event for event in events if isinstance(event, Finished) and event.job_id == "large"]
    assert max(large.batch_sizes) > 1, "the second passes joined it"


@pytest.mark.parametrize("hires", [LATENT, LANCZOS], ids=["latent", "lanczos"])
def test_progress_counts_both_passes_and_previews_come_in_both(hires: HiresFix, checkpoint: Path) -> None:
    engine = Engine()
    one = job("a", checkpoint, sampler="Heun", width=64, height=56, steps=4, hires=hires, preview_every=3)
    total = denoiser_calls("Heun", 4) + denoiser_calls("Heun", 3)
    assert engine.add(one) == total
    events = run_out(engine)
    assert [(e.step, e.total) for e in events if isinstance(e, Progress)] == [(n, total) for n in range(1, total + 1)]
    assert [(e.step, e.image.size) for e in events if isinstance(e, Preview)] == [
        (1, (64, 56)),
        (3, (64, 56)),
        (6, (64, 56)),
        (9, (96, 80)),
    ]


def test_a_pass_that_ends_in_noise_fails_before_the_next(checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("bad", checkpoint, guidance=3e38, steps=3, hires=LATENT))
    engine.add(job("good", checkpoint))
    events = run_out(engine)
    assert failures(events)["bad"].code == "not_a_number"
    assert max(e.step for e in events if isinstance(e, Progress) and e.job_id == "bad") < 3 + 3
    assert pictures(events).keys() == {"good"}


def test_a_job_can_be_cancelled_between_its_passes(checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("a", checkpoint, steps=1, hires=LANCZOS))
    assert Progress("a", 1, 4) in engine.step()
    assert engine.cancel("a")
    run_out(engine)
    assert engine.idle


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hires": replace(LATENT, width=97)}, "bad_size"),
        ({"hires": replace(LATENT, strength=0.0)}, "bad_strength"),
        ({"hires": replace(LATENT, steps=0)}, "bad_steps"),
        ({"hires": LATENT, "source": SOURCE, "mask": ellipse(64, 56)}, "unsupported"),
    ],
)
def test_a_hires_fix_that_cannot_be_done_is_refused(changes: dict[str, Any], code: str, checkpoint: Path) -> None:
    engine = Engine()
    with pytest.raises(EngineError) as refused:
        engine.add(job("a", checkpoint, **changes))
    assert refused.value.code == code
    assert set(refused.value.params) == set(ERROR_CODES[code])
    assert engine.idle


@pytest.mark.parametrize(
    "change",
    [{"upscaler": "lanczos"}, {"strength": 0.9}, {"steps": 8}, {"width": 104}],
)
def test_every_setting_of_a_hires_fix_changes_the_picture(change: dict[str, Any], checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("one", checkpoint, hires=LATENT))
    engine.add(job("changed", checkpoint, hires=replace(LATENT, **change)))
    drawn = pictures(run_out(engine))
    assert difference(drawn["one"], drawn["changed"].resize((96, 80))) > 3
