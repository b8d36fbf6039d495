"""A training that begins with what an exported model already knows, also where its shape differs a little.

Checkpoints stay on the machine that trained; the exported folder travels. UNets are matched from the coarsest
resolution outward, tags by their names; whatever has no counterpart of the same shape starts fresh.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import nn
from transformers import CLIPTextModel

_DOWN_BLOCK = re.compile(r"^down_blocks\.(\d+)\.")
_TOKENS = "token_embedding.weight"
SPECIAL_TOKENS = 2


def inherit_unet(unet: nn.Module, folder: Path) -> set[str]:
    """Copy what fits from the exported UNet; returns the names of the parameters that were copied."""
    old: Any = UNet2DConditionModel.from_pretrained(folder / "unet", local_files_only=True, torch_dtype=torch.float32)
    further_out = len(unet.config.block_out_channels) - len(old.config.block_out_channels)

    def name_in_new(name: str) -> str:
        # Ways up are numbered from the coarsest resolution, ways down from the finest.
        return _DOWN_BLOCK.sub(lambda found: f"down_blocks.{int(found[1]) + further_out}.", name)

    return _copy(unet, {name_in_new(name): weight for name, weight in old.state_dict().items()})


def inherit_text_encoder(text: nn.Module, folder: Path, tags: tuple[str, ...]) -> set[str]:
    """Copy the exported text encoder and the rows of the tags that both know; returns the copied names."""
    old: Any = CLIPTextModel.from_pretrained(folder / "text_encoder", local_files_only=True, torch_dtype=torch.float32)
    known = json.loads((folder / "irodori.json").read_text("utf-8"))["known_tags"]
    weights = with_rows_by_tag(old.state_dict(), text.state_dict(), [tag["name"] for tag in known], tags)
    return _copy(text, weights)


def with_rows_by_tag(
    stored: dict[str, torch.Tensor], fresh: dict[str, torch.Tensor], stored_tags: list[str], tags: tuple[str, ...]
) -> dict[str, torch.Tensor]:
    """The stored text encoder for another vocabulary: each tag keeps its row, new tags have the fresh one's."""
    complete = dict(stored)
    rows = {tag: row for row, tag in enumerate(stored_tags, start=SPECIAL_TOKENS)}
    for name, old in stored.items():
        if name.endswith(_TOKENS):
            table = fresh[name].clone()
            table[:SPECIAL_TOKENS] = old[:SPECIAL_TOKENS]
            for row, tag in enumerate(tags, start=SPECIAL_TOKENS):
                if tag in rows:
                    table[row] = old[rows[tag]]
            complete[name] = table
    return complete


@torch.no_grad()
def _copy(model: nn.Module, weights: dict[str, torch.Tensor]) -> set[str]:
    copied = set()
    for name, parameter in model.named_parameters():
        found = weights.get(name)
        if found is not None and found.shape == parameter.shape:
            parameter.copy_(found)
            copied.add(name)
    return copied
