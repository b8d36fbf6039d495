"""What a job is in the words of a stock pipeline."""

import inspect
from typing import Any

import torch

from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.limits import STOCK_CANNOT, beyond
from generation.engine.plain_text import plain_text
from generation.engine.stock.families import StockFamily
from generation.engine.stock.source import Source


def refuse_unsupported(job: EngineJob, family: StockFamily, checkpoint: str) -> None:
    """Raise EngineError for what pipelines of `family` can't do: unsupported, unknown_sampler."""
    what = beyond(job, STOCK_CANNOT)
    if job.source is not None and job.mask is None and not family.image_to_image:
        what = "img2img"
    elif job.mask is not None and not family.inpainting:
        what = "inpaint"
    if what:
        raise EngineError("unsupported", what=what, checkpoint=checkpoint)
    if job.sampler not in family.samplers:
        raise EngineError("unknown_sampler", sampler=job.sampler, known=list(family.samplers))


def call_arguments(
    job: EngineJob, family: StockFamily, pipeline: Any, source: Source | None, generator: torch.Generator
) -> dict[str, Any]:
    """Return the arguments of the pipeline's call; it takes none that `family` gives and it doesn't know."""
    known = inspect.signature(pipeline.__call__).parameters
    wanted: dict[str, Any] = {
        **family.always,
        "prompt": plain_text(job.prompt, job.syntax, job.steps),
        "width": job.width,
        "height": job.height,
        "num_inference_steps": job.steps,
        "generator": generator,
        "output_type": "pil",
    }
    if family.takes_negative:
        wanted["negative_prompt"] = plain_text(job.negative_prompt, job.syntax, job.steps)
    guidance = family.guidance if family.guidance in known else "guidance_scale"
    wanted[guidance] = job.guidance
    if "intermediate_timesteps" in known and job.steps != 2:
        wanted["intermediate_timesteps"] = None  # Sana Sprint knows a middle one for two steps only
    if source is not None:
        wanted |= {"image": source.image, "strength": job.strength}
        if source.mask is not None:
            wanted["mask_image"] = source.mask
    return {name: value for name, value in wanted.items() if name in known}
