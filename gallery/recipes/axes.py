"""What differs from picture to picture of a sheet, as pages show it: names, and values that lead to searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.provenance import Recipe
from gallery.recipes.facts import Fact, search_for

LABELS: dict[str, Any] = {
    "model": _("Model"),
    "lora": "LoRA",
    "lora_weight": _("LoRA weight"),
    "sampler": _("Sampler"),
    "steps": _("Steps"),
    "guidance": _("Guidance"),
    "words": _("Words of the prompt"),
    "prompt": _("Whole prompts"),
    "clip_skip": _("Clip skip"),
    "size": _("Size"),
    "strength": _("Strength"),
    "seed": _("Seed"),
}
_METATAGS = {
    "model": "model",
    "lora": "lora",
    "sampler": "sampler",
    "steps": "steps",
    "guidance": "cfg",
    "strength": "denoise",
    "seed": "seed",
}


@dataclass(frozen=True)
class ShownAxis:
    """An axis with its values; `across`: they run along the columns."""

    label: Any
    values: list[Fact]
    across: bool


def shown_axes(recipe: Recipe, *, reads_prompt: bool) -> list[ShownAxis]:
    """The axes of a sheet for one who may read the prompt, or may not: then those with its words are left out."""
    return [
        ShownAxis(
            LABELS.get(axis.name, axis.name),
            [Fact("", value or str(_("(nothing)")), _url(axis.name, value)) for value in axis.values],
            across=place == 0,
        )
        for place, axis in enumerate(recipe.axes)
        if reads_prompt or not axis.secret
    ]


def _url(name: str, value: str) -> str:
    if name == "size":
        width, _by, height = value.partition("×")
        both = width.strip(), height.strip()
        return search_for(("width", both[0]), ("height", both[1])) if all(side.isdecimal() for side in both) else ""
    if name not in _METATAGS or not value:
        return ""
    return search_for((_METATAGS[name], value.partition(":")[0].strip() if name == "lora" else value))
