"""The facts of a recipe in the order in which pages show them: what each is called, as text, and who may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.recipes.rows import State


@dataclass(frozen=True)
class Field:
    """One fact. `hidden`: only for those who may read the prompt. `metatag`: the search for it. `long`: a text that is
    compared word by word. `typed`: a person can change it."""

    name: str
    label: Any
    hidden: bool = False
    metatag: str = ""
    long: bool = False
    typed: bool = True


FIELDS = (
    Field("prompt", _("Prompt"), hidden=True, long=True),
    Field("negative_prompt", _("Negative prompt"), hidden=True, long=True),
    Field("model_name", _("Model"), metatag="model"),
    Field("model_hash", _("Model hash"), metatag="modelhash"),
    Field("sampler", _("Sampler"), metatag="sampler"),
    Field("scheduler", _("Schedule"), metatag="scheduler"),
    Field("steps", _("Steps"), metatag="steps"),
    Field("cfg", _("Guidance"), metatag="cfg"),
    Field("seed", _("Seed"), hidden=True, metatag="seed"),
    Field("width", _("Width"), metatag="width"),
    Field("height", _("Height"), metatag="height"),
    Field("denoise", _("Strength"), metatag="denoise"),
    Field("clip_skip", _("Clip skip")),
    Field("vae", "VAE"),
    Field("loras", _("LoRAs"), hidden=True, metatag="lora"),
    Field("embeddings", _("Embeddings"), hidden=True, typed=False),
    Field("hires_scale", _("Second pass, enlarged by")),
    Field("hires_steps", _("Second pass, steps")),
    Field("hires_denoise", _("Second pass, strength")),
    Field("hires_upscaler", _("Second pass, upscaler")),
    Field("generator", _("Generator"), metatag="generator"),
    Field("version", _("Generator’s version")),
)
BY_NAME = {field.name: field for field in FIELDS}


def texts_of(state: State) -> dict[str, str]:
    """Each fact as somebody would type it; empty where it is not known. LoRAs are lines `name:weight`."""
    recipe = state.recipe
    texts = {field.name: text_of(getattr(recipe, field.name)) for field in FIELDS if field.name not in _LISTS}
    texts["loras"] = "\n".join(f"{lora.name}:{text_of(lora.weight)}" for lora in recipe.loras)
    texts["embeddings"] = "\n".join(entry.name for entry in recipe.embeddings)
    return texts


def text_of(value: Any) -> str:
    """A number without exponent and without digits that say nothing, other things as they are written."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    return str(value)


def rest_texts(rest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Other keys with their values as texts, A–Z."""
    return sorted(
        (
            (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for key, value in rest.items()
        ),
        key=lambda pair: (pair[0].casefold(), pair[0]),
    )


_LISTS = {"loras", "embeddings"}
