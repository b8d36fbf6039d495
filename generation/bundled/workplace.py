"""Where a training keeps its files, and how it writes them so that an interruption loses minutes and not the run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .components import PatchComponents

DEFAULT_FOLDER = Path.home() / ".cache" / "irodori-training"


@dataclass(frozen=True)
class Workplace:
    """The files of one training: data, latents, checkpoints, logs and contact sheets."""

    folder: Path

    @property
    def latents(self) -> Path:
        """float16 latents of every picture."""
        return self.folder / "latents.npy"

    @property
    def export(self) -> Path:
        """Where a whole training puts the finished model."""
        return self.folder / "model"

    @property
    def running(self) -> Path:
        """Holds the process number of a whole training while that runs."""
        return self.folder / "running.pid"

    @property
    def components(self) -> Path:
        """The patch components that the encoder is set to."""
        return self.folder / "components.npz"

    def checkpoint(self, part: str) -> Path:
        """The checkpoint of one part: ``decoder``, ``denoiser``, ``probe`` and so on."""
        return self.folder / f"{part}.pt"

    def log(self, part: str) -> Path:
        """The log of one part."""
        return self.folder / f"{part}.log"

    def sheet(self, name: str) -> Path:
        """A contact sheet; makes the folder for it."""
        (self.folder / "sheets").mkdir(parents=True, exist_ok=True)
        return self.folder / "sheets" / f"{name}.png"

    def save_components(self, components: PatchComponents) -> None:
        """Keep the patch components."""
        np.savez(
            self.components,
            patch=np.array(components.patch),
            mean=components.mean,
            matrix=components.matrix,
            explained=np.array(components.explained),
        )

    def load_components(self) -> PatchComponents:
        """The patch components of this training; ``FileNotFoundError`` before the data stage."""
        with np.load(self.components) as stored:
            return PatchComponents(int(stored["patch"]), stored["mean"], stored["matrix"], float(stored["explained"]))


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint beside the old one and then put it in its place, so that there is always a whole one."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)  # noqa: PTH105 - os.replace is atomic on every platform


def load_checkpoint(path: Path, device: str = "cpu") -> dict[str, Any] | None:
    """The checkpoint at ``path``, or None where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state
