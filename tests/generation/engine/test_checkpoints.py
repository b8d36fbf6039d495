"""Checkpoint folders: refused when broken or foreign, kept in memory under a budget."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from generation.engine import Engine, EngineBusy, EngineError, EngineJob
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.errors import ERROR_CODES
from tests.generation.engine.driving import difference, job, pictures, run_out

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def _edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _cut(folder: Path) -> None:
    os.truncate(folder / UNET, (folder / UNET).stat().st_size - 100)


def _lose_a_tensor(folder: Path) -> None:
    tensors = load_file(folder / UNET)
    tensors.pop("conv_in.bias")
    save_file(tensors, folder / UNET)


def _only_a_pickle(folder: Path) -> None:
    (folder / UNET).unlink()
    (folder / "unet/diffusion_pytorch_model.bin").write_bytes(pickle.dumps({}))


@pytest.mark.parametrize(
    ("damage", "code", "reason"),
    [
        (lambda f: shutil.rmtree(f), "missing_checkpoint", None),
        (lambda f: (f / "model_index.json").unlink(), "corrupt_checkpoint", "missing_file"),
        (lambda f: (f / "model_index.json").write_text("{"), "corrupt_checkpoint", "not_json"),
        (lambda f: (f / "model_index.json").write_text("[]"), "corrupt_checkpoint", "not_json"),
        (lambda f: (f / "unet/config.json").write_bytes(b"\xff\xfe"), "corrupt_checkpoint", "not_json"),
        (lambda f: (f / "scheduler/scheduler_config.json").unlink(), "corrupt_checkpoint", "missing_file"),
        (lambda f: (f / UNET).unlink(), "corrupt_checkpoint", "missing_file"),
        (_cut, "corrupt_checkpoint", "truncated"),
        (lambda f: (f / UNET).write_bytes(b""), "corrupt_checkpoint", "header"),
        (lambda f: (f / UNET).write_bytes(b"\xff" * 64), "corrupt_checkpoint", "header"),
        (lambda f: (f / UNET).write_bytes(b"\x02" + b"\0" * 7 + b"{}"), "corrupt_checkpoint", "header"),
        (_lose_a_tensor, "corrupt_checkpoint", "missing_tensors"),
        (lambda f: (f / "tokenizer/tokenizer.json").write_text("{}"), "corrupt_checkpoint", "load"),
        (_only_a_pickle, "unsupported_checkpoint", "pickle"),
        (lambda f: _edit_json(f / "model_index.json", _class_name="OtherPipeline"), "unsupported_checkpoint", "family"),
        (lambda f: _edit_json(f / "model_index.json", unet=["my_code", "Net"]), "unsupported_checkpoint", "component"),
        (
            lambda f: _edit_json(f / "model_index.json", _class_name=["net", "Net"]),
            "unsupported_checkpoint",
            "remote_code",
        ),
        (
            lambda f: _edit_json(f / "unet/config.json", auto_map={"AutoModel": "net.Net"}),
            "unsupported_checkpoint",
            "remote_code",
        ),
        (lambda f: (f / "unet/net.py").write_text(""), "unsupported_checkpoint", "remote_code"),
        (lambda f: _edit_json(f / "unet/config.json", in_channels=8), "unsupported_checkpoint", "channels"),
    ],
)
def test_a_broken_folder_is_refused_with_its_reason_and_the_engine_goes_on(
    damage: Callable[[Path], Any], code: str, reason: str | None, copy: Path, checkpoint: Path
) -> None:
    damage(copy)
    engine = Engine()
    with pytest.raises(EngineError) as refused:
        engine.add(job("bad", copy))
    assert refused.value.code == code
    assert refused.value.params.get("reason") == reason
    assert set(refused.value.params) == set(ERROR_CODES[code])
    assert refused.value.params["checkpoint"] == "copy"
    assert str(copy) not in json.dumps(refused.value.params)
    engine.add(job("good", checkpoint))
    assert pictures(run_out(engine)).keys() == {"good"}


def test_shards_are_read_and_a_lost_shard_is_named(copy: Path) -> None:
    tensors = load_file(copy / UNET)
    names = sorted(tensors)
    parts = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for shard, members in parts.items():
        save_file({name: tensors[name] for name in members}, copy / "unet" / shard)
    (copy / UNET).unlink()
    weight_map = {name: shard for shard, members in parts.items() for name in members}
    (copy / f"{UNET}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    engine = Engine()
    engine.add(job("sharded", copy))
    assert pictures(run_out(engine)).keys() == {"sharded"}
    (copy / "unet/b.safetensors").unlink()
    with pytest.raises(EngineError) as refused:
        inspect_checkpoint(copy)
    assert refused.value.params["file"] == "unet/b.safetensors"


def test_the_facts_of_a_folder(zero_snr_checkpoint: Path) -> None:
    facts = inspect_checkpoint(zero_snr_checkpoint)
    assert (facts.family, facts.latent_channels, facts.scale_factor) == ("StableDiffusionPipeline", 16, 8)
    assert (facts.native_size, facts.size_multiple, facts.prediction_type) == (64, 8, "v_prediction")
    assert 100_000 < facts.parameters < 2_000_000


@pytest.fixture
def three(checkpoint: Path, tmp_path: Path) -> list[Path]:
    return [Path(shutil.copytree(checkpoint, tmp_path / name)) for name in ("one", "two", "three")]


def test_the_least_recently_used_checkpoint_leaves_when_the_budget_is_full(three: list[Path]) -> None:
    one, two, third = three
    engine = Engine(byte_budget=int(inspect_checkpoint(one).parameters * 4 * 2.5))
    for path in (one, two, one):
        engine.add(job("a", path, steps=1))
        run_out(engine)
    assert engine.resident == (two, one)
    engine.add(job("b", third, steps=1))
    run_out(engine)
    assert engine.resident == (one, third)


def test_a_checkpoint_in_use_stays_and_another_waits_for_its_room(three: list[Path]) -> None:
    one, two, _ = three
    engine = Engine(byte_budget=1)
    engine.add(job("a", one, steps=2))
    assert engine.accepts(one)
    assert not engine.accepts(two)
    with pytest.raises(EngineBusy) as refused:
        engine.add(job("b", two))
    assert (refused.value.code, refused.value.params) == ("engine_busy", {"checkpoint": "two"})
    assert pictures(run_out(engine)).keys() == {"a"}
    assert engine.accepts(two)
    engine.add(job("b", two))
    assert engine.resident == (two,)
    assert pictures(run_out(engine)).keys() == {"b"}


def test_jobs_of_two_checkpoints_advance_together(
    checkpoint: Path, zero_snr_checkpoint: Path, stock: Callable[[EngineJob], Image.Image]
) -> None:
    jobs = [job("a", checkpoint), job("b", zero_snr_checkpoint), job("c", checkpoint, seed=3)]
    engine = Engine()
    for one in jobs:
        engine.add(one)
    drawn = pictures(run_out(engine))
    assert engine.denoiser_calls == 2 * 4
    assert all(difference(drawn[one.id], stock(one)) <= 1 for one in jobs)


def test_replaced_files_are_loaded_anew_and_running_jobs_keep_what_they_began_with(
    copy: Path, checkpoint: Path, stock: Callable[[EngineJob], Image.Image], tmp_path: Path
) -> None:
    engine = Engine()
    before = job("before", checkpoint)
    engine.add(job("running", copy))
    engine.step()
    tensors = {name: tensor * 0.9 for name, tensor in load_file(copy / UNET).items()}
    # Written over in place, the hardest case: what is loaded must not live in that file.
    save_file(tensors, tmp_path / "new.safetensors")
    (copy / UNET).write_bytes((tmp_path / "new.safetensors").read_bytes())
    with pytest.raises(EngineBusy):
        engine.add(job("after", copy))
    assert difference(pictures(run_out(engine))["running"], stock(before)) <= 1
    engine.add(job("after", copy))
    drawn = pictures(run_out(engine))["after"]
    assert difference(drawn, stock(job("after", copy))) <= 1
    assert difference(drawn, stock(before)) > 3


def test_a_vanished_folder_fails_new_jobs_only(copy: Path) -> None:
    engine = Engine()
    engine.add(job("running", copy))
    engine.step()
    shutil.rmtree(copy)
    with pytest.raises(EngineError) as refused:
        engine.add(job("late", copy))
    assert refused.value.code == "missing_checkpoint"
    assert pictures(run_out(engine)).keys() == {"running"}
