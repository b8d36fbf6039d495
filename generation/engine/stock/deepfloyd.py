"""DeepFloyd IF draws small pixels and enlarges them in stages, each a pipeline of its own; see `cascade`.

One job runs through all of them; its width and height are the last one's. The prompt is encoded once, by the first.
"""

from collections.abc import Sequence
from typing import Any

import torch

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.jobs import EngineJob
from generation.engine.plain_text import plain_text
from generation.engine.stock.arguments import call_arguments
from generation.engine.stock.cascade import read_stages
from generation.engine.stock.families import STOCK_FAMILIES, StockFamily
from generation.engine.stock.loading import load_pipeline
from generation.engine.stock.previews import Previewer
from generation.engine.stock.run import Stage
from generation.engine.stock.source import Source

_UPSCALER_NOISE = 100
"""What DeepFloyd's own notes give the upscaler; its default of 20 is meant for pictures that are sharper."""


def load_stages(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype) -> list[Any]:
    """Return the pipelines of the further stages that the folder has. Raises EngineError corrupt_checkpoint."""
    pipelines = []
    for name, read in read_stages(facts.path).items():
        without = STOCK_FAMILIES["IFPipeline"].left_out
        if name == "stage_2":
            # It takes the first stage's encoded prompt: its text encoder would be the same 11 GB again.
            without = (*without, "text_encoder", "tokenizer")
        folder = facts.path / name
        pipelines.append(load_pipeline(folder, read.family, read.tensor_counts, read.variant, without, device, dtype))
    return pipelines


def stages(
    pipelines: Sequence[Any],
    previewers: Sequence[Previewer],
    job: EngineJob,
    small: EngineJob,
    family: StockFamily,
    source: Source | None,
    generator: torch.Generator,
) -> list[Stage]:
    """Return the stages of `job`; `small` is the same job in the size of the first one.

    Guidance is the first stage's; the others keep to their pipelines' own.
    """
    words, unwanted = (plain_text(text, job.syntax, job.steps) for text in (job.prompt, job.negative_prompt))
    prompt: dict[str, Any] = {}

    def encoded(own: Any) -> dict[str, Any]:
        if not prompt:
            texts = own.encode_prompt(words, negative_prompt=unwanted, device=own._execution_device)
            prompt.update(zip(("prompt_embeds", "negative_prompt_embeds"), texts, strict=True))
        return prompt

    def first(own: Any, _before: Any) -> dict[str, Any]:
        arguments = call_arguments(small, family, own, source, generator)
        del arguments["prompt"], arguments["negative_prompt"]
        if source is not None:
            # As pixels: pictures it would resize to the one size that it was trained on.
            arguments |= source.pixels()
        return {**arguments, **encoded(own), "output_type": "pil" if len(pipelines) == 1 else "pt"}

    def second(own: Any, before: Any) -> dict[str, Any]:
        scale = own.unet.config.sample_size // pipelines[0].unet.config.sample_size
        size = {"width": small.width * scale, "height": small.height * scale}
        common = {"num_inference_steps": job.steps, "generator": generator, "output_type": "pil"}
        return {**prompt, **size, **common, "image": before}

    def third(own: Any, before: Any) -> dict[str, Any]:
        return {
            "prompt": words,
            "negative_prompt": unwanted,
            "image": before,
            "noise_level": _UPSCALER_NOISE,
            "num_inference_steps": job.steps,
            "generator": generator,
        }

    makers = (first, second, third)
    return [Stage(*parts) for parts in zip(pipelines, previewers, makers, strict=False)]
