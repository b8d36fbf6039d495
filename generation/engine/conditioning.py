"""What the denoiser is told about a picture besides its latents, and how rows of unequal length share a call."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional


class Conditioning(NamedTuple):
    """One encoded prompt: `tokens` (1, length, width), and for Stable Diffusion XL `pooled` (1, width)."""

    tokens: torch.Tensor
    pooled: torch.Tensor | None = None


def join(rows: Sequence[Conditioning]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return all tokens as (rows, longest, width), and which are real, (rows, longest), or None when all are.

    Prompts of more than one chunk are longer than others; what fills up the shorter ones is hidden from attention.
    """
    lengths = [row.tokens.shape[1] for row in rows]
    longest = max(lengths)
    if min(lengths) == longest:
        return torch.cat([row.tokens for row in rows]), None
    padded = [functional.pad(row.tokens, (0, 0, 0, longest - row.tokens.shape[1])) for row in rows]
    real = torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None]
    return torch.cat(padded), send(real.to(padded[0].dtype), padded[0].device)


def added_to_time(rows: Sequence[Conditioning], sizes: Sequence[tuple[int, int]]) -> dict[str, Any] | None:
    """Return what Stable Diffusion XL adds to the noise level, or None for a model without pooled embeddings.

    `sizes` are (width, height) per row. Time ids are original size, crop corner and target size, each height first.
    """
    pooled = [row.pooled for row in rows if row.pooled is not None]
    if not pooled:
        return None
    text_embeds = torch.cat(pooled)
    ids = [(height, width, 0, 0, height, width) for width, height in sizes]
    time_ids = torch.tensor(ids, dtype=text_embeds.dtype)
    return {"text_embeds": text_embeds, "time_ids": send(time_ids, text_embeds.device)}


def send(small: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return a tensor of the CPU on `device`; a GPU need not have caught up with the CPU for it."""
    if device.type != "cuda":
        return small.to(device)
    return small.pin_memory().to(device, non_blocking=True)
