"""Prompts to embeddings, exactly as StableDiffusionPipeline.encode_prompt makes them for plain text.

Weighted syntaxes join here: parse the text first, then encode its chunks. A prompt's key in the cache is then
the parsed form with all that changes the result (clip skip, LoRA set of the text encoder).
"""

from collections import OrderedDict
from typing import Any

import torch

CACHED_PROMPTS = 256
"""Negative prompts repeat across people; 256 embeddings of SD 1.5 in float32 are 60 MB."""


class PromptEncoder:
    """Encodes texts with one checkpoint's tokenizer and text encoder, and remembers the latest results."""

    def __init__(self, tokenizer: Any, text_encoder: Any, device: torch.device) -> None:
        self._tokenizer = tokenizer
        self._text_encoder = text_encoder
        self._device = device
        self._cache: OrderedDict[str, torch.Tensor] = OrderedDict()

    def encode(self, text: str) -> torch.Tensor:
        """Return the embedding of `text`, shape (1, tokens, width). Text beyond the last token is cut off."""
        if text in self._cache:
            self._cache.move_to_end(text)
            return self._cache[text]
        embedding = self._compute(text)
        self._cache[text] = embedding
        if len(self._cache) > CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return embedding

    def _compute(self, text: str) -> torch.Tensor:
        tokens = self._tokenizer(
            text,
            padding="max_length",
            max_length=self._tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        uses_mask = getattr(self._text_encoder.config, "use_attention_mask", False)
        mask = tokens.attention_mask.to(self._device) if uses_mask else None
        embedding = self._text_encoder(tokens.input_ids.to(self._device), attention_mask=mask)[0]
        result: torch.Tensor = embedding.to(dtype=self._text_encoder.dtype, device=self._device)
        return result
