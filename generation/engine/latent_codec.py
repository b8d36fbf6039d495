"""Pictures to latents and back with one VAE; in tiles where a picture is too large to be done whole."""

import logging
from collections.abc import Callable
from typing import Any

import torch
from diffusers import AutoencoderKL
from diffusers.utils.torch_utils import randn_tensor

from generation.engine.memory import free_caches, is_out_of_memory

logger = logging.getLogger(__name__)

TILED_ABOVE = 1536 * 1536
"""Pixels. A VAE's memory grows with the picture (about 8 GB in float32 here), while the denoiser hardly notices."""
TILE_SIDE = 512


class LatentCodec:
    """Latents here are in the denoiser's scale, of shape (N, C, H/f, W/f); pixels (N, 3, H, W) in -1…1."""

    def __init__(self, vae: Any, scale_factor: int) -> None:
        """`scale_factor` is f, pixels per latent along a side. `vae` may be of another dtype than the denoiser."""
        self.vae = vae
        self.scale_factor = scale_factor
        self.latent_channels = int(vae.config.latent_channels)
        self._scale = float(vae.config.scaling_factor)
        self._mean = self._constants("latents_mean")
        self._std = self._constants("latents_std")
        # The tiny kind takes an eighth of the memory, and diffusers' tiles for it know four latent channels only.
        self._can_tile = isinstance(vae, AutoencoderKL)
        vae.tile_sample_min_size = TILE_SIDE
        vae.tile_latent_min_size = TILE_SIDE // scale_factor

    def encode(self, pixels: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return `pixels` as latents: a sample of what they may stand for, or without a generator the likeliest."""
        pixels = pixels.to(device=self.vae.device, dtype=self.vae.dtype)
        encoded = self._whole_or_tiled(lambda: self.vae.encode(pixels), pixels.shape[-2] * pixels.shape[-1])
        latents: torch.Tensor
        if not hasattr(encoded, "latent_dist"):
            latents = encoded.latents
        elif generator is None:
            latents = encoded.latent_dist.mode()
        else:
            latents = encoded.latent_dist.sample(generator)
        if self._mean is not None and self._std is not None:
            return (latents - self._mean.to(latents)) * self._scale / self._std.to(latents)
        return latents * self._scale

    def draw_as_encode(self, latents: torch.Tensor, generator: torch.Generator) -> None:
        """Take from `generator` what `encode` would take for a picture of the shape of `latents`."""
        if isinstance(self.vae, AutoencoderKL):
            randn_tensor(latents.shape, generator=generator, device=latents.device, dtype=self.vae.dtype)

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Return `latents` as pixels; they may lie outside -1…1."""
        if self._mean is not None and self._std is not None:
            latents = latents * self._std.to(latents) / self._scale + self._mean.to(latents)
        else:
            latents = latents / self._scale
        pixels = self._decode(latents)
        if self.vae.dtype == torch.float16 and not torch.isfinite(pixels).all() and torch.isfinite(latents).all():
            # Some autoencoders overflow in half precision, and don't all say so in their config.
            logger.warning("A VAE overflowed in float16; from now on it is used in float32")
            self.vae.to(dtype=torch.float32)
            pixels = self._decode(latents)
        return pixels

    def _decode(self, latents: torch.Tensor) -> torch.Tensor:
        latents = latents.to(self.vae.dtype).contiguous(memory_format=torch.channels_last)
        area = latents.shape[-2] * latents.shape[-1] * self.scale_factor**2
        pixels: torch.Tensor = self._whole_or_tiled(lambda: self.vae.decode(latents, return_dict=False)[0], area)
        return pixels

    def _whole_or_tiled(self, call: Callable[[], Any], area: int) -> Any:
        if area <= TILED_ABOVE or not self._can_tile:
            try:
                return call()
            except Exception as error:
                if not (is_out_of_memory(error) and self._can_tile):
                    raise
            free_caches()
        self.vae.enable_tiling()
        try:
            return call()
        finally:
            self.vae.disable_tiling()

    def _constants(self, name: str) -> torch.Tensor | None:
        values = getattr(self.vae.config, name, None)
        return None if values is None else torch.tensor(values).view(1, -1, 1, 1)
