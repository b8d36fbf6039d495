"""Previews without the VAE's decoder: each latent pixel becomes a colour by a linear map.

The map is learnt once per checkpoint by least squares: made-up coloured pictures go through the VAE's encoder,
and the colours are fitted to the latents. So it works for any VAE and any number of latent channels.
"""

from collections.abc import Callable

import torch
from PIL import Image
from torch.nn import functional

MAX_SIDE = 128
_TRAINING_SIDE = 128


class Projection:
    """latents (C channels) → RGB. `weights` is (C + 1, 3); its last row is the constant part."""

    def __init__(self, weights: torch.Tensor) -> None:
        self.weights = weights

    @classmethod
    def fit(
        cls,
        encode: Callable[[torch.Tensor], torch.Tensor],
        scale_factor: int,
        device: torch.device,
        dtype: torch.dtype,
    ) -> "Projection":
        """Learn the map from `encode`: pictures (N, 3, H, W) in -1…1 → latents (N, C, H/f, W/f) as denoised."""
        pictures = _coloured_pictures()
        latents = encode(pictures.to(device=device, dtype=dtype)).float().cpu().double()
        colours = functional.avg_pool2d(pictures, scale_factor).double()
        rows = latents.movedim(1, -1).flatten(0, 2)
        rows = torch.cat([rows, torch.ones_like(rows[:, :1])], dim=1)
        targets = colours.movedim(1, -1).flatten(0, 2)
        # A little ridge keeps the solution small where a latent channel says nothing about colour.
        gram = rows.T @ rows
        gram += torch.eye(len(gram), dtype=gram.dtype) * (1e-4 * gram.diagonal().mean())
        return cls(torch.linalg.solve(gram, rows.T @ targets).float())

    def image(self, latents: torch.Tensor, width: int, height: int) -> Image.Image:
        """Return `latents` (1, C, h, w) as RGB in the proportions of `width` x `height`, at most 128 a side."""
        flat = latents[0].movedim(0, -1).float().cpu()
        rgb = flat @ self.weights[:-1] + self.weights[-1]
        pixels = ((rgb.nan_to_num().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
        shrink = min(1.0, MAX_SIDE / max(width, height))
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def _coloured_pictures() -> torch.Tensor:
    """Return (4, 3, 128, 128) in -1…1: flat patches of several sizes and soft gradients, always the same ones."""
    generator = torch.Generator("cpu").manual_seed(0)
    pictures = []
    for cells, mode in ((4, "nearest"), (8, "nearest"), (4, "bilinear"), (16, "bilinear")):
        colours = torch.rand((1, 3, cells, cells), generator=generator) * 2 - 1
        pictures.append(functional.interpolate(colours, size=(_TRAINING_SIDE, _TRAINING_SIDE), mode=mode))
    return torch.cat(pictures)
