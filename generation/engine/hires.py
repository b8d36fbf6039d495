"""Hires fix: from the end of the first pass to the start of the second, larger one."""

import torch
from PIL import Image
from torch.nn import functional

from generation.engine.denoising import DenoisingRun
from generation.engine.image_to_image import at_first_level, draw_noise
from generation.engine.jobs import HiresFix
from generation.engine.latent_codec import LatentCodec
from generation.engine.pictures import picture_of, pixels_of


def begin_larger(
    run: DenoisingRun,
    hires: HiresFix,
    drawn: torch.Tensor,
    codec: LatentCodec,
    device: torch.device,
    dtype: torch.dtype,
) -> None:
    """Do the next piece of the way: begin the second pass or, on the way through pixels, first enlarge the picture.

    `drawn` are the latents of the first pass. Raises EngineError not_a_number, black_image when it drew no picture.
    """
    width, height = run.size
    if hires.upscaler == "latent":
        size = (height // codec.scale_factor, width // codec.scale_factor)
        latents = functional.interpolate(drawn, size=size, mode="bilinear")
    elif run.enlarged is None:
        picture = picture_of(codec.decode(drawn), run.step)
        run.enlarged = picture.resize((width, height), Image.Resampling.LANCZOS)
        return
    else:
        latents = codec.encode(pixels_of(run.enlarged), run.generator).to(dtype)
    run.begin(at_first_level(run, latents, draw_noise(run, codec, device, dtype)))
