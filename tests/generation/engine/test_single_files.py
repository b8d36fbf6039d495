"""Single safetensors files in the original layouts of keys load offline, with just the weights they hold."""

import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from generation.engine import Engine, EngineError, single_file
from generation.engine.checkpoint_files import fingerprint_of, inspect_checkpoint
from generation.engine.pipeline_loading import load_pipeline
from tests.generation.engine.driving import difference, job, pictures, run_out
from tests.generation.engine.original_layout import make_parts, original_tensors, vae_tensors, write_layouts


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layouts(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(autouse=True)
def tiny_and_offline(layouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layouts are tiny; nobody asks for an address."""

    def no_network(*arguments: Any, **more: Any) -> Any:
        raise AssertionError(f"a look-up of {arguments}")

    monkeypatch.setattr(single_file, "LAYOUTS", layouts)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


def write(path: Path, parts: dict[str, Any], base: str, *, marks: tuple[str, ...] = (), **how: Any) -> Path:
    """Write a single file of `parts` and return its path."""
    metadata = how.pop("metadata", None)
    tensors = original_tensors(parts, base, **how) | {mark: torch.tensor([]) for mark in marks}
    save_file(tensors, path, metadata)
    return path


def assert_same_weights(pipeline: Any, parts: dict[str, Any]) -> None:
    for name, part in parts.items():
        loaded = getattr(pipeline, name).state_dict()
        wanted = part.state_dict()
        assert loaded.keys() == wanted.keys(), name
        assert all(torch.equal(loaded[key], wanted[key]) for key in wanted), name


@pytest.mark.parametrize(
    ("base", "flat", "channels", "family"),
    [
        ("sd1", False, 4, "StableDiffusionPipeline"),
        ("sd1", True, 4, "StableDiffusionPipeline"),
        ("sd1", False, 9, "StableDiffusionInpaintPipeline"),
        ("sd2", False, 4, "StableDiffusionPipeline"),
        ("sdxl", False, 4, "StableDiffusionXLPipeline"),
        ("sdxl", False, 9, "StableDiffusionXLInpaintPipeline"),
    ],
)
def test_a_file_is_known_by_its_keys_and_loads_bit_by_bit(
    base: str, flat: bool, channels: int, family: str, layouts: Path, tmp_path: Path
) -> None:
    parts = make_parts(layouts / base, channels=channels)
    path = write(tmp_path / "model.safetensors", parts, base, flat=flat)
    facts = inspect_checkpoint(path)
    assert (facts.base, facts.family, facts.is_inpainting) == (base, family, channels == 9)
    assert (facts.is_single_file, facts.has_vae, facts.text_model_is_flat) == (True, True, flat)
    assert (facts.latent_channels, facts.scale_factor, facts.size_multiple, facts.native_size) == (4, 8, 8, 64)
    used = sum(tensor.numel() for part in parts.values() for tensor in part.state_dict().values())
    assert used <= facts.parameters <= used * 1.5  # Stable Diffusion 2 brings one layer that isn't used
    pipeline = load_pipeline(facts, torch.float32)
    assert type(pipeline).__name__ == family
    assert_same_weights(pipeline, parts)
    assert pipeline.tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]


@pytest.mark.parametrize("base", ["sd1", "sd2", "sdxl"])
def test_a_file_draws_like_the_folder_of_its_parts(base: str, layouts: Path, tmp_path: Path) -> None:
    parts = make_parts(layouts / base)
    pipeline = load_pipeline(inspect_checkpoint(write(tmp_path / "model.safetensors", parts, base)), torch.float32)
    pipeline.save_pretrained(tmp_path / "folder")
    folder = inspect_checkpoint(tmp_path / "folder")
    assert (folder.family, folder.is_single_file) == (type(pipeline).__name__, False)
    again = load_pipeline(folder, torch.float32)
    drawn = []
    for one in (pipeline, again):
        one.set_progress_bar_config(disable=True)
        generator = torch.Generator().manual_seed(1)
        drawn.append(one("a cat", width=64, height=64, num_inference_steps=2, generator=generator, output_type="np"))
    assert abs(drawn[0].images - drawn[1].images).max() < 1e-5


def test_half_precision_is_only_rounded(layouts: Path, tmp_path: Path) -> None:
    parts = make_parts(layouts / "sd1")
    path = write(tmp_path / "model.safetensors", parts, "sd1")
    pipeline = load_pipeline(inspect_checkpoint(path), torch.float16)
    for name, part in parts.items():
        for key, tensor in part.state_dict().items():
            assert torch.equal(getattr(pipeline, name).state_dict()[key], tensor.half()), key


@pytest.mark.parametrize(
    ("base", "marks", "metadata", "yaml", "prediction", "zero_snr"),
    [
        ("sd1", (), None, None, "epsilon", False),
        ("sd2", (), None, None, "v_prediction", False),
        ("sdxl", ("v_pred",), None, None, "v_prediction", False),
        ("sdxl", ("v_pred", "ztsnr"), None, None, "v_prediction", True),
        ("sdxl", (), {"modelspec.prediction_type": "v"}, None, "v_prediction", False),
        ("sd2", (), {"modelspec.prediction_type": "epsilon"}, None, "epsilon", False),
        ("sd2", (), None, "model:\n  params:\n    use_ema: False\n", "epsilon", False),
        ("sd1", (), None, 'model:\n  params:\n    parameterization: "v"\n', "v_prediction", False),
    ],
)
def test_what_the_denoiser_predicts_is_found_in_marks_metadata_and_the_yaml_beside(
    base: str, marks: tuple[str, ...], metadata: Any, yaml: Any, prediction: str, zero_snr: bool,
    layouts: Path, tmp_path: Path,
) -> None:  # fmt: skip
    path = write(tmp_path / "m.safetensors", make_parts(layouts / base), base, marks=marks, metadata=metadata)
    before = fingerprint_of(path)
    if yaml is not None:
        path.with_suffix(".yaml").write_text(yaml, "utf-8")
        assert fingerprint_of(path) != before
    facts = inspect_checkpoint(path)
    assert facts.prediction_type == prediction
    scheduler = load_pipeline(facts, torch.float32).scheduler
    assert scheduler.config.prediction_type == prediction
    assert scheduler.config.rescale_betas_zero_snr is zero_snr
    assert scheduler.config.timestep_spacing == ("trailing" if zero_snr else "leading")
    assert (scheduler.alphas_cumprod[-1] < 1e-6).item() is zero_snr


@pytest.mark.parametrize("kind", ["folder", "original", "prefixed", "diffusers"])
def test_a_file_without_vae_takes_the_one_it_is_given(kind: str, layouts: Path, tmp_path: Path) -> None:
    parts = make_parts(layouts / "sd1")
    facts = inspect_checkpoint(write(tmp_path / "model.safetensors", parts, "sd1", with_vae=False))
    assert not facts.has_vae
    with pytest.raises(EngineError) as refused:
        load_pipeline(facts, torch.float32)
    assert (refused.value.code, refused.value.params["reason"]) == ("unsupported_checkpoint", "no_vae")
    other = make_parts(layouts / "sd1", seed=2)["vae"]
    vae = tmp_path / "vae.safetensors"
    if kind == "folder":
        vae = tmp_path / "vae"
        other.save_pretrained(vae)
    elif kind == "diffusers":
        save_file(other.state_dict(), vae)
    else:
        prefix = "first_stage_model." if kind == "prefixed" else ""
        save_file({prefix + key: tensor.contiguous() for key, tensor in vae_tensors(other).items()}, vae)
    assert_same_weights(load_pipeline(facts, torch.float32, vae=vae), parts | {"vae": other})


def test_another_vae_takes_the_place_of_a_files_or_folders_own(layouts: Path, tmp_path: Path) -> None:
    parts, other = make_parts(layouts / "sd1"), make_parts(layouts / "sd1", seed=2)["vae"]
    other.save_pretrained(tmp_path / "vae")
    path = write(tmp_path / "model.safetensors", parts, "sd1")
    load_pipeline(inspect_checkpoint(path), torch.float32).save_pretrained(tmp_path / "folder")
    for checkpoint in (path, tmp_path / "folder"):
        pipeline = load_pipeline(inspect_checkpoint(checkpoint), torch.float32, vae=tmp_path / "vae")
        assert_same_weights(pipeline, parts | {"vae": other})


def test_a_vae_that_is_not_there_or_no_vae_is_named(layouts: Path, tmp_path: Path) -> None:
    facts = inspect_checkpoint(write(tmp_path / "model.safetensors", make_parts(layouts / "sd1"), "sd1"))
    save_file({"a": torch.zeros(1)}, tmp_path / "vae.safetensors")
    for name, code in (("lost", "missing_resource"), ("vae.safetensors", "corrupt_resource")):
        with pytest.raises(EngineError) as refused:
            load_pipeline(facts, torch.float32, vae=tmp_path / name)
        assert (refused.value.code, refused.value.params["resource"]) == (code, name)


def _drop(start: str) -> Any:
    return lambda tensors: {key: tensor for key, tensor in tensors.items() if not key.startswith(start)}


def _rename(old: str, new: str) -> Any:
    return lambda tensors: {key.replace(old, new): tensor for key, tensor in tensors.items()}


def _channels(tensors: Any) -> Any:
    return tensors | {"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(32, 8, 3, 3)}


@pytest.mark.parametrize(
    ("change", "code", "reason", "found"),
    [
        (_drop("cond_stage_model."), "unsupported_checkpoint", "no_text_encoder", "cond_stage_model"),
        (_drop("model.diffusion_model.middle_block.1"), "corrupt_checkpoint", "missing_tensors", "unet"),
        (_drop("model."), "unsupported_checkpoint", "family", "unknown"),
        (_rename("input_blocks", "double_blocks"), "unsupported_checkpoint", "channels", "0/4"),
        (_rename("attn2.to_k", "double_blocks"), "unsupported_checkpoint", "family", "Flux"),
        (_channels, "unsupported_checkpoint", "channels", "8/4"),
        (lambda t: t | {"edm_mean": torch.zeros(4)}, "unsupported_checkpoint", "schedule", "EDM"),
        (_drop("cond_stage_model.transformer.text_model.final"), "corrupt_checkpoint", "missing_tensors", ""),
        (_drop("first_stage_model.decoder.up.2"), "corrupt_checkpoint", "missing_tensors", ""),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(
    change: Any, code: str, reason: str, found: str, layouts: Path, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    save_file(change(original_tensors(make_parts(layouts / "sd1"), "sd1")), path)
    with pytest.raises(EngineError) as refused:
        load_pipeline(inspect_checkpoint(path), torch.float32)
    assert (refused.value.code, refused.value.params["reason"]) == (code, reason)
    assert found in str(refused.value.params)
    assert refused.value.params["checkpoint"] == "model.safetensors"


@pytest.mark.parametrize(
    ("base", "channels"), [("sd1", 4), ("sd1", 9), ("sd2", 4), ("sdxl", 4)], ids=["sd1", "sd1-inpaint", "sd2", "sdxl"]
)
def test_the_engine_draws_with_a_single_file(base: str, channels: int, layouts: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "model.safetensors", make_parts(layouts / base, channels=channels), base)
    engine = Engine()
    engine.add(job("a", path, steps=2))
    assert pictures(run_out(engine)).keys() == {"a"}
    path.unlink()
    with pytest.raises(EngineError) as refused:
        engine.add(job("b", path))
    assert refused.value.code == "missing_checkpoint"


def test_the_engine_draws_with_a_file_without_vae_through_the_jobs_vae(layouts: Path, tmp_path: Path) -> None:
    parts = make_parts(layouts / "sd1")
    whole = write(tmp_path / "whole.safetensors", parts, "sd1")
    lacking = write(tmp_path / "lacking.safetensors", parts, "sd1", with_vae=False)
    parts["vae"].save_pretrained(tmp_path / "vae")
    engine = Engine()
    with pytest.raises(EngineError) as refused:
        engine.add(job("none", lacking, steps=2))
    assert refused.value.params["reason"] == "no_vae"
    engine.add(job("whole", whole, steps=2))
    engine.add(job("lacking", lacking, steps=2, vae=str(tmp_path / "vae")))
    engine.add(job("again", lacking, steps=2))
    drawn = pictures(run_out(engine))
    assert difference(drawn["whole"], drawn["lacking"]) <= 1
    assert difference(drawn["whole"], drawn["again"]) <= 1
