"""Where a training keeps its files, and how it writes them so that an interruption loses minutes and not the run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
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

    def lock(self, part: str) -> Path:
        """Locked by whoever trains this part; ``driver`` stands for a whole training."""
        return self.folder / f"{part}.lock"

    def sheet(self, name: str) -> Path:
        """A contact sheet; makes the folder for it."""
        (self.folder / "sheets").mkdir(parents=True, exist_ok=True)
        return self.folder / "sheets" / f"{name}.png"

    def save_components(self, components: PatchComponents) -> None:
        """Keep the patch components; the other parts never see half of them."""
        part = self.components.with_suffix(".part")
        with part.open("wb") as stream:
            np.savez(
                stream,
                patch=np.array(components.patch),
                mean=components.mean,
                matrix=components.matrix,
                explained=np.array(components.explained),
            )
        os.replace(part, self.components)  # noqa: PTH105 - os.replace is atomic on every platform

    def load_components(self) -> PatchComponents:
        """The patch components of this training; ``FileNotFoundError`` before the data stage."""
        with np.load(self.components) as stored:
            return PatchComponents(int(stored["patch"]), stored["mean"], stored["matrix"], float(stored["explained"]))


@contextmanager
def hold(place: Workplace, part: str) -> Iterator[None]:
    """Hold a part's lock, which ends with this process at the latest; ``RuntimeError`` where another one holds it."""
    place.folder.mkdir(parents=True, exist_ok=True)
    with place.lock(part).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "A whole training" if part == "driver" else f"The part {part}"
            raise RuntimeError(
                f"{what} already runs in {place.folder}. Wait for its end, or choose another folder with --work-dir."
            ) from None
        yield


def is_held(place: Workplace, part: str) -> bool:
    """Whether a process holds a part's lock."""
    if not place.lock(part).exists():
        return False
    with place.lock(part).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint beside the old one and then put it in its place, so that there is always a whole one."""
    part = path.with_suffix(f".{os.getpid()}.part")
    torch.save(state, part)
    os.replace(part, path)  # noqa: PTH105 - os.replace is atomic on every platform


def load_checkpoint(path: Path, device: str = "cpu") -> dict[str, Any] | None:
    """The checkpoint at ``path``, or None where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state
