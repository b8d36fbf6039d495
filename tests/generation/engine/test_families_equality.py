"""Stable Diffusion 2 and XL in mixed batches draw what their stock pipelines draw, within one level of 255."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.engine import Engine, EngineJob
from generation.engine.sampler_names import SAMPLER_NAMES, base_and_schedule
from tests.generation.engine.driving import difference, ellipse, job, picture, pictures, run_out, run_staggered
from tests.generation.tiny_folders import build_xl

Stock = Callable[[EngineJob], Image.Image]

SOURCE, MASK = picture(64, 64), ellipse(64, 64)
SAMPLERS = tuple(name for name in SAMPLER_NAMES if not base_and_schedule(name)[1])
STRENGTHS = (0.4, 0.7, 1.0)


def _assert_equal(jobs: list[EngineJob], stock: Stock) -> None:
    drawn = run_staggered(Engine(max_batch=16), jobs)
    assert drawn.keys() == {one.id for one in jobs}
    worst = {one.id: difference(drawn[one.id], stock(one)) for one in jobs}
    assert max(worst.values()) <= 1, worst


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("name", ["second_checkpoint", "xl_checkpoint", "xl_inpainting_checkpoint"])
def test_every_sampler_draws_from_text_from_a_picture_and_under_a_mask(
    name: str, turn: int, request: pytest.FixtureRequest, stock: Stock
) -> None:
    """In three turns every sampler does each of the three, with two strengths."""
    kinds: list[dict[str, Any]] = [{}, {"source": SOURCE}, {"source": SOURCE, "mask": MASK}]
    if name == "xl_inpainting_checkpoint":
        kinds = [kinds[2]] * 3
    jobs = [
        job(
            sampler,
            request.getfixturevalue(name),
            sampler=sampler,
            negative_prompt=("", "low quality", "green background")[(index + turn) % 3],
            steps=3 + index % 3,
            guidance=(4.0, 1.0, 6.0, 3.0)[index % 4],
            seed=70 + index,
            strength=STRENGTHS[(index // 3 + turn) % 3],
            **kinds[(index + turn) % 3],
        )
        for index, sampler in enumerate(SAMPLERS)
    ]
    _assert_equal(jobs, stock)


def test_an_xl_checkpoint_with_v_prediction_and_zero_snr(tmp_path: Path, stock: Stock) -> None:
    checkpoint = build_xl(
        tmp_path / "v",
        seed=7,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )
    kinds: list[dict[str, Any]] = [{}, {"source": SOURCE}, {"source": SOURCE, "mask": MASK}]
    jobs = [
        job((sampler, index), checkpoint, sampler=sampler, **kind)
        for sampler in ("Euler a", "DPM++ 2M Karras", "DDIM")
        for index, kind in enumerate(kinds)
    ]
    _assert_equal(jobs, stock)


def test_an_xl_picture_of_another_shape_is_told_its_size(xl_checkpoint: Path, stock: Stock) -> None:
    _assert_equal([job("wide", xl_checkpoint, width=96, height=64), job("tall", xl_checkpoint, height=96)], stock)


@pytest.mark.parametrize("change", [{"prompt": "blue hair"}, {"negative_prompt": "low quality"}, {"guidance": 6.0}])
def test_what_is_asked_of_an_xl_checkpoint_changes_the_picture(change: dict[str, Any], xl_checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("one", xl_checkpoint))
    engine.add(job("changed", xl_checkpoint, **change))
    drawn = pictures(run_out(engine))
    assert difference(drawn["one"], drawn["changed"]) > 3


@pytest.mark.parametrize("name", ["checkpoint", "xl_checkpoint"])
def test_prompts_of_other_lengths_share_a_call_and_change_nothing(name: str, request: pytest.FixtureRequest) -> None:
    checkpoint = request.getfixturevalue(name)

    long = "1girl BREAK night sky"

    def draw(*ids: str) -> dict[Any, Image.Image]:
        engine = Engine()
        for job_id in ids:
            prompt = long if job_id.startswith("long") else "1girl"
            negative = long if job_id == "long on both sides" else ""
            engine.add(job(job_id, checkpoint, prompt=prompt, negative_prompt=negative, seed=len(job_id)))
        return pictures(run_out(engine))

    names = ("short", "long", "long on both sides")
    together = draw(*names)
    assert all(difference(together[one], draw(one)[one]) <= 1 for one in names)
    assert difference(together["long"], draw("four")["four"]) > 3, "the second chunk counts"
