"""What differs between the recipes of two takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from generation.models import Take

# In the order in which they are read; what isn't here says nothing to people.
FACTS: dict[str, Any] = {
    "prompt": _("Prompt"),
    "negative_prompt": _("Negative prompt"),
    "model_name": _("Model"),
    "seed": _("Seed"),
    "steps": _("Steps"),
    "sampler": _("Sampler"),
    "cfg": _("Guidance"),
    "loras": _("LoRAs"),
    "embeddings": _("Embeddings"),
    "denoise": _("Strength"),
    "clip_skip": _("Clip skip"),
    "vae": "VAE",
    "hires_scale": _("Second pass"),
    "outpaint": _("Added at the edges"),
}


@dataclass(frozen=True)
class Fact:
    """One line: what it is, and what both say."""

    name: str
    label: Any
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether both say something else."""
        return self.first != self.second


def facts_of(first: Take, second: Take) -> list[Fact]:
    """All that either recipe says, the sizes of the pictures among it."""
    lines = [Fact("size", _("Size"), _size(first), _size(second))]
    for name, label in FACTS.items():
        one, other = _said(first.recipe.get(name)), _said(second.recipe.get(name))
        if one or other:
            lines.append(Fact(name, label, one, other))
    return lines


def _size(take: Take) -> str:
    return f"{take.asset.width} × {take.asset.height}"


def _said(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, dict):
        weight = value.get("weight")
        return f"{value.get('name', '')}{f' × {weight:g}' if isinstance(weight, (int, float)) else ''}"
    return f"{value:g}" if isinstance(value, float) else str(value)
