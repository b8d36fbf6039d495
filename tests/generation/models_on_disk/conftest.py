"""Model files in an own `CHECKPOINTS_DIR`: the real key names and widths, with tiny contents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from generation.engine import single_file
from tests.generation.engine.original_layout import make_parts, original_tensors, vae_tensors, write_layouts

KOHYA = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"


@pytest.fixture(scope="session")
def tiny_layouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layouts(tmp_path_factory.mktemp("layouts"))


@pytest.fixture
def models_dir(settings: Any, tmp_path: Path, tiny_layouts: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site's folder of models, empty; single files are of the tiny layouts."""
    monkeypatch.setattr(single_file, "LAYOUTS", tiny_layouts)
    settings.CHECKPOINTS_DIR = tmp_path / "models"
    settings.CHECKPOINTS_DIR.mkdir()
    return settings.CHECKPOINTS_DIR


@pytest.fixture(scope="session")
def tensors_of(tiny_layouts: Path) -> Callable[..., dict[str, torch.Tensor]]:
    """A function that makes the tensors of a whole single file: `tensors_of("sd1", with_vae=False, seed=2)`."""

    def make(base: str, *, seed: int = 1, **how: Any) -> dict[str, torch.Tensor]:
        return original_tensors(make_parts(tiny_layouts / base, seed=seed), base, **how)

    return make


@pytest.fixture
def checkpoint_file(models_dir: Path, tensors_of: Callable[..., Any]) -> Callable[..., Path]:
    """A function that writes a single file below the folder: `checkpoint_file("anime", "sdxl")`."""

    def write(name: str = "anime", base: str = "sd1", marks: tuple[str, ...] = (), **how: Any) -> Path:
        path = models_dir / f"{name}.safetensors"
        path.parent.mkdir(exist_ok=True)
        save_file(tensors_of(base, **how) | {mark: torch.tensor([]) for mark in marks}, path)
        return path

    return write


@pytest.fixture
def lora_file(models_dir: Path) -> Callable[..., Path]:
    """A function that writes a LoRA: `lora_file("detail", width=2048)`."""

    def write(name: str = "detail", width: int = 768, value: float = 1.0, metadata: Any = None) -> Path:
        path = models_dir / f"{name}.safetensors"
        tensors = {
            f"{KOHYA}.lora_down.weight": torch.full((4, width), value),
            f"{KOHYA}.lora_up.weight": torch.zeros(8, 4),
        }
        save_file(tensors, path, metadata)
        return path

    return write


@pytest.fixture
def vae_file(models_dir: Path, tiny_layouts: Path) -> Callable[..., Path]:
    """A function that writes a VAE in the original layout."""

    def write(name: str = "kl-f8") -> Path:
        vae = make_parts(tiny_layouts / "sd1", seed=3)["vae"]
        save_file(
            {key: tensor.contiguous() for key, tensor in vae_tensors(vae).items()}, models_dir / f"{name}.safetensors"
        )
        return models_dir / f"{name}.safetensors"

    return write
