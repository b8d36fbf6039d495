"""The stock pipelines of diffusers, asked for what an `EngineJob` says."""

import copy
from dataclasses import replace
from typing import Any

import torch
from diffusers import (
    DiffusionPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image

from generation.engine import EngineJob, HiresFix
from generation.engine.samplers import make_scheduler

_CLASSES: dict[str, tuple[Any, Any, Any]] = {
    "StableDiffusionPipeline": (
        StableDiffusionPipeline,
        StableDiffusionImg2ImgPipeline,
        StableDiffusionInpaintPipeline,
    ),
    "StableDiffusionXLPipeline": (
        StableDiffusionXLPipeline,
        StableDiffusionXLImg2ImgPipeline,
        StableDiffusionXLInpaintPipeline,
    ),
}


class StockPipelines:
    """Loads each checkpoint once and draws jobs one by one."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}
        self._schedulers: dict[tuple[str, str], Any] = {}

    def draw(self, job: EngineJob) -> Any:
        """Draw text to image, image to image or inpainting, whatever the job is."""
        generator = torch.Generator("cpu").manual_seed(job.seed)
        if job.hires is not None:
            return self._draw_twice(job, job.hires, generator)
        width, height = job.width, job.height
        if job.source is None:
            return self._call(job, 0, generator, width=width, height=height)
        if job.mask is None:
            source = job.source.resize((width, height), Image.Resampling.LANCZOS)
            return self._call(job, 1, generator, image=source, strength=job.strength)
        return self._inpaint(job, job.source, job.mask, generator)

    def _inpaint(
        self, job: EngineJob, source: Image.Image, mask: Image.Image, generator: torch.Generator
    ) -> Image.Image:
        pipeline = self._pipeline(job, 2)
        mask = pipeline.mask_processor.blur(mask, job.mask_blur)
        drawn: Image.Image = self._call(
            job,
            2,
            generator,
            image=source,
            mask_image=mask,
            strength=job.strength,
            width=job.width,
            height=job.height,
            padding_mask_crop=job.only_masked,
        )
        if job.only_masked is not None:
            return drawn
        size = (job.width, job.height)
        mask, source = (one.resize(size, Image.Resampling.LANCZOS) for one in (mask, source))
        laid: Image.Image = pipeline.image_processor.apply_overlay(mask, source, drawn)
        return laid

    def _draw_twice(self, job: EngineJob, hires: HiresFix, generator: torch.Generator) -> Any:
        """Hires fix by hand: two stock pipelines, one after the other, that draw from one generator."""
        size = (hires.width, hires.height)
        output_type = "latent" if hires.upscaler == "latent" else "pil"
        first: dict[str, Any] = {"width": job.width, "height": job.height}
        if job.source is not None:
            source = job.source.resize((job.width, job.height), Image.Resampling.LANCZOS)
            first = {"image": source, "strength": job.strength}
        drawn = self._call(job, 0 if job.source is None else 1, generator, output_type=output_type, **first)
        if isinstance(drawn, torch.Tensor):
            latent_size = (hires.height // 8, hires.width // 8)
            larger: Any = torch.nn.functional.interpolate(drawn[None], size=latent_size, mode="bilinear")
        else:
            larger = drawn.resize(size, Image.Resampling.LANCZOS)
        second = replace(job, steps=hires.steps)
        return self._call(second, 1, generator, image=larger, strength=hires.strength)

    def _pipeline(self, job: EngineJob, kind: int) -> Any:
        if job.checkpoint not in self._loaded:
            self._loaded[job.checkpoint] = DiffusionPipeline.from_pretrained(
                job.checkpoint, dtype=torch.float32, local_files_only=True, safety_checker=None
            )
        base = self._loaded[job.checkpoint]
        pipeline = _CLASSES[type(base).__name__][kind](**base.components, **self._without_checker(base))
        pipeline.set_progress_bar_config(disable=True)
        # Some schedulers take 0.2 s to build.
        key = (job.checkpoint, job.sampler)
        if key not in self._schedulers:
            self._schedulers[key] = make_scheduler(job.sampler, base.scheduler.config)
        pipeline.scheduler = copy.deepcopy(self._schedulers[key])
        return pipeline

    @staticmethod
    def _without_checker(base: Any) -> dict[str, Any]:
        return {"requires_safety_checker": False} if "safety_checker" in base.components else {}

    def _call(self, job: EngineJob, kind: int, generator: torch.Generator, **arguments: Any) -> Any:
        return self._pipeline(job, kind)(
            job.prompt,
            negative_prompt=job.negative_prompt or None,
            num_inference_steps=job.steps,
            guidance_scale=job.guidance,
            generator=generator,
            **arguments,
        ).images[0]
