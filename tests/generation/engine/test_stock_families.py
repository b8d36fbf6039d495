"""Families that stock pipelines draw: what comes out is what a direct call gives."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import numpy
import pytest
from PIL import Image

from generation.engine import Engine, EngineError, Finished, Preview, Progress
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.sampler_names import denoiser_calls
from generation.engine.stock.families import STOCK_FAMILIES, abilities_of_family, samplers_of_family
from tests.generation.engine.driving import difference, pictures, run_out
from tests.generation.engine.stock_jobs import SIDES, Families, direct_call, gradient, left_half, stock_job
from tests.generation.engine.tiny_families import BUILDERS, build_cascade

WITH_IMAGE_TO_IMAGE = sorted(name for name, family in STOCK_FAMILIES.items() if family.image_to_image)
WITH_INPAINTING = sorted(name for name, family in STOCK_FAMILIES.items() if family.inpainting)


def test_every_family_of_the_table_has_a_tiny_checkpoint() -> None:
    assert BUILDERS.keys() == STOCK_FAMILIES.keys()


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_a_family_draws_step_by_step_what_a_direct_call_draws(name: str, families: Families) -> None:
    one = stock_job("a", families(name), name, preview_every=1)
    engine = Engine()
    assert engine.add(one) == 3
    events = run_out(engine)
    assert [(event.step, event.total) for event in events if isinstance(event, Progress)] == [(1, 3), (2, 3), (3, 3)]
    previews = [event for event in events if isinstance(event, Preview)]
    assert [event.step for event in previews] == [1, 2]
    assert {event.image.size for event in previews} == {(one.width, one.height)}
    finished = events[-1]
    assert isinstance(finished, Finished), finished
    assert finished.image.size == (one.width, one.height)
    assert finished.batch_sizes == (1, 1, 1)
    assert difference(finished.image, direct_call(one)) <= 1
    facts = inspect_checkpoint(one.checkpoint)
    assert (facts.family, facts.base) == (name, name)
    assert facts.parameters * 4 == pytest.approx(engine._residents.nbytes, rel=0.05)


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M Karras", "Heun", "PLMS", "DPM++ 2M SDE", "LMS"])
@pytest.mark.parametrize("name", ["PixArtSigmaPipeline", "HunyuanDiTPipeline"])
def test_families_that_are_no_flow_models_take_other_samplers(sampler: str, name: str, families: Families) -> None:
    one = stock_job("a", families(name), name, sampler=sampler, steps=4)
    engine = Engine()
    assert engine.add(one) == denoiser_calls(sampler, 4)
    events = run_out(engine)
    assert sum(isinstance(event, Progress) for event in events) == denoiser_calls(sampler, 4)
    assert difference(pictures(events)["a"], direct_call(one)) <= 1


@pytest.mark.parametrize("name", WITH_IMAGE_TO_IMAGE)
def test_image_to_image_is_what_a_direct_call_draws(name: str, families: Families) -> None:
    one = stock_job("a", families(name), name, source=gradient(), strength=0.7, steps=4)
    engine = Engine()
    total = engine.add(one)
    assert total < 4
    drawn = pictures(run_out(engine))["a"]
    source = one.source.resize((one.width, one.height), Image.Resampling.LANCZOS) if one.source else None
    reference = direct_call(one, STOCK_FAMILIES[name].image_to_image, image=source, strength=0.7)
    assert difference(drawn, reference) <= 1
    engine.add(stock_job("b", families(name), name, steps=4))
    assert difference(drawn, pictures(run_out(engine))["b"]) > 3


@pytest.mark.parametrize("name", WITH_INPAINTING)
def test_inpainting_paints_under_the_mask_and_nowhere_else(name: str, families: Families) -> None:
    side = SIDES.get(name, 64)
    source = gradient(side, side)
    one = stock_job(
        "a", families(name), name, source=source, mask=left_half(source), mask_blur=0, strength=0.8, steps=4
    )
    engine = Engine()
    engine.add(one)
    drawn = numpy.asarray(pictures(run_out(engine))["a"], dtype=int)
    gap = abs(drawn - numpy.asarray(source, dtype=int)).max(axis=(0, 2))
    assert (gap[: side // 2] > 3).all()
    assert (gap[side // 2 :] == 0).all()
    reference = numpy.asarray(
        direct_call(one, STOCK_FAMILIES[name].inpainting, image=source, mask_image=one.mask, strength=0.8), dtype=int
    )
    assert abs(drawn - reference)[:, : side // 2].max() <= 1


def test_only_the_surroundings_of_a_mask_can_be_drawn_and_are_laid_into_the_whole(families: Families) -> None:
    source = gradient(256, 192)
    mask = Image.new("L", source.size)
    mask.paste(255, (100, 60, 140, 100))
    one = stock_job("a", families("FluxPipeline"), "FluxPipeline", source=source, mask=mask, mask_blur=0, only_masked=8)
    engine = Engine()
    engine.add(one)
    drawn = pictures(run_out(engine))["a"]
    assert drawn.size == source.size
    changed = abs(numpy.asarray(drawn, dtype=int) - numpy.asarray(source, dtype=int)).max(axis=2) > 0
    assert changed[62:98, 102:138].mean() > 0.9
    changed[59:101, 99:141] = False
    assert not changed.any()


@pytest.mark.parametrize(
    ("changes", "code", "params"),
    [
        ({"width": 72}, "bad_size", {"width": 72, "height": 64, "multiple": 16}),
        ({"height": 0}, "bad_size", {"width": 64, "height": 0, "multiple": 16}),
        ({"sampler": "Euler a"}, "unknown_sampler", {"sampler": "Euler a", "known": ["Euler"]}),
        ({"clip_skip": 2}, "unsupported", {"what": "clip_skip", "checkpoint": "CogView4Pipeline"}),
        ({"vae": "/else"}, "unsupported", {"what": "vae", "checkpoint": "CogView4Pipeline"}),
        ({"source": gradient()}, "unsupported", {"what": "img2img", "checkpoint": "CogView4Pipeline"}),
        (
            {"source": gradient(), "mask": left_half(gradient())},
            "unsupported",
            {"what": "inpaint", "checkpoint": "CogView4Pipeline"},
        ),
    ],
)
def test_what_a_family_cannot_do_is_refused(
    changes: dict[str, Any], code: str, params: dict[str, Any], families: Families
) -> None:
    engine = Engine()
    with pytest.raises(EngineError) as refused:
        engine.add(stock_job("a", families("CogView4Pipeline"), "CogView4Pipeline", **changes))
    assert (refused.value.code, refused.value.params) == (code, params)
    assert engine.idle


def test_samplers_and_abilities_of_a_family_are_those_it_has() -> None:
    assert samplers_of_family("FluxPipeline", {}) == ("Euler",)
    assert "DPM++ 2M Karras" in samplers_of_family("PixArtSigmaPipeline", {})
    assert samplers_of_family("IFPipeline", {}) == ("DDPM",)
    assert abilities_of_family("FluxPipeline") == ("txt2img", "img2img", "inpaint")
    assert abilities_of_family("SanaPipeline") == ("txt2img",)
    for family in STOCK_FAMILIES.values():
        for name in (family.image_to_image, family.inpainting):
            assert not name or hasattr(diffusers, name)


@pytest.fixture(scope="module")
def cascade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_cascade(tmp_path_factory.mktemp("cascade") / "floyd")


def test_a_cascade_is_one_job_with_the_steps_of_all_its_stages(cascade: Path) -> None:
    facts = inspect_checkpoint(cascade)
    assert (facts.size_multiple, facts.native_size) == (64, 128)
    engine = Engine()
    one = stock_job("a", cascade, "IFPipeline", width=128, height=192, steps=2, preview_every=1)
    assert engine.add(one) == 6
    assert facts.parameters * 4 > engine._residents.nbytes > facts.parameters * 3
    events = run_out(engine)
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events if isinstance(event, Preview)] == [1, 2, 3, 4, 5]
    drawn = pictures(events)["a"]
    assert drawn.size == (128, 192)
    engine.add(one)
    for _ in range(3):
        engine.step()
    engine.cancel("a")
    engine.step()
    engine.add(replace(one, seed=8))
    assert difference(pictures(run_out(engine))["a"], drawn) > 3


def test_a_cascade_refuses_sizes_that_its_first_stage_cannot_draw(cascade: Path) -> None:
    with pytest.raises(EngineError) as refused:
        Engine().add(stock_job("a", cascade, "IFPipeline", width=96, height=128))
    assert refused.value.params == {"width": 96, "height": 128, "multiple": 64}
