"""The Stable Diffusion XL family: two text encoders, a pooled embedding, and the picture's size told to the denoiser.

Without the refiner, which is a pipeline of its own for what a base model drew.
"""

from pathlib import Path
from typing import Any

import torch

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.conditioning import Conditioning
from generation.engine.jobs import EngineJob
from generation.engine.pipeline_loading import load_pipeline
from generation.engine.stable_diffusion import StableDiffusion


def load(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype, vae: str = "") -> "StableDiffusionXL":
    """Load the checkpoint, with the VAE at `vae` in the place of its own if that is said.

    Raises EngineError corrupt_checkpoint, unsupported_checkpoint, missing_resource, corrupt_resource.
    """
    pipeline = load_pipeline(facts, dtype, vae=Path(vae) if vae else None)
    loaded = StableDiffusionXL(facts, pipeline, device, dtype)
    loaded.borrowed_vae = vae
    return loaded


class StableDiffusionXL(StableDiffusion):
    """A loaded checkpoint of this family."""

    def __init__(self, facts: CheckpointFacts, pipeline: Any, device: torch.device, dtype: torch.dtype) -> None:
        if pipeline.vae.dtype == torch.float16 and getattr(pipeline.vae.config, "force_upcast", False):
            # The XL autoencoder overflows in float16; it says so in its config.
            pipeline.vae.to(dtype=torch.float32)
        super().__init__(facts, pipeline, device, dtype)
        self._zero_when_empty = bool(pipeline.config.force_zeros_for_empty_prompt)

    def _condition(self, text: str, job: EngineJob, negative: bool, **additions: Any) -> Conditioning:
        conditioning = super()._condition(text, job, negative, **additions)
        if negative and not text and self._zero_when_empty:
            # What the base model was trained on for "no prompt" is nothing, not the embedding of an empty text.
            return Conditioning(*(part if part is None else torch.zeros_like(part) for part in conditioning))
        return conditioning
