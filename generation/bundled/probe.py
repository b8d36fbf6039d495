"""A judge: a small CNN that reads tags off pictures. It is trained on real renders only and never shipped."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .autoencoder import as_tensor
from .plans import fast_bfloat16
from .vocabulary import GROUPS, TAGS
from .workplace import load_checkpoint, save_checkpoint

PLACE = {tag: index for index, tag in enumerate(TAGS)}
RATE = 2e-3
SHIFT = 3  # pixels
RAREST_WEIGHT = 6.0
CHECKPOINT_EVERY = 250


class Residual(nn.Module):
    """Two 3 x 3 convolutions around which the input passes by."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x width x H x W to the same shape."""
        return torch.relu(x + self.second(torch.relu(self.first(x))))


def _halving(before: int, after: int) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())


def build_probe(size: int) -> nn.Sequential:
    """Four halvings to an 8 x 8 map (at 128 pixels), then all positions together: where something is matters."""
    cells = (size // 16) ** 2
    probe = nn.Sequential(
        _halving(3, 24),
        _halving(24, 48),
        Residual(48),
        _halving(48, 80),
        Residual(80),
        _halving(80, 112),
        Residual(112),
        nn.Conv2d(112, 32, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.15),
        nn.Linear(32 * cells, 256),
        nn.ReLU(),
        nn.Linear(256, len(TAGS)),
    )
    return probe.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def labels_of(tags: Sequence[Sequence[str]]) -> torch.Tensor:
    """Tags as a matrix of 0 and 1, N x number of tags."""
    labels = torch.zeros(len(tags), len(TAGS))
    for row, some in enumerate(tags):
        labels[row, [PLACE[tag] for tag in some]] = 1
    return labels


def disturbed(shown: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Pictures as a model might leave them: mirrored, moved by a few pixels, blurred, noisy; no tag names a side."""
    if rng.random() < 0.5:
        shown = shown.flip(3)
    down, right = (int(step) for step in rng.integers(0, 2 * SHIFT + 1, 2))
    height, width = shown.shape[2:]
    shown = functional.pad(shown, (SHIFT,) * 4, mode="replicate")[:, :, down : down + height, right : right + width]
    if rng.random() < 0.5:
        soft = functional.avg_pool2d(shown, 3, stride=1, padding=1, count_include_pad=False)
        shown = torch.lerp(shown, soft, rng.uniform(0.3, 1))
    noise = torch.rand_like(shown) - 0.5  # even noise is made eight times as fast as normal noise
    return (shown + noise * rng.uniform(0, 0.2)).contiguous(memory_format=torch.channels_last)


def rare_weights(labels: torch.Tensor) -> torch.Tensor:
    """How much more a tag's presence counts than its absence: the root of absences per presence, at most 6."""
    present = labels.sum(0)
    return ((len(labels) - present) / present.clamp(min=1)).sqrt().clamp(1, RAREST_WEIGHT)


def chances(labels: torch.Tensor) -> np.ndarray:
    """How likely each picture is to be drawn for training, so that every subject is shown equally often."""
    subjects = labels[:, [PLACE[tag] for tag in GROUPS["subject"]]].numpy()
    each = np.append(subjects.sum(axis=0), len(labels))  # the last one for pictures without a subject
    weights = 1 / each[np.where(subjects.any(axis=1), subjects.argmax(axis=1), -1)]
    normal: np.ndarray = weights / weights.sum()
    return normal


def train_probe(
    pictures: np.ndarray,
    tags: Sequence[Sequence[str]],
    steps: int,
    batch: int = 48,
    checkpoint: Path | None = None,
) -> nn.Sequential:
    """Train the probe on real pictures (uint8, N x size x size x 3); goes on from ``checkpoint`` if that has this task.

    The learning rate rises over a twentieth of the steps and falls along a cosine. One step takes 0.2 (bfloat16)
    to 0.4 seconds of one core at 128 pixels.
    """
    probe = build_probe(pictures.shape[1])
    optimiser = torch.optim.AdamW(probe.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=0.02)
    first, spent, batch = 0, 0.0, min(batch, len(pictures))
    state = load_checkpoint(checkpoint) if checkpoint else None
    if state is not None and state["task"] == _task(pictures.shape[1], steps):
        probe.load_state_dict(state["probe"])
        optimiser.load_state_dict(state["optimiser"])
        first, spent = state["step"], state["cost"]["core_seconds"]
    torch.manual_seed(first)
    rng = np.random.default_rng(first)
    labels = labels_of(tags)
    weights = rare_weights(labels)
    fast = fast_bfloat16()
    busy, recent = time.process_time(), 0.0
    likely = chances(labels)
    probe.train()
    for step in range(first, steps):
        share = step / steps
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (share + 1 / steps) * 20) * (0.5 + 0.5 * math.cos(math.pi * share))
        chosen = np.sort(rng.choice(len(pictures), batch, replace=False, p=likely))
        with torch.autocast("cpu", torch.bfloat16, enabled=fast):
            logits = probe(disturbed(as_tensor(pictures[chosen]), rng))
        loss = functional.binary_cross_entropy_with_logits(logits.float(), labels[chosen], pos_weight=weights)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        recent += (float(loss.detach()) - recent) * max(0.02, 1 / (step - first + 1))
        done = step + 1
        if checkpoint and (done % CHECKPOINT_EVERY == 0 or done == steps):
            core_seconds = spent + time.process_time() - busy
            sys.stderr.write(f"probe     step {done} of {steps}, loss {recent:.4f}, {core_seconds:.0f} core seconds\n")
            _save(checkpoint, probe, optimiser, done, steps, pictures.shape[1], (done * batch, core_seconds))
    return probe.eval()


def load_or_train(
    checkpoint: Path, pictures: np.ndarray, tags: Sequence[Sequence[str]], steps: int
) -> tuple[nn.Sequential, dict[str, float]]:
    """The probe of this training and what it cost; trained now unless the checkpoint is whole and has today's tags."""
    probe = train_probe(pictures, tags, steps, checkpoint=checkpoint)
    state = load_checkpoint(checkpoint)
    return probe, state["cost"] if state else {}


def _task(size: int, steps: int) -> dict[str, Any]:
    return {"size": size, "steps": steps, "tags": list(TAGS)}


def _save(
    checkpoint: Path,
    probe: nn.Module,
    optimiser: torch.optim.Optimizer,
    step: int,
    steps: int,
    size: int,
    cost: tuple[float, float],
) -> None:
    save_checkpoint(
        checkpoint,
        {
            "probe": probe.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "task": _task(size, steps),
            "cost": {"pictures": cost[0], "core_seconds": cost[1]},
        },
    )


@torch.no_grad()
def judge(probe: nn.Sequential, pictures: np.ndarray, batch: int = 64) -> np.ndarray:
    """Logits per picture and tag."""
    parts = [probe(as_tensor(pictures[start : start + batch])).numpy() for start in range(0, len(pictures), batch)]
    return np.concatenate(parts)
