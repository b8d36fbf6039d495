"""Previews of stock pipelines: what their step left in the latents, as a rough picture.

Families keep their latents in many shapes; all come down to (1, C, h, w) of a VAE with C channels, or to pixels.
"""

import logging
import math
from typing import Any

import torch
from PIL import Image

from generation.engine.previews import Projection

logger = logging.getLogger(__name__)

_PIXEL_CHANNELS = 3
_BATCH_NORM_EPSILON = 1e-5


class Previewer:
    """Shows the latents of one pipeline; None where it can't. The colours are learnt at the first look."""

    def __init__(self, pipeline: Any) -> None:
        self._vae: Any = getattr(pipeline, "vae", None)
        self._projection: Projection | None = None
        self._blind = False

    def image(self, latents: torch.Tensor, width: int, height: int) -> Image.Image | None:
        """Return `latents` of a picture of `width` x `height` as RGB, at most 128 pixels a side."""
        if self._blind:
            return None
        try:
            if self._vae is None:
                return _PIXELS.image(latents[:, :_PIXEL_CHANNELS], width, height)
            if self._projection is None:
                factor = _TRAINING_SIDE // self._encode(torch.zeros(1, 3, _TRAINING_SIDE, _TRAINING_SIDE)).shape[-1]
                self._projection = Projection.fit(self._encode, factor, self._vae.device, self._vae.dtype)
            return self._projection.image(self._unpacked(latents, width, height), width, height)
        except (RuntimeError, ValueError, AttributeError, TypeError, IndexError):
            # A kind of latents nobody has taught us: the picture comes all the same.
            logger.info("No previews of %s", type(self._vae).__name__, exc_info=True)
            self._blind = True
            return None

    def _encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures (N, 3, H, W) in -1…1 as latents (N, C, h, w) in the denoiser's scale."""
        vae, config = self._vae, self._vae.config
        pictures = pictures.to(device=vae.device, dtype=vae.dtype)
        has_frames = hasattr(config, "temperal_downsample")
        encoded = vae.encode(pictures.unsqueeze(2) if has_frames else pictures)
        latents: torch.Tensor = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latent
        if has_frames:
            mean, std = (
                torch.tensor(values, device=latents.device, dtype=latents.dtype).view(1, -1, 1, 1)
                for values in (config.latents_mean, config.latents_std)
            )
            return (latents.squeeze(2) - mean) / std
        if hasattr(vae, "bn"):
            return latents
        return (latents - (getattr(config, "shift_factor", None) or 0.0)) * config.scaling_factor

    def _unpacked(self, latents: torch.Tensor, width: int, height: int) -> torch.Tensor:
        """Return latents as (1, C, h, w): tokens (1, N, C or 4 C) become a grid, patches of 2 x 2 are spread out."""
        if latents.ndim == 5:
            latents = latents.squeeze(2)
        if latents.ndim == 3:
            tokens = latents.shape[1]
            rows = round(math.sqrt(tokens * height / width))
            latents = latents.movedim(1, -1).unflatten(-1, (rows, tokens // rows))
        if latents.shape[1] == self._channels:
            return latents
        norm = getattr(self._vae, "bn", None)
        if norm is not None:
            spread = torch.sqrt(norm.running_var + _BATCH_NORM_EPSILON).view(1, -1, 1, 1).to(latents)
            latents = latents * spread + norm.running_mean.view(1, -1, 1, 1).to(latents)
        return torch.nn.functional.pixel_shuffle(latents, 2)

    @property
    def _channels(self) -> int:
        projection = self._projection
        return len(projection.weights) - 1 if projection is not None else 0


_TRAINING_SIDE = 128
_PIXELS = Projection(torch.cat([torch.eye(_PIXEL_CHANNELS), torch.zeros(1, _PIXEL_CHANNELS)]))
