"""A recipe that a copy tells, field by field within bounds. It is a claim: nothing of it counts as made here."""

from __future__ import annotations

import math
import re
from typing import Any

from gallery.provenance import Axis, EmbeddingEntry, LoraEntry, Recipe
from gallery.recipes.axes import LABELS

LONGEST_PROMPT = 20_000
TEXTS = {
    "prompt": LONGEST_PROMPT,
    "negative_prompt": LONGEST_PROMPT,
    "model_name": 200,
    "model_hash": 64,
    "sampler": 60,
    "scheduler": 60,
    "vae": 200,
    "vae_hash": 64,
    "masked_content": 20,
    "hires_upscaler": 60,
    "refiner": 200,
    "rng": 10,
    "generator": 40,
    "version": 40,
}
WHOLE = {
    "steps": 10_000,
    "width": 2**20,
    "height": 2**20,
    "clip_skip": 100,
    "mask_blur": 1000,
    "only_masked": 10_000,
    "hires_steps": 10_000,
    "seed": 2**63 - 1,
}
DECIMAL = ("cfg", "denoise", "hires_scale", "hires_denoise", "guidance", "refiner_switch")
MOST_AXES, MOST_VALUES = 2, 8
MOST_ENTRIES, MOST_WEIGHT, MOST_DECIMAL, MOST_MARGIN = 100, 1000.0, 1e6, 2**20
_HASH = re.compile("[0-9A-Fa-f]{1,64}")


def checked_recipe(raw: Any) -> Recipe:
    """What `raw` says of how a picture was made; what is of another kind than it should be is left out."""
    told = raw if isinstance(raw, dict) else {}
    values: dict[str, Any] = {"generator": "", "version": ""}
    for name, limit in TEXTS.items():
        if isinstance(told.get(name), str):
            values[name] = told[name][:limit]
    for name, most in WHOLE.items():
        least = -(2**63) if name == "seed" else 0
        if type(told.get(name)) is int and least <= told[name] <= most:
            values[name] = told[name]
    for name in DECIMAL:
        values[name] = _decimal(told.get(name), MOST_DECIMAL)
    values["outpaint"] = _margins(told.get("outpaint"))
    values["loras"] = tuple(_lora(entry) for entry in _entries(told.get("loras")))
    embeddings = _entries(told.get("embeddings"))
    values["embeddings"] = tuple(EmbeddingEntry(_storable(one["name"]), _hash(one.get("sha256"))) for one in embeddings)
    values["axes"] = _axes(told.get("axes"))
    values["composite"] = told.get("composite") is True
    return Recipe(**values)


def says_nothing(recipe: Recipe) -> bool:
    """Whether nothing in it says that a machine drew the picture."""
    return not (recipe.prompt or recipe.model_name or recipe.sampler or recipe.steps)


def _entries(value: Any) -> list[dict[str, Any]]:
    listed = value[:MOST_ENTRIES] if isinstance(value, list) else []
    return [entry for entry in listed if isinstance(entry, dict) and isinstance(entry.get("name"), str)]


def _axes(value: Any) -> tuple[Axis, ...]:
    """What differs from picture to picture of a sheet; its values can be whole prompts."""
    found = [entry for entry in _entries(value) if entry["name"] in LABELS and isinstance(entry.get("values"), list)]
    return tuple(
        Axis(entry["name"], tuple(_storable(one, LONGEST_PROMPT) for one in entry["values"] if isinstance(one, str)))
        for entry in found[:MOST_AXES]
        if len(entry["values"]) <= MOST_VALUES
    )


def _lora(entry: dict[str, Any]) -> LoraEntry:
    weight, text_weight = (_decimal(entry.get(name), MOST_WEIGHT) for name in ("weight", "text_weight"))
    return LoraEntry(
        _storable(entry["name"]),
        _hash(entry.get("sha256")),
        1.0 if weight is None else weight,
        1.0 if text_weight is None else text_weight,
        _hash(entry.get("weights_sha256")),
    )


def _storable(text: str, most: int = 200) -> str:
    return re.sub("[\x00\ud800-\udfff]", "", text)[:most]


def _hash(value: Any) -> str:
    return value if isinstance(value, str) and _HASH.fullmatch(value) else ""


def _decimal(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # An integer of hundreds of digits is no float.
    return float(value) if abs(value) <= most and math.isfinite(value) else None


def _margins(value: Any) -> tuple[int, int, int, int] | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(type(one) is int and 0 <= one <= MOST_MARGIN for one in value):
        return None
    return value[0], value[1], value[2], value[3]
