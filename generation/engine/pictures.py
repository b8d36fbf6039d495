"""From what a VAE decoded to a finished picture, unless it is none."""

from typing import Any

import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from generation.engine.errors import EngineError

_PROCESSOR: Any = VaeImageProcessor()


def picture_of(pixels: torch.Tensor, step: int) -> Image.Image:
    """Return pixels (1, 3, H, W) in -1…1 as RGB. Raises EngineError not_a_number (with `step`), black_image."""
    if not torch.isfinite(pixels).all():
        raise EngineError("not_a_number", step=step)
    image: Image.Image = _PROCESSOR.postprocess(pixels, output_type="pil")[0]
    if image.getbbox() is None:
        # Every channel of every pixel at zero: no picture of a working model is that, an overflow is.
        raise EngineError("black_image")
    return image


def pixels_of(image: Image.Image) -> torch.Tensor:
    """Return an RGB picture as pixels (1, 3, H, W) in -1…1; both sides must be multiples of 8."""
    pixels: torch.Tensor = _PROCESSOR.preprocess(image)
    return pixels
