"""The names of the samplers and what stands behind them."""

from itertools import combinations

import pytest
from diffusers import DDIMScheduler

from generation.engine import EngineError, EngineJob
from generation.engine.sampler_names import (
    SAMPLER_NAMES,
    SCHEDULED,
    SCHEDULES,
    base_and_schedule,
    denoiser_calls,
    most_steps,
)
from generation.engine.samplers import make_scheduler

CONFIG = DDIMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1).config


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_the_denoiser_calls_are_known_before_the_job_runs(sampler: str) -> None:
    scheduler = make_scheduler(sampler, CONFIG)
    for steps in (1, 2, 10):
        scheduler.set_timesteps(steps, device="cpu")
        assert len(scheduler.timesteps) == denoiser_calls(sampler, steps)


def test_every_name_stands_once_in_the_menu_and_the_popular_ones_first() -> None:
    assert len(set(SAMPLER_NAMES)) == len(SAMPLER_NAMES)
    assert SAMPLER_NAMES[:4] == ("Euler a", "Euler", "DPM++ 2M", "DPM++ 2M Karras")
    assert {f"{name} {schedule}" for name in SCHEDULED for schedule in SCHEDULES} < set(SAMPLER_NAMES)


def test_a_name_is_a_sampler_and_perhaps_a_schedule() -> None:
    assert base_and_schedule("DPM++ 2M SDE Karras") == ("DPM++ 2M SDE", "Karras")
    assert base_and_schedule("Euler a") == ("Euler a", "")
    assert base_and_schedule("DDIM") == ("DDIM", "")


@pytest.mark.parametrize("sampler", ["Euler", "DPM++ SDE", "SA Solver"])
def test_each_schedule_spreads_the_steps_otherwise(sampler: str) -> None:
    spreads = []
    for schedule in ("", *SCHEDULES):
        # A checkpoint's own config may ask for a schedule; the name that was chosen decides.
        scheduler = make_scheduler(f"{sampler} {schedule}".strip(), {**CONFIG, "use_karras_sigmas": True})
        scheduler.set_timesteps(10, device="cpu")
        spreads.append(scheduler.sigmas)
    for one, other in combinations(spreads, 2):
        assert float(abs(one - other).max()) > 0.1


def test_distilled_samplers_refuse_more_steps_than_they_have_noise_levels() -> None:
    values = {"id": 1, "checkpoint": "x", "prompt": "", "width": 64, "height": 64, "sampler": "LCM"}
    EngineJob(**values, steps=most_steps("LCM", 1000)).check()
    with pytest.raises(EngineError) as caught:
        EngineJob(**values, steps=51).check()
    assert (caught.value.code, caught.value.params) == ("bad_steps", {"steps": 51, "maximum": 50})
    EngineJob(**values | {"sampler": "Euler"}, steps=51).check()


def test_an_unknown_sampler_is_refused_with_what_there_is() -> None:
    with pytest.raises(EngineError) as caught:
        make_scheduler("Euler Quantum", CONFIG)
    assert caught.value.params["known"] == list(SAMPLER_NAMES)
