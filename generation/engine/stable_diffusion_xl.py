"""The Stable Diffusion XL family: two text encoders, a pooled embedding, and the picture's size told to the denoiser.

Without the refiner, which is a pipeline of its own for what a base model drew.
"""

from typing import Any

import torch

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.conditioning import Conditioning
from generation.engine.jobs import EngineJob
from generation.engine.pipeline_loading import load_pipeline
from generation.engine.stable_diffusion import StableDiffusion, bytes_of, own_weights


def load(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype) -> "StableDiffusionXL":
    """Load the checkpoint. Raises EngineError corrupt_checkpoint, unsupported_checkpoint."""
    return StableDiffusionXL(facts, load_pipeline(facts, dtype), device, dtype)


class StableDiffusionXL(StableDiffusion):
    """A loaded checkpoint of this family."""

    def __init__(self, facts: CheckpointFacts, pipeline: Any, device: torch.device, dtype: torch.dtype) -> None:
        if pipeline.vae.dtype == torch.float16 and getattr(pipeline.vae.config, "force_upcast", False):
            # The XL autoencoder overflows in float16; it says so in its config.
            pipeline.vae.to(dtype=torch.float32)
        super().__init__(facts, pipeline, device, dtype)
        self._tokenizers = [pipeline.tokenizer, pipeline.tokenizer_2]
        self._text_encoders = [pipeline.text_encoder, own_weights(pipeline.text_encoder_2.to(device))]
        self.nbytes += bytes_of(pipeline.text_encoder_2)
        self._zero_when_empty = bool(pipeline.config.force_zeros_for_empty_prompt)

    def _condition(self, text: str, job: EngineJob, *, negative: bool) -> Conditioning:
        """Encode `text` with both encoders' last layer but one, side by side, and the second one's pooled output."""
        hidden = []
        pooled = None
        for tokenizer, encoder in zip(self._tokenizers, self._text_encoders, strict=True):
            ids = tokenizer(
                text,
                padding="max_length",
                max_length=tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            ).input_ids
            output = encoder(ids.to(self._device), output_hidden_states=True)
            hidden.append(output.hidden_states[-2])
            pooled = output[0]
        conditioning = Conditioning(torch.cat(hidden, dim=-1).to(self._dtype), pooled)
        if negative and not text and self._zero_when_empty:
            # What the base model was trained on for "no prompt" is nothing, not the embedding of an empty text.
            tokens = torch.zeros_like(conditioning.tokens)
            return Conditioning(tokens, None if pooled is None else torch.zeros_like(pooled))
        return conditioning
