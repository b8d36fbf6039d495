"""Families that stock pipelines draw: what comes out is what a direct call gives, and a run can be left at any step."""

import gc
import importlib.util
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import numpy
import pytest
import torch
from PIL import Image

from generation.engine import Cancelled, Engine, EngineError, EngineJob, Failed, Finished, Preview, Progress
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.sampler_names import SAMPLER_NAMES, denoiser_calls
from generation.engine.samplers import make_scheduler
from generation.engine.stock.families import STOCK_FAMILIES, abilities_of_family, samplers_of_family
from tests.generation.engine.driving import difference, failures, job, pictures, run_out
from tests.generation.engine.tiny_families import BUILDERS, build_cascade, build_family

Families = Callable[[str], Path]
SIDES = {"HunyuanImagePipeline": 128, "IFPipeline": 16}
WITH_IMAGE_TO_IMAGE = sorted(name for name, family in STOCK_FAMILIES.items() if family.image_to_image)
WITH_INPAINTING = sorted(name for name, family in STOCK_FAMILIES.items() if family.inpainting)


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Families:
    """Build a family's tiny checkpoint when it is first asked for."""
    root = tmp_path_factory.mktemp("families")

    def family(name: str) -> Path:
        return root / name if (root / name).is_dir() else build_family(name, root / name)

    return family


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "stock-pipeline"] == []


def _job(job_id: Any, folder: Path, name: str, **changes: Any) -> EngineJob:
    side = SIDES.get(name, 64)
    sampler = STOCK_FAMILIES[name].samplers[0]
    values = {"prompt": "a cat", "negative_prompt": "bad", "width": side, "height": side, "sampler": sampler}
    return job(job_id, folder, **(values | {"steps": 3} | changes))


def _source(width: int = 80, height: int = 72) -> Image.Image:
    down, right = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack([right * 3 % 256, down * 3 % 256, (right + down) % 256], axis=-1)
    return Image.fromarray(pixels.astype(numpy.uint8))


def _left_half(source: Image.Image) -> Image.Image:
    mask = Image.new("L", source.size)
    mask.paste(255, (0, 0, source.width // 2, source.height))
    return mask


def _direct(one: EngineJob, class_name: str = "", **arguments: Any) -> Image.Image:
    """Call the pipeline of diffusers as its documentation does."""
    folder = Path(one.checkpoint)
    name = json.loads((folder / "model_index.json").read_text())["_class_name"]
    without = {"text_processor": None} if name == "LongCatImagePipeline" else {}
    pipeline: Any = getattr(diffusers, name).from_pretrained(folder, dtype=torch.float32, **without)
    if class_name:
        pipeline = getattr(diffusers, class_name).from_pipe(pipeline, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    if STOCK_FAMILIES[name].samplers is SAMPLER_NAMES:
        pipeline.scheduler = make_scheduler(one.sampler, pipeline.scheduler.config)
    if name not in ("HunyuanImagePipeline", "SanaSprintPipeline", "FluxPipeline") and "Flux2" not in name:
        arguments["negative_prompt"] = one.negative_prompt
    if name == "HunyuanImagePipeline":
        arguments["negative_prompt"] = one.negative_prompt
        pipeline.guider = pipeline.guider.new(guidance_scale=one.guidance)
    else:
        arguments[{"QwenImagePipeline": "true_cfg_scale"}.get(name, "guidance_scale")] = one.guidance
    if name == "SanaSprintPipeline":
        arguments["intermediate_timesteps"] = None
    if name in (
        "SanaPipeline",
        "SanaSprintPipeline",
        "PixArtAlphaPipeline",
        "PixArtSigmaPipeline",
        "HunyuanDiTPipeline",
    ):
        arguments["use_resolution_binning"] = False
    if name == "LongCatImagePipeline":
        arguments["enable_prompt_rewrite"] = False
    if name == "HiDreamImagePipeline":
        pipeline.default_sample_size = one.width / pipeline.vae_scale_factor
    if not class_name.startswith("IF"):
        arguments |= {"width": one.width, "height": one.height}
    image: Image.Image = pipeline(
        prompt=one.prompt,
        num_inference_steps=one.steps,
        generator=torch.Generator("cpu").manual_seed(one.seed),
        **arguments,
    ).images[0]
    return image


def test_every_family_of_the_table_has_a_tiny_checkpoint() -> None:
    assert BUILDERS.keys() == STOCK_FAMILIES.keys()


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_a_family_draws_step_by_step_what_a_direct_call_draws(name: str, families: Families) -> None:
    one = _job("a", families(name), name, preview_every=1)
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
    assert difference(finished.image, _direct(one)) <= 1
    facts = inspect_checkpoint(one.checkpoint)
    assert (facts.family, facts.base) == (name, name)
    assert facts.parameters * 4 == pytest.approx(engine._residents.nbytes, rel=0.05)


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M Karras", "Heun", "PLMS", "DPM++ 2M SDE", "LMS"])
@pytest.mark.parametrize("name", ["PixArtSigmaPipeline", "HunyuanDiTPipeline"])
def test_families_that_are_no_flow_models_take_other_samplers(sampler: str, name: str, families: Families) -> None:
    one = _job("a", families(name), name, sampler=sampler, steps=4)
    engine = Engine()
    assert engine.add(one) == denoiser_calls(sampler, 4)
    events = run_out(engine)
    assert sum(isinstance(event, Progress) for event in events) == denoiser_calls(sampler, 4)
    assert difference(pictures(events)["a"], _direct(one)) <= 1


@pytest.mark.parametrize("name", WITH_IMAGE_TO_IMAGE)
def test_image_to_image_is_what_a_direct_call_draws(name: str, families: Families) -> None:
    one = _job("a", families(name), name, source=_source(), strength=0.7, steps=4)
    engine = Engine()
    total = engine.add(one)
    assert total < 4
    drawn = pictures(run_out(engine))["a"]
    source = one.source.resize((one.width, one.height), Image.Resampling.LANCZOS) if one.source else None
    reference = _direct(one, STOCK_FAMILIES[name].image_to_image, image=source, strength=0.7)
    assert difference(drawn, reference) <= 1
    engine.add(_job("b", families(name), name, steps=4))
    assert difference(drawn, pictures(run_out(engine))["b"]) > 3


@pytest.mark.parametrize("name", WITH_INPAINTING)
def test_inpainting_paints_under_the_mask_and_nowhere_else(name: str, families: Families) -> None:
    side = SIDES.get(name, 64)
    source = _source(side, side)
    one = _job("a", families(name), name, source=source, mask=_left_half(source), mask_blur=0, strength=0.8, steps=4)
    engine = Engine()
    engine.add(one)
    drawn = numpy.asarray(pictures(run_out(engine))["a"], dtype=int)
    gap = abs(drawn - numpy.asarray(source, dtype=int)).max(axis=(0, 2))
    assert (gap[: side // 2] > 3).all()
    assert (gap[side // 2 :] == 0).all()
    reference = numpy.asarray(
        _direct(one, STOCK_FAMILIES[name].inpainting, image=source, mask_image=one.mask, strength=0.8), dtype=int
    )
    assert abs(drawn - reference)[:, : side // 2].max() <= 1


def test_only_the_surroundings_of_a_mask_can_be_drawn_and_are_laid_into_the_whole(families: Families) -> None:
    source = _source(256, 192)
    mask = Image.new("L", source.size)
    mask.paste(255, (100, 60, 140, 100))
    one = _job("a", families("FluxPipeline"), "FluxPipeline", source=source, mask=mask, mask_blur=0, only_masked=8)
    engine = Engine()
    engine.add(one)
    drawn = pictures(run_out(engine))["a"]
    assert drawn.size == source.size
    changed = abs(numpy.asarray(drawn, dtype=int) - numpy.asarray(source, dtype=int)).max(axis=2) > 0
    assert changed[62:98, 102:138].mean() > 0.9
    changed[59:101, 99:141] = False
    assert not changed.any()


def test_other_jobs_go_on_in_their_batch_while_a_stock_pipeline_draws(families: Families, checkpoint: Path) -> None:
    engine = Engine()
    alone = {}
    jobs = [
        _job("flux", families("FluxPipeline"), "FluxPipeline", steps=4),
        _job("flux 2", families("FluxPipeline"), "FluxPipeline", steps=6, seed=8, prompt="a dog"),
        job("sd", checkpoint, steps=5),
        job("sd 2", checkpoint, steps=5, seed=3),
    ]
    for one in jobs:
        engine.add(one)
        alone |= pictures(run_out(engine))
    for one in jobs:
        engine.add(one)
    first = engine.step()
    assert {event.job_id for event in first if isinstance(event, Progress)} == {one.id for one in jobs}
    finished = {event.job_id: event for event in [*first, *run_out(engine)] if isinstance(event, Finished)}
    assert set(finished["sd"].batch_sizes) == {2}
    assert set(finished["flux"].batch_sizes) == {1}
    for one in jobs:
        assert difference(finished[one.id].image, alone[one.id]) <= 1


@pytest.mark.parametrize("steps_done", [0, 1, 3])
def test_a_cancelled_job_leaves_at_once_and_the_pipeline_draws_on_as_before(
    steps_done: int, families: Families
) -> None:
    one = _job("a", families("StableDiffusion3Pipeline"), "StableDiffusion3Pipeline", steps=4)
    engine = Engine()
    engine.add(one)
    before = pictures(run_out(engine))["a"]
    engine.add(one)
    for _ in range(steps_done):
        engine.step()
    assert engine.cancel("a")
    assert "stock-pipeline" not in {thread.name for thread in threading.enumerate()}
    assert engine.step() == [Cancelled("a")]
    engine.add(one)
    assert pictures(run_out(engine))["a"].tobytes() == before.tobytes()


def test_the_models_run_in_inference_mode(families: Families) -> None:
    folder = families("SanaPipeline")
    engine = Engine()
    engine.add(_job("a", folder, "SanaPipeline"))
    modes: list[bool] = []
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    transformer = loaded._pipelines[""].transformer
    with transformer.register_forward_pre_hook(lambda *_call: modes.append(torch.is_inference_mode_enabled())):
        run_out(engine)
    assert modes == [True] * 3


def _failing(engine: Engine, folder: Path, errors: list[Exception | None]) -> Any:
    """Let the next calls of the checkpoint's transformer raise `errors`, in order; None lets a call pass."""
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)

    def fail(*_call: Any) -> None:
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    return loaded._pipelines[""].transformer.register_forward_pre_hook(fail)


def test_an_error_in_the_middle_fails_that_job_only(families: Families) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, KeyError("broken")]):
        events = run_out(engine)
    assert events[-1] == Failed("a", "engine_error", {"error": "KeyError"})
    engine.add(_job("b", folder, "FluxPipeline"))
    assert pictures(run_out(engine)).keys() == {"b"}


def test_a_job_out_of_memory_begins_anew_once(families: Families) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(_job("a", folder, "FluxPipeline"))
    undisturbed = pictures(run_out(engine))["a"]
    engine.add(_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, MemoryError()]):
        events = run_out(engine)
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 1, 2, 3]
    assert pictures(events)["a"].tobytes() == undisturbed.tobytes()
    engine.add(_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, torch.OutOfMemoryError(), None, torch.OutOfMemoryError()]):
        assert failures(run_out(engine))["a"].code == "out_of_memory"


def test_a_job_out_of_memory_while_it_is_decoded_says_so(families: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(_job("a", folder, "FluxPipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)

    def full(*_call: Any, **_named: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(loaded._pipelines[""].vae, "decode", full)
    assert failures(run_out(engine))["a"].code == "out_of_memory"


def test_only_large_pictures_go_through_the_vae_in_tiles(families: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.engine.stock.checkpoint.TILED_ABOVE", 64 * 64)
    folder = families("FluxPipeline")
    engine = Engine()
    loaded: Any = engine._residents.acquire(folder)
    vae = loaded._pipelines[""].vae
    modes: list[bool] = []
    decode = vae.decode
    monkeypatch.setattr(vae, "decode", lambda *call, **named: modes.append(vae.use_tiling) or decode(*call, **named))
    engine.add(_job("small", folder, "FluxPipeline", steps=1))
    engine.add(_job("large", folder, "FluxPipeline", steps=1, width=96))
    run_out(engine)
    assert modes == [False, True]


def test_noise_without_numbers_and_black_pictures_are_no_pictures(families: Families, tmp_path: Path) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "lumina")
    engine = Engine()
    engine.add(_job("a", folder, "Lumina2Pipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    pipeline = loaded._pipelines[""]
    with torch.no_grad():
        pipeline.vae.decoder.conv_out.weight.zero_()
        pipeline.vae.decoder.conv_out.bias.fill_(-2.0)
    assert failures(run_out(engine))["a"].code == "black_image"
    with torch.no_grad():
        next(pipeline.transformer.parameters()).fill_(torch.nan)
    engine.add(_job("a", folder, "Lumina2Pipeline"))
    assert failures(run_out(engine))["a"] == Failed("a", "not_a_number", {"step": 1})


@pytest.mark.parametrize(
    ("changes", "code", "params"),
    [
        ({"width": 72}, "bad_size", {"width": 72, "height": 64, "multiple": 16}),
        ({"height": 0}, "bad_size", {"width": 64, "height": 0, "multiple": 16}),
        ({"sampler": "Euler a"}, "unknown_sampler", {"sampler": "Euler a", "known": ["Euler"]}),
        ({"clip_skip": 2}, "unsupported", {"what": "clip_skip", "checkpoint": "CogView4Pipeline"}),
        ({"vae": "/else"}, "unsupported", {"what": "vae", "checkpoint": "CogView4Pipeline"}),
        ({"source": _source()}, "unsupported", {"what": "img2img", "checkpoint": "CogView4Pipeline"}),
        (
            {"source": _source(), "mask": _left_half(_source())},
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
        engine.add(_job("a", families("CogView4Pipeline"), "CogView4Pipeline", **changes))
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
    one = _job("a", cascade, "IFPipeline", width=128, height=192, steps=2, preview_every=1)
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
        Engine().add(_job("a", cascade, "IFPipeline", width=96, height=128))
    assert refused.value.params == {"width": 96, "height": 128, "multiple": 64}


def _forget(folder: Path, file: str) -> None:
    (folder / file).unlink()


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "code", "reason"),
    [
        (lambda f: _forget(f, "transformer/config.json"), "corrupt_checkpoint", "missing_file"),
        (lambda f: next((f / "transformer").glob("*-00002-*")).unlink(), "corrupt_checkpoint", "missing_file"),
        (lambda f: (f / "vae/model.py").write_text("x"), "unsupported_checkpoint", "remote_code"),
        (lambda f: _edit(f / "model_index.json", vae=["mine", "Vae"]), "unsupported_checkpoint", "component"),
        (lambda f: _edit(f / "model_index.json", _class_name="KolorsPipeline"), "unsupported_checkpoint", "family"),
        (lambda f: _edit(f / "text_encoder/config.json", auto_map={}), "unsupported_checkpoint", "remote_code"),
    ],
)
def test_a_broken_folder_is_refused_with_its_reason(
    damage: Callable[[Path], Any], code: str, reason: str, tmp_path: Path
) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "copy", max_shard_size="20KB")
    assert inspect_checkpoint(folder).tensor_counts["transformer"] > 20
    damage(folder)
    with pytest.raises(EngineError) as refused:
        Engine().add(_job("a", folder, "Lumina2Pipeline"))
    assert (refused.value.code, refused.value.params["reason"]) == (code, reason)


@pytest.mark.skipif(importlib.util.find_spec("sentencepiece") is not None, reason="sentencepiece is installed")
def test_a_tokenizer_that_cannot_be_read_here_is_named(tmp_path: Path) -> None:
    folder = build_family("PixArtAlphaPipeline", tmp_path / "pixart")
    (folder / "tokenizer/tokenizer.json").rename(folder / "tokenizer/spiece.model")
    with pytest.raises(EngineError) as refused:
        Engine().add(_job("a", folder, "PixArtAlphaPipeline"))
    assert refused.value.params["reason"] == "tokenizer"
    assert "tokenizer.json" in refused.value.params["found"]


def test_weights_in_shards_are_loaded(tmp_path: Path, families: Families) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "shards", max_shard_size="20KB")
    assert len(list((folder / "transformer").glob("*.safetensors"))) > 1
    engine = Engine()
    engine.add(_job("a", folder, "Lumina2Pipeline"))
    engine.add(_job("b", families("Lumina2Pipeline"), "Lumina2Pipeline"))
    drawn = pictures(run_out(engine))
    assert difference(drawn["a"], drawn["b"]) <= 1


def test_a_model_that_left_is_gone_from_memory(families: Families, checkpoint: Path) -> None:
    engine = Engine(byte_budget=1)
    folder = families("FluxPipeline")
    engine.add(_job("a", folder, "FluxPipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    transformer = weakref.ref(loaded._pipelines[""].transformer)
    del loaded
    run_out(engine)
    assert engine.resident == (folder,)
    engine.add(job("b", checkpoint))
    assert engine.resident == (checkpoint,)
    run_out(engine)
    gc.collect()
    assert transformer() is None


def test_a_process_ends_though_a_picture_stands_half_done(families: Families) -> None:
    script = f"""
from generation.engine import Engine, EngineJob
engine = Engine()
folder = {str(families("FluxPipeline"))!r}
engine.add(EngineJob(id=1, checkpoint=folder, prompt="x", width=64, height=64, sampler="Euler"))
engine.step()
print("half done")
"""
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout) == (0, "half done\n"), result.stderr
