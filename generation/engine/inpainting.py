"""Painting only under a mask: by laying the source's latents around it anew after every step, or by a denoiser that
was made for it and sees mask and source in five channels more.

Both as StableDiffusionInpaintPipeline does (diffusers 0.42), but for strokes thinner than a square of latents, which it
loses. Masks are (1, 1, h, w): 1 is painted, 0 is kept.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from generation.engine.errors import EngineError


@dataclass(frozen=True, slots=True)
class KeptSource:
    """The latents of the source (1, C, h, w) and the noise that they are brought to each noise level with."""

    latents: torch.Tensor
    noise: torch.Tensor
    mask: torch.Tensor

    def lay_around(self, latents: torch.Tensor, scheduler: Any, timestep: torch.Tensor | None) -> torch.Tensor:
        """Return `latents` under the mask and the source elsewhere, at the noise level of `timestep` (None: clean)."""
        source = self.latents
        if timestep is not None:
            source = scheduler.add_noise(source, self.noise, timestep.reshape(1))
        return (1 - self.mask) * source + self.mask * latents


def latent_mask(mask: torch.Tensor, scale_factor: int, like: torch.Tensor) -> torch.Tensor:
    """Return a mask of pixels (1, 1, H, W; 0 or 1) as one of latents. Raises EngineError empty_mask for an empty one.

    The stock pipeline looks at the first pixel of each square of `scale_factor` pixels. Strokes thinner than a square
    it loses, in parts or whole; of those each square that they touch is painted.
    """
    if not mask.any():
        raise EngineError("empty_mask")
    height, width = mask.shape[-2] // scale_factor, mask.shape[-1] // scale_factor
    small = functional.interpolate(mask, size=(height, width))
    touched = functional.max_pool2d(mask * (1 - _around_squares(mask, scale_factor)), scale_factor)
    return torch.maximum(small, touched).to(like)


def _around_squares(mask: torch.Tensor, side: int) -> torch.Tensor:
    """Return where in the mask whole squares of `side` pixels find room, and all within `side` pixels of those: there
    the first pixels of the squares tell enough."""
    around = 1 - functional.max_pool2d(1 - mask, side, stride=1)  # at the first pixel of each such square
    around = functional.pad(around, [2 * side - 1] * 4)
    # Across and down one after the other: the largest of each row's largest is the largest of all.
    for kernel in ((1, 3 * side), (3 * side, 1)):
        around = functional.max_pool2d(around, kernel, stride=1)
    return around


def masked_pixels(pixels: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return `pixels` (1, 3, H, W) in -1…1 with middle grey where `mask` (1, 1, H, W) is to be painted."""
    return pixels * (mask < 0.5)
