"""The latents that a pass of denoising starts from, when it starts from a picture.

As StableDiffusionImg2ImgPipeline and StableDiffusionInpaintPipeline prepare them (diffusers 0.42), down to the order
in which they draw from the generator; the XL pipelines do the same.
"""

import torch
from diffusers.utils.torch_utils import randn_tensor

from generation.engine.denoising import DenoisingRun
from generation.engine.framing import Frame
from generation.engine.inpainting import KeptSource, latent_mask, masked_pixels
from generation.engine.latent_codec import LatentCodec


def begin_from_noise(run: DenoisingRun, codec: LatentCodec, device: torch.device, dtype: torch.dtype) -> None:
    """Start the pass from nothing but noise."""
    noise = draw_noise(run, codec, device, dtype)
    run.begin(noise * run.scheduler.init_noise_sigma)


def begin_from_source(
    run: DenoisingRun,
    frame: Frame,
    codec: LatentCodec,
    device: torch.device,
    dtype: torch.dtype,
    *,
    sees_mask: bool,
) -> None:
    """Start the pass from the job's source, which `frame` holds, and from its mask if there is one.

    `sees_mask` tells a denoiser for inpainting, with channels for the mask and for what lies around it. Raises
    EngineError empty_mask when the mask is too small or too soft to paint even one pixel.
    """
    job, generator = run.job, run.generator
    pixels, mask = frame.source_pixels(), frame.mask_pixels()
    from_noise = mask is not None and job.strength == 1
    source = None if from_noise and sees_mask else codec.encode(pixels, generator).to(dtype)
    noise = draw_noise(run, codec, device, dtype)
    small = None if mask is None else latent_mask(mask, codec.scale_factor, noise)
    if source is None or from_noise:
        latents = noise * run.scheduler.init_noise_sigma
    else:
        latents = at_first_level(run, source, noise)
    if mask is None or small is None:
        run.begin(latents)
        return
    kept = extra = None
    if sees_mask or source is None:
        around = codec.encode(masked_pixels(pixels, mask), generator).to(noise)
        extra = torch.cat([small, around], dim=1)
    else:
        codec.draw_as_encode(noise, generator)  # the stock pipeline encodes what lies around, though it has no use
        kept = KeptSource(source, noise, small)
    if job.masked_content == "noise" and source is not None and not from_noise:
        refilled = (1 - small) * source + small * draw_noise(run, codec, device, dtype)
        latents = at_first_level(run, refilled, noise)
    run.begin(latents, kept, extra)


def at_first_level(run: DenoisingRun, latents: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return clean `latents` with as much `noise` as the first step of the pass expects."""
    noisy: torch.Tensor = run.scheduler.add_noise(latents, noise, run.timestep.reshape(1))
    return noisy


def draw_noise(run: DenoisingRun, codec: LatentCodec, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    """Draw latents (1, C, h, w) of the pass's size from the run's generator: on the CPU, as seeds are shared between
    devices that way."""
    width, height = run.size
    shape = (1, codec.latent_channels, height // codec.scale_factor, width // codec.scale_factor)
    noise: torch.Tensor = randn_tensor(shape, generator=run.generator, device=device, dtype=dtype)
    return noise


def blank_channels(codec: LatentCodec, size: tuple[int, int], like: torch.Tensor) -> torch.Tensor:
    """Return what a denoiser for inpainting sees when all is to be painted: a full mask around middle grey."""
    width, height = size
    around = codec.encode(torch.zeros(1, 3, height, width)).to(like)
    return torch.cat([torch.ones_like(around[:, :1]), around], dim=1)
