"""How a job's source and mask lie in the picture that a stock pipeline draws, and how the picture is laid back.

diffusers' own image processors do the work, so that a direct call of the pipeline gets the same pictures.
"""

from typing import Any

import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from generation.engine.jobs import EngineJob
from generation.engine.masks import region_around, softened

_PICTURES: Any = VaeImageProcessor()
_MASKS: Any = VaeImageProcessor(do_normalize=False, do_binarize=True, do_convert_grayscale=True)


class Source:
    """The source of one job, cut and resized to `width` x `height`; `mask` is white where it is painted anew."""

    def __init__(self, job: EngineJob, source: Image.Image) -> None:
        self._whole = source.convert("RGB")
        self._mask: Image.Image | None = None
        self._region: tuple[int, int, int, int] | None = None
        self.mask: Image.Image | None = None
        if job.mask is None:
            self.image = self._fit(self._whole, job)
            return
        mask = job.mask.convert("L")
        self._mask = softened(mask, job.mask_blur)
        if job.only_masked is not None:
            self._region = region_around(self._mask, (job.width, job.height), job.only_masked)
        self.image = self._fit(self._whole, job)
        self.mask = self._fit(self._mask, job)

    def _fit(self, image: Image.Image, job: EngineJob) -> Image.Image:
        mode = "default" if self._region is None else "fill"
        part = image if self._region is None else image.crop(self._region)
        fitted: Image.Image = _PICTURES.resize(part, job.height, job.width, resize_mode=mode)
        return fitted

    def pixels(self) -> dict[str, torch.Tensor]:
        """Return the picture (1, 3, h, w) in -1…1 and, where there is one, the mask (1, 1, h, w): 1 for white."""
        found: dict[str, torch.Tensor] = {"image": _PICTURES.preprocess(self.image)}
        if self.mask is not None:
            found["mask_image"] = _MASKS.preprocess(self.mask)
        return found

    def lay_back(self, image: Image.Image) -> Image.Image:
        """Return the source with `image` painted in through the soft mask; without a mask, `image` itself."""
        if self._mask is None:
            return image
        source, mask = self._whole, self._mask
        if self._region is None:
            source, mask = (_PICTURES.resize(one, image.height, image.width) for one in (source, mask))
        laid: Image.Image = _PICTURES.apply_overlay(mask, source, image, self._region)
        return laid
