"""A pickle or a script that writes a file when it is loaded lies in every place that a library might load from."""

import pickle
import shutil
from pathlib import Path

import pytest
import torch

from generation.engine import EngineError
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.pipeline_loading import load_pipeline, load_vae
from generation.engine.resource_files import inspect_resource

PLACES = (
    "unet/diffusion_pytorch_model.bin",
    "vae/diffusion_pytorch_model.bin",
    "text_encoder/pytorch_model.bin",
    "tokenizer/tokenizer.pt",
    "scheduler/scheduler.pkl",
    "model.ckpt",
    "pytorch_model.bin",
    "training_args.bin",
)


class Canary:
    """What a pickle of this does when it is loaded: it makes the file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.file,)


def lay(path: Path, sung: Path) -> Path:
    """Write a canary as torch would, and return its path."""
    torch.save({"state_dict": Canary(sung)}, path)
    return path


def test_the_canary_sings_where_it_is_loaded(tmp_path: Path) -> None:
    torch.load(lay(tmp_path / "a.pt", tmp_path / "sung"), weights_only=False)
    assert (tmp_path / "sung").exists()


def test_no_pickle_beside_the_weights_is_loaded(checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "model"))
    for place in PLACES:
        lay(folder / place, tmp_path / "sung")
    load_pipeline(inspect_checkpoint(folder), torch.float32)
    assert not (tmp_path / "sung").exists()


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_a_pickle_in_place_of_the_weights_is_refused(part: str, checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "model"))
    facts = inspect_checkpoint(folder)
    weights = next((folder / part).glob("*.safetensors"))
    name = "pytorch_model.bin" if part == "text_encoder" else "diffusion_pytorch_model.bin"
    lay(folder / part / name, tmp_path / "sung")
    weights.unlink()
    with pytest.raises(EngineError) as refused:
        inspect_checkpoint(folder)
    assert refused.value.params["reason"] == "pickle"
    # Swapped after it was looked at, it still isn't loaded.
    with pytest.raises(EngineError) as refused:
        load_pipeline(facts, torch.float32)
    assert refused.value.params["reason"] == "load"
    # Nor under the name of the weights.
    (folder / part / name).rename(weights)
    with pytest.raises(EngineError) as refused:
        inspect_checkpoint(folder)
    assert refused.value.params["reason"] == "pickle"
    with pytest.raises(EngineError):
        load_pipeline(facts, torch.float32)
    assert not (tmp_path / "sung").exists()


@pytest.mark.parametrize("name", ["a.ckpt", "a.pt", "a.bin", "a.pth", "a.safetensors", "a.CKPT"])
def test_a_single_pickle_is_refused_as_checkpoint_and_as_resource(name: str, tmp_path: Path) -> None:
    path = lay(tmp_path / name, tmp_path / "sung")
    for look in (inspect_checkpoint, inspect_resource):
        with pytest.raises(EngineError) as refused:
            look(path)
        assert refused.value.params["reason"] == "pickle"
    (tmp_path / name).write_bytes(pickle.dumps(Canary(tmp_path / "sung")))
    for look in (inspect_checkpoint, inspect_resource):
        with pytest.raises(EngineError) as refused:
            look(path)
        assert refused.value.params["reason"] == "pickle"
    with pytest.raises(EngineError):
        load_vae(path, "sd1", torch.float32)
    assert not (tmp_path / "sung").exists()


@pytest.mark.parametrize("place", ["unet/net.py", "pipeline.py", "deep/er/module.py"])
def test_a_script_in_the_folder_is_refused(place: str, checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "model"))
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text(f"open({str(tmp_path / 'sung')!r}, 'w')", "utf-8")
    with pytest.raises(EngineError) as refused:
        inspect_checkpoint(folder)
    assert (refused.value.params["reason"], refused.value.params["found"]) == ("remote_code", place)
    assert not (tmp_path / "sung").exists()
