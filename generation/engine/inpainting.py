"""Painting only under a mask: by laying the source's latents around it anew after every step, or by a denoiser that
was made for it and sees mask and source in five channels more.

Both as StableDiffusionInpaintPipeline does (diffusers 0.42). Masks are (1, 1, h, w): 1 is painted, 0 is kept.
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
    """Return a mask of pixels (1, 1, H, W) as one of latents. Raises EngineError empty_mask when none of it is left."""
    height, width = mask.shape[-2] // scale_factor, mask.shape[-1] // scale_factor
    small = functional.interpolate(mask, size=(height, width))
    if not small.any():
        raise EngineError("empty_mask")
    return small.to(like)


def masked_pixels(pixels: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return `pixels` (1, 3, H, W) in -1…1 with middle grey where `mask` (1, 1, H, W) is to be painted."""
    return pixels * (mask < 0.5)
