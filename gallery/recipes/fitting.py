"""What a file says of a picture, made to fit the columns: a file may say anything, and no publication fails for it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from gallery.provenance import Recipe

# As long as the columns of PostGeneration.
LENGTHS = {"model_name": 200, "model_hash": 64, "sampler": 60, "scheduler": 60, "generator": 40, "version": 40}
MOST_STEPS, MOST_PIXELS = 2**31 - 1, 2**31 - 1
SEEDS = (-(2**63), 2**63 - 1)
MOST_RAW = 8 * 2**20
DEEPEST = 12
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_RANGES: dict[str, tuple[float, float]] = {
    "steps": (0, MOST_STEPS),
    "width": (0, MOST_PIXELS),
    "height": (0, MOST_PIXELS),
    "seed": SEEDS,
    "cfg": (-1e9, 1e9),
    "denoise": (-1e9, 1e9),
}


def fitted(recipe: Recipe, rest: Mapping[str, Any]) -> tuple[Recipe, dict[str, Any]]:
    """The recipe without what the columns cannot hold, and `rest` with it: a name that is too long stands there whole,
    the column keeps its beginning; a number out of every range stands there alone."""
    kept = {str(storable(str(key)))[:200]: storable(value) for key, value in rest.items()}
    changed: dict[str, Any] = {}
    for each in fields(recipe):
        name, value = each.name, getattr(recipe, each.name)
        if name in LENGTHS and len(value) > LENGTHS[name]:
            changed[name] = value[: LENGTHS[name]]
        elif name in _RANGES and value is not None and not _within(value, *_RANGES[name]):
            changed[name] = None
        else:
            continue
        kept.setdefault(name, storable(value))
    return replace(recipe, **changed), kept


def storable(value: Any, depth: int = 0) -> Any:
    """The same as JSON and PostgreSQL can keep it: no NUL, no half of a character, no number that is none."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)[:MOST_RAW]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= DEEPEST:
        return storable(json.dumps(value, default=str, ensure_ascii=False))
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [storable(each, depth + 1) for each in value]
    return storable(str(value))


def _within(value: float, low: float, high: float) -> bool:
    # NaN is within nothing. A whole number may be too large to be made a float: it is compared as it is.
    return low <= value <= high
