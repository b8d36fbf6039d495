"""The tagger's network: depthwise separable convolutions, and a head that knows where something is."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

SIDE = 128  # pixels; `tagging.tagger` brings every picture to it
# A quarter of the side at once: on a CPU the wide, shallow maps of a slow start cost more than all that follows.
STRIDE = 4
WIDTHS = (48, 96, 192, 256)
# How many blocks keep the size at 32, 16, 8 and 4 pixels.
DEPTHS = (1, 2, 2, 1)
NECK, HIDDEN = 48, 320


class Separable(nn.Module):
    """A depthwise 3 x 3 convolution and a pointwise one; added to its input where the shapes allow (MobileNet)."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, stride, padding=1, groups=before, bias=False)
        self.first_norm = nn.BatchNorm2d(before)
        self.pointwise = nn.Conv2d(before, after, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        self.residual = before == after and stride == 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x before x H x W to N x after x H/stride x W/stride."""
        y = torch.relu(self.first_norm(self.depthwise(x)))
        y = self.second_norm(self.pointwise(y))
        return torch.relu(y + x if self.residual else y)


class TaggerNetwork(nn.Module):
    """Pictures N x 3 x 128 x 128 in [-1, 1] to N x (tags + 1) logits; the last one says "a picture of this kind".

    The head sees all 4 x 4 positions: the colour at the top and the colour in the middle are different tags.
    """

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTHS[0], STRIDE + 2, stride=STRIDE, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(WIDTHS[0])
        blocks = [Separable(WIDTHS[0], WIDTHS[0]) for _ in range(DEPTHS[0])]
        for (before, after), depth in zip(pairwise(WIDTHS), DEPTHS[1:], strict=True):
            blocks.append(Separable(before, after, stride=2))
            blocks += [Separable(after, after) for _ in range(depth)]
        self.blocks = nn.ModuleList(blocks)
        self.neck = nn.Conv2d(WIDTHS[-1], NECK, 1)
        cells = (SIDE // STRIDE >> len(WIDTHS) - 1) ** 2
        self.drop = nn.Dropout(0.1)
        self.hidden = nn.Linear(NECK * cells, HIDDEN)
        self.out = nn.Linear(HIDDEN, tags + 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Logits, one per tag and one for the kind."""
        x = torch.relu(self.stem_norm(self.stem(pictures)))
        for block in self.blocks:
            x = block(x)
        x = torch.relu(self.neck(x)).flatten(1)
        return self.out(torch.relu(self.hidden(self.drop(x))))


def parameters_of(network: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(weight.numel() for weight in network.parameters())
