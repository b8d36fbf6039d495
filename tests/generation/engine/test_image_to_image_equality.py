"""Image to image and inpainting, in mixed batches, draw what the stock pipelines draw, within one level of 255."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from generation.engine import Engine, EngineJob, Finished
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.sampler_names import base_and_schedule, samplers_for
from tests.generation.engine.driving import (
    difference,
    ellipse,
    failures,
    job,
    picture,
    pictures,
    run_out,
    run_staggered,
)

Stock = Callable[[EngineJob], Image.Image]

SOURCE, MASK = picture(80, 72), ellipse(80, 72)
"""Of another size than the jobs ask for: both are resized first."""


def _every_sampler(checkpoint: Path, **changes: Any) -> list[EngineJob]:
    """Jobs of every sampler; of those with a noise schedule of their own a third, another one for each strength."""
    turn = round(changes["strength"] * 10) // 3 - 1
    samplers = [
        name
        for index, name in enumerate(samplers_for(inspect_checkpoint(checkpoint).scheduler_config))
        if not base_and_schedule(name)[1] or index % 3 == turn
    ]
    return [
        job(
            sampler,
            checkpoint,
            sampler=sampler,
            negative_prompt="low quality" if index % 2 else "",
            steps=4 + index % 3,
            guidance=(1.0, 3.5, 6.0)[index % 3],
            seed=500 + index,
            source=SOURCE,
            **changes,
        )
        for index, sampler in enumerate(samplers)
    ]


def _with_text_to_image(checkpoint: Path, jobs: list[EngineJob]) -> list[EngineJob]:
    """Put a job of text to image before every third one."""
    mixed: list[EngineJob] = []
    for index, one in enumerate(jobs):
        if index % 3 == 0:
            mixed.append(job(f"text {index}", checkpoint, seed=index, steps=2 + index % 6, sampler="Euler a"))
        mixed.append(one)
    return mixed


def _assert_equal(jobs: list[EngineJob], stock: Stock) -> None:
    engine = Engine(max_batch=16)
    drawn = run_staggered(engine, jobs)
    assert drawn.keys() == {one.id for one in jobs}
    assert engine.denoiser_calls < sum(one.steps for one in jobs) / 2, "they shared calls"
    worst = {one.id: difference(drawn[one.id], stock(one)) for one in jobs}
    assert max(worst.values()) <= 1, worst


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("name", ["checkpoint", "zero_snr_checkpoint"])
def test_image_to_image_with_every_sampler_among_text_to_image(
    name: str, strength: float, request: pytest.FixtureRequest, stock: Stock
) -> None:
    checkpoint = request.getfixturevalue(name)
    _assert_equal(_with_text_to_image(checkpoint, _every_sampler(checkpoint, strength=strength)), stock)


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
def test_inpainting_by_blended_latents_with_every_sampler_among_text_to_image(
    strength: float, checkpoint: Path, stock: Stock
) -> None:
    jobs = _every_sampler(checkpoint, strength=strength, mask=MASK)
    _assert_equal(_with_text_to_image(checkpoint, jobs), stock)


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
def test_inpainting_by_a_denoiser_made_for_it_with_every_sampler(
    strength: float, inpainting_checkpoint: Path, stock: Stock
) -> None:
    _assert_equal(_every_sampler(inpainting_checkpoint, strength=strength, mask=MASK), stock)


@pytest.mark.parametrize("name", ["checkpoint", "inpainting_checkpoint"])
@pytest.mark.parametrize(("strength", "padding"), [(0.7, 0), (0.5, 12), (1.0, 200)])
def test_only_the_masks_surroundings_are_drawn_and_pasted_back(
    strength: float, padding: int, name: str, request: pytest.FixtureRequest, stock: Stock
) -> None:
    source, mask = picture(200, 144), Image.new("L", (200, 144))
    mask.paste(ellipse(80, 60), (110, 30))
    one = job("a", request.getfixturevalue(name), source=source, mask=mask, strength=strength, only_masked=padding)
    engine = Engine()
    engine.add(one)
    drawn = pictures(run_out(engine))["a"]
    assert drawn.size == source.size
    assert difference(drawn, stock(one)) <= 1
    far = (0, 0, 90, 144)
    assert drawn.crop(far).tobytes() == source.crop(far).tobytes()
    assert difference(drawn, source) > 20


def test_outside_the_soft_mask_every_pixel_is_the_sources(checkpoint: Path) -> None:
    source, mask = picture(64, 64), ellipse(64, 64)
    engine = Engine()
    engine.add(job("a", checkpoint, source=source, mask=mask, mask_blur=2, strength=1.0))
    drawn = numpy.asarray(pictures(run_out(engine))["a"], dtype=int)
    changed = abs(drawn - numpy.asarray(source, dtype=int)).max(axis=2) > 0
    distance_reached = numpy.asarray(mask.resize((64, 64)).filter(_blur(2))) > 0
    assert changed.any()
    assert not changed[~distance_reached].any()


def _blur(radius: int) -> Any:
    from PIL import ImageFilter

    return ImageFilter.GaussianBlur(radius)


@pytest.mark.parametrize("mask", [None, MASK])
def test_the_weakest_strength_still_does_one_step(mask: Image.Image | None, checkpoint: Path) -> None:
    engine = Engine()
    assert engine.add(job("a", checkpoint, source=SOURCE, mask=mask, strength=0.01, steps=5)) == 1
    assert engine.add(job("b", checkpoint, source=SOURCE, mask=mask, strength=0.2, steps=5)) == 1
    assert engine.add(job("c", checkpoint, source=SOURCE, mask=mask, strength=0.2, steps=5, sampler="Heun")) == 1
    events = run_out(engine)
    assert {e.job_id: e.denoiser_calls for e in events if isinstance(e, Finished)} == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"strength": 0.9},
        {"source": picture(80, 72).rotate(180)},
        {"mask": ellipse(80, 72).rotate(180)},
        {"mask": None},
        {"mask_blur": 0},
        {"masked_content": "noise"},
        {"only_masked": 4},
        {"seed": 8},
    ],
)
@pytest.mark.parametrize("name", ["checkpoint", "zero_snr_checkpoint", "inpainting_checkpoint"])
def test_every_setting_of_an_edit_changes_the_picture(
    change: dict[str, Any], name: str, request: pytest.FixtureRequest
) -> None:
    one = job("one", request.getfixturevalue(name), source=SOURCE, mask=MASK, strength=0.5)
    engine = Engine()
    for other in (one, replace(one, id="same"), replace(one, id="changed", **change)):
        engine.add(other)
    drawn = pictures(run_out(engine))
    assert difference(drawn["one"], drawn["same"]) <= 1
    changed = drawn["changed"].resize(drawn["one"].size)
    assert difference(drawn["one"], changed) > 3


def test_a_denoiser_for_inpainting_also_draws_without_a_mask(inpainting_checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("text", inpainting_checkpoint))
    engine.add(job("image", inpainting_checkpoint, source=SOURCE, strength=0.5))
    drawn = pictures(run_out(engine))
    assert difference(drawn["text"], drawn["image"]) > 3


@pytest.mark.parametrize("name", ["checkpoint", "inpainting_checkpoint"])
def test_a_mask_that_its_blur_leaves_nothing_of_fails_the_job_alone(name: str, request: pytest.FixtureRequest) -> None:
    checkpoint = request.getfixturevalue(name)
    speck = Image.new("L", SOURCE.size)
    speck.putpixel((40, 40), 255)
    engine = Engine()
    engine.add(job("speck", checkpoint, source=SOURCE, mask=speck, mask_blur=6))
    engine.add(job("good", checkpoint, source=SOURCE, mask=MASK))
    events = run_out(engine)
    assert failures(events)["speck"].code == "empty_mask"
    assert pictures(events).keys() == {"good"}


def test_sources_and_masks_of_any_mode_are_taken(checkpoint: Path) -> None:
    engine = Engine()
    for index, (source_mode, mask_mode) in enumerate([("RGB", "L"), ("RGBA", "1"), ("P", "RGB"), ("LA", "RGBA")]):
        source, mask = SOURCE.convert("RGB").convert(source_mode), MASK.convert(mask_mode)
        engine.add(job(index, checkpoint, source=source, mask=mask, strength=0.5))
    assert pictures(run_out(engine)).keys() == {0, 1, 2, 3}
