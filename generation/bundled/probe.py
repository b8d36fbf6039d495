"""A judge: a small CNN that reads tags off pictures. It is trained on real renders only and never shipped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .autoencoder import as_tensor
from .vocabulary import TAGS

PLACE = {tag: index for index, tag in enumerate(TAGS)}


def build_probe(size: int) -> nn.Sequential:
    """Five halvings to a 4 x 4 map (at 128 pixels), then all positions together: where something is matters."""
    widths = (3, 24, 48, 64, 96, 128)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
    cells = (size // 32) ** 2
    layers += [nn.Flatten(), nn.Dropout(0.2), nn.Linear(widths[-1] * cells, 256), nn.ReLU(), nn.Linear(256, len(TAGS))]
    return nn.Sequential(*layers)


def labels_of(tags: Sequence[Sequence[str]]) -> torch.Tensor:
    """Tags as a matrix of 0 and 1, N x number of tags."""
    labels = torch.zeros(len(tags), len(TAGS))
    for row, some in enumerate(tags):
        labels[row, [PLACE[tag] for tag in some]] = 1
    return labels


def train_probe(
    pictures: np.ndarray, tags: Sequence[Sequence[str]], steps: int, batch: int = 48, seed: int = 0
) -> nn.Sequential:
    """Train the probe on real pictures, a little blurred and noisy as an autoencoder would leave them."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    labels = labels_of(tags)
    probe = build_probe(pictures.shape[1])
    optimiser = torch.optim.AdamW(probe.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        chosen = np.sort(rng.choice(len(pictures), min(batch, len(pictures)), replace=False))
        shown = as_tensor(pictures[chosen])
        if rng.random() < 0.5:
            shown = functional.avg_pool2d(shown, 3, stride=1, padding=1, count_include_pad=False)
        shown = shown + torch.randn_like(shown) * 0.03
        loss = functional.binary_cross_entropy_with_logits(probe(shown), labels[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    return probe.eval()


@torch.no_grad()
def judge(probe: nn.Sequential, pictures: np.ndarray, batch: int = 64) -> np.ndarray:
    """Logits per picture and tag."""
    parts = [probe(as_tensor(pictures[start : start + batch])).numpy() for start in range(0, len(pictures), batch)]
    return np.concatenate(parts)
