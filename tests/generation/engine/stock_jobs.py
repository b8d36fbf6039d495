"""Shared by the tests of families that stock pipelines draw: jobs, pictures, and the direct call to compare with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy
import torch
from PIL import Image

from generation.engine import EngineJob
from generation.engine.sampler_names import SAMPLER_NAMES
from generation.engine.samplers import make_scheduler
from generation.engine.stock.families import STOCK_FAMILIES
from tests.generation.engine.driving import job

Families = Callable[[str], Path]
SIDES = {"HunyuanImagePipeline": 128, "IFPipeline": 16}


def stock_job(job_id: Any, folder: Path, name: str, **changes: Any) -> EngineJob:
    side = SIDES.get(name, 64)
    sampler = STOCK_FAMILIES[name].samplers[0]
    values = {"prompt": "a cat", "negative_prompt": "bad", "width": side, "height": side, "sampler": sampler}
    return job(job_id, folder, **(values | {"steps": 3} | changes))


def gradient(width: int = 80, height: int = 72) -> Image.Image:
    down, right = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack([right * 3 % 256, down * 3 % 256, (right + down) % 256], axis=-1)
    return Image.fromarray(pixels.astype(numpy.uint8))


def left_half(source: Image.Image) -> Image.Image:
    mask = Image.new("L", source.size)
    mask.paste(255, (0, 0, source.width // 2, source.height))
    return mask


def direct_call(one: EngineJob, class_name: str = "", **arguments: Any) -> Image.Image:
    """Call the pipeline of diffusers as its documentation does."""
    folder = Path(one.checkpoint)
    name = json.loads((folder / "model_index.json").read_text())["_class_name"]
    without = {"text_processor": None} if name == "LongCatImagePipeline" else {}
    pipeline: Any = getattr(diffusers, name).from_pretrained(folder, dtype=torch.float32, **without)
    if class_name:
        pipeline = getattr(diffusers, class_name).from_pipe(pipeline, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    if STOCK_FAMILIES[name].samplers is SAMPLER_NAMES:
        pipeline.scheduler = make_scheduler(one.sampler, pipeline.scheduler.config)
    if name not in ("HunyuanImagePipeline", "SanaSprintPipeline", "FluxPipeline") and "Flux2" not in name:
        arguments["negative_prompt"] = one.negative_prompt
    if name == "HunyuanImagePipeline":
        arguments["negative_prompt"] = one.negative_prompt
        pipeline.guider = pipeline.guider.new(guidance_scale=one.guidance)
    else:
        arguments[{"QwenImagePipeline": "true_cfg_scale"}.get(name, "guidance_scale")] = one.guidance
    if name == "SanaSprintPipeline":
        arguments["intermediate_timesteps"] = None
    if name in (
        "SanaPipeline",
        "SanaSprintPipeline",
        "PixArtAlphaPipeline",
        "PixArtSigmaPipeline",
        "HunyuanDiTPipeline",
    ):
        arguments["use_resolution_binning"] = False
    if name == "LongCatImagePipeline":
        arguments["enable_prompt_rewrite"] = False
    if name == "HiDreamImagePipeline":
        pipeline.default_sample_size = one.width / pipeline.vae_scale_factor
    if not class_name.startswith("IF"):
        arguments |= {"width": one.width, "height": one.height}
    image: Image.Image = pipeline(
        prompt=one.prompt,
        num_inference_steps=one.steps,
        generator=torch.Generator("cpu").manual_seed(one.seed),
        **arguments,
    ).images[0]
    return image
