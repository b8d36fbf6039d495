"""The training as a whole: data, latents, and then decoder and denoiser side by side."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from . import dataset
from .autoencoder import build_autoencoder, encode_pictures, patch_components
from .rhythm import Budget
from .train_decoder import train_decoder
from .train_denoiser import DenoiserPlan, train_denoiser
from .workplace import Workplace

PARTS = ("data", "decoder", "denoiser")


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training. Sizes in pixels, rates are the peaks of the learning rates.

    ``threads`` is the torch threads of a part, and the processes that render the data.
    """

    size: int = 128
    pictures: int = 24000
    patch: int = 4
    device: str = "cpu"
    minutes: float = 60.0
    steps: int | None = None
    threads: int = 1
    decoder_batch: int = 8
    decoder_rate: float = 1e-3
    decoder_channels: int = 48
    decoder_blocks: tuple[int, ...] = (5, 2, 0)
    denoiser: DenoiserPlan = field(default_factory=DenoiserPlan)


def run_part(part: str, plan: Plan, place: Workplace) -> None:
    """Run one part in this process: ``data``, ``decoder`` or ``denoiser``."""
    torch.set_num_threads(plan.threads)
    budget = Budget(plan.minutes, plan.steps)
    signal.signal(signal.SIGTERM, budget.end_early)
    if part == "data":
        prepare_data(plan, place)
    elif part == "decoder":
        train_decoder(
            place,
            budget,
            plan.device,
            plan.decoder_batch,
            plan.decoder_rate,
            plan.decoder_channels,
            plan.decoder_blocks,
        )
    elif part == "denoiser":
        shape = replace(plan.denoiser.shape, latent_size=plan.size // plan.patch)
        train_denoiser(place, budget, plan.device, replace(plan.denoiser, shape=shape))
    else:
        raise ValueError(f"Unknown part {part!r}: choose one of {', '.join(PARTS)}.")


def prepare_data(plan: Plan, place: Workplace) -> None:
    """Render the pictures and encode them, unless that is done already."""

    def show(done: int, count: int) -> None:
        if done % 250 == 0 or done == count:
            sys.stderr.write(f"data      {done} of {count} pictures\n")

    dataset.build(place.folder, plan.pictures, plan.size, workers=plan.threads, progress=show)
    pictures, _ = dataset.load(place.folder)
    if not place.components.exists():
        place.save_components(
            patch_components(np.asarray(pictures[:500]), plan.denoiser.shape.latent_channels, plan.patch)
        )
    if not place.latents.exists() or len(np.load(place.latents, mmap_mode="r")) != len(pictures):
        model = build_autoencoder(place.load_components(), plan.decoder_channels, plan.decoder_blocks)
        model = model.to(plan.device, memory_format=torch.channels_last)
        np.save(place.latents, encode_pictures(model, pictures))


def run_all(plan: Plan, place: Workplace, arguments: list[str]) -> int:
    """Data first, then decoder and denoiser as two processes of one thread each; the worse exit code.

    ``arguments`` are the command line's, handed on to the children. Each part keeps its own checkpoint, so one that
    fails loses nothing of the other.
    """
    run_part("data", plan, place)
    children = [
        subprocess.Popen([sys.executable, "-m", "generation.bundled", "train", *arguments, "--part", part])
        for part in PARTS[1:]
    ]
    try:
        return max(child.wait() for child in children)
    except KeyboardInterrupt:
        for child in children:
            child.terminate()
        return max(child.wait() for child in children)
