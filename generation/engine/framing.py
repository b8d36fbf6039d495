"""How a job's source lies in the picture that the model draws, and how what was drawn is laid back over it.

diffusers' image processors do the work, and `generation.engine.masks` as they would, so that it equals the stock
pipelines' to the pixel.
"""

from typing import Any

import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from generation.engine.jobs import EngineJob
from generation.engine.masks import region_around, softened


class Frame:
    """The source (and mask) of one job, cut and resized to what the model draws on.

    With `only_masked` that is a part of the source around the mask, else the whole of it.
    """

    def __init__(self, job: EngineJob, source: Image.Image, scale_factor: int) -> None:
        self._size = (job.width, job.height)
        # Not a copy of what is RGB already: with `only_masked` a source may have 40 megapixels.
        self._source = source if source.mode == "RGB" else source.convert("RGB")
        self._pictures: Any = VaeImageProcessor(vae_scale_factor=scale_factor)
        self._masks: Any = VaeImageProcessor(
            vae_scale_factor=scale_factor, do_normalize=False, do_binarize=True, do_convert_grayscale=True
        )
        self._mask: Image.Image | None = None
        self._cut: dict[str, Any] = {"crops_coords": None, "resize_mode": "default"}
        if job.mask is not None:
            mask = job.mask if job.mask.mode == "L" else job.mask.convert("L")
            self._mask = softened(mask, job.mask_blur)
            if job.only_masked is not None:
                region = region_around(self._mask, self._size, job.only_masked)
                self._cut = {"crops_coords": region, "resize_mode": "fill"}

    def source_pixels(self) -> torch.Tensor:
        """Return what the model sees of the source, (1, 3, height, width) in -1…1."""
        width, height = self._size
        pixels: torch.Tensor = self._pictures.preprocess(self._source, height=height, width=width, **self._cut)
        return pixels

    def mask_pixels(self) -> torch.Tensor | None:
        """Return where the model paints, (1, 1, height, width): 1 there, 0 elsewhere. None for the whole picture."""
        if self._mask is None:
            return None
        width, height = self._size
        pixels: torch.Tensor = self._masks.preprocess(self._mask, height=height, width=width, **self._cut)
        return pixels

    def lay_back(self, image: Image.Image) -> Image.Image:
        """Return the source with `image` painted in through the soft mask; without a mask `image` itself.

        Of the size that was drawn; with `only_masked` of the source's own.
        """
        if self._mask is None:
            return image
        region = self._cut["crops_coords"]
        if region is None:
            width, height = self._size
            source, mask = (self._pictures.resize(one, height, width) for one in (self._source, self._mask))
            laid: Image.Image = self._pictures.apply_overlay(mask, source, image)
            return laid
        # Only within the region, as nothing is masked outside: a source may be many times as large.
        source, mask = self._source.crop(region), self._mask.crop(region)
        whole = self._source.copy()
        whole.paste(self._pictures.apply_overlay(mask, source, image, (0, 0, *source.size)), region[:2])
        return whole
