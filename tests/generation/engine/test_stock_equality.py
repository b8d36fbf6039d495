"""What the engine draws in mixed batches is what the stock pipeline draws, within one level of 255."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.engine import SAMPLER_NAMES, Engine, EngineJob, Finished
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.sampler_names import NO_ZERO_SNR, base_and_schedule, denoiser_calls, samplers_for
from tests.generation.engine.driving import difference, job, pictures, run_out

Stock = Callable[[EngineJob], Image.Image]

PROMPTS = ("1girl, red hair", "blue hair, smile", "night sky", "", "glasses, words of no tag")


def _mixed(checkpoint: Path, samplers: tuple[str, ...], width: int = 64, height: int = 64) -> list[EngineJob]:
    return [
        job(
            f"{sampler} {index}",
            checkpoint,
            prompt=PROMPTS[index % len(PROMPTS)],
            negative_prompt="low quality" if index % 2 else "",
            sampler=sampler,
            steps=3 + index % 5,
            guidance=(1.0, 3.5, 7.0)[index % 3],
            seed=1000 + index,
            width=width,
            height=height,
        )
        for index, sampler in enumerate(samplers)
    ]


@pytest.mark.parametrize("name", ["checkpoint", "zero_snr_checkpoint"])
def test_all_samplers_in_one_batch_with_staggered_joins_equal_their_solo_runs(
    name: str, request: pytest.FixtureRequest, stock: Stock
) -> None:
    checkpoint = request.getfixturevalue(name)
    samplers = samplers_for(inspect_checkpoint(checkpoint).scheduler_config)
    jobs = _mixed(checkpoint, samplers)
    engine = Engine(max_batch=16)
    events = []
    for index, waiting in enumerate(jobs):
        engine.add(waiting)
        if index % 3 == 2:
            events += engine.step()
    events += run_out(engine)
    finished = {event.job_id: event for event in events if isinstance(event, Finished)}
    assert finished.keys() == {one.id for one in jobs}
    assert max(max(event.batch_sizes) for event in finished.values()) >= 5
    assert len({one.sampler for one in jobs}) >= 5
    worst = {one.id: difference(finished[one.id].image, stock(one)) for one in jobs}
    assert max(worst.values()) <= 1, worst


def test_other_sizes_run_beside_each_other(checkpoint: Path, stock: Stock) -> None:
    jobs = [
        job("square", checkpoint, width=64, height=64),
        job("wide", checkpoint, width=96, height=64, sampler="DDIM"),
        job("tall", checkpoint, width=72, height=104, sampler="UniPC"),
    ]
    engine = Engine()
    for one in jobs:
        engine.add(one)
    drawn = pictures(run_out(engine))
    for one in jobs:
        assert drawn[one.id].size == (one.width, one.height)
        assert difference(drawn[one.id], stock(one)) <= 1


@pytest.mark.parametrize("sampler", [name for name in SAMPLER_NAMES if not base_and_schedule(name)[1]])
def test_a_single_step_and_many_steps_work_with_every_sampler(sampler: str, checkpoint: Path, stock: Stock) -> None:
    engine = Engine()
    jobs = [job(steps, checkpoint, sampler=sampler, steps=steps) for steps in (1, 2, 10)]
    for one in jobs:
        assert engine.add(one) == denoiser_calls(sampler, one.steps)
    drawn = pictures(run_out(engine))
    for one in jobs:
        assert difference(drawn[one.id], stock(one)) <= 1, one.steps


def test_samplers_that_cannot_reach_zero_snr_are_not_offered_for_such_a_checkpoint(zero_snr_checkpoint: Path) -> None:
    config = inspect_checkpoint(zero_snr_checkpoint).scheduler_config
    assert set(samplers_for(config)) == set(SAMPLER_NAMES) - NO_ZERO_SNR
    assert samplers_for({}) == SAMPLER_NAMES


def test_an_exact_job_shares_no_call_and_gives_the_same_bytes_whoever_else_runs(checkpoint: Path) -> None:
    exact = job("exact", checkpoint, sampler="DPM++ 2M SDE", exact=True)
    alone = Engine()
    alone.add(exact)
    crowded = Engine()
    for index in range(3):
        crowded.add(job(index, checkpoint, seed=index))
    crowded.add(exact)
    events = run_out(crowded)
    finished = {event.job_id: event for event in events if isinstance(event, Finished)}
    assert set(finished["exact"].batch_sizes) == {1}
    assert set(finished[0].batch_sizes) == {3}
    assert finished["exact"].image.tobytes() == pictures(run_out(alone))["exact"].tobytes()


@pytest.mark.parametrize("name", ["checkpoint", "zero_snr_checkpoint"])
@pytest.mark.parametrize(
    "change",
    [
        {"seed": 8},
        {"prompt": "blue hair"},
        {"negative_prompt": "low quality"},
        {"guidance": 5.5},
        {"guidance": 1.0},
        {"steps": 5},
        {"sampler": "Euler a"},
    ],
)
def test_every_setting_changes_the_picture(change: dict[str, Any], name: str, request: pytest.FixtureRequest) -> None:
    """Otherwise the comparisons with the stock pipeline would not notice settings that got mixed up."""
    one = job("one", request.getfixturevalue(name))
    engine = Engine()
    for other in (one, replace(one, id="same"), replace(one, id="changed", **change)):
        engine.add(other)
    drawn = pictures(run_out(engine))
    assert difference(drawn["one"], drawn["same"]) <= 1
    assert difference(drawn["one"], drawn["changed"]) > 3


def _trained_checkpoint() -> Path | None:
    folder = Path(__file__).parents[3] / "generation" / "bundled" / "model"
    return folder if (folder / "model_index.json").is_file() else None


@pytest.mark.skipif(_trained_checkpoint() is None, reason="the bundled model is not in this checkout")
def test_the_bundled_model_draws_the_same_in_a_batch_as_alone(stock: Stock) -> None:
    checkpoint = _trained_checkpoint()
    assert checkpoint is not None
    facts = inspect_checkpoint(checkpoint)
    side = min(facts.native_size or 128, 128)
    samplers = ("Euler a", "Euler", "DPM++ 2M Karras", "DPM++ 2M SDE", "UniPC", "DDIM")
    jobs = _mixed(checkpoint, samplers, side, side)
    engine = Engine(max_batch=8)
    for one in jobs:
        engine.add(one)
    drawn = pictures(run_out(engine))
    assert max(difference(drawn[one.id], stock(one)) for one in jobs) <= 1
