"""What another booru's JSON says of how a picture was made."""

from typing import Any

from gallery.imports.item import text_of
from gallery.provenance import LoraEntry, Recipe

_PARAMETERS = {
    "sampler": "sampler",
    "schedule type": "scheduler",
    "scheduler": "scheduler",
    "steps": "steps",
    "cfg scale": "cfg",
    "scale": "cfg",
    "seed": "seed",
    "model": "model_name",
    "model hash": "model_hash",
    "denoising strength": "denoise",
    "strength": "denoise",
}
_SAME = ("prompt", "negative_prompt", "sampler", "scheduler", "steps", "cfg", "seed", "denoise", "width", "height")
_INTEGERS = {"steps": 2**31 - 1, "seed": 2**63 - 1, "width": 2**31 - 1, "height": 2**31 - 1}
_DECIMALS = frozenset({"cfg", "denoise"})
_LENGTHS = {"model_name": 200, "model_hash": 64, "sampler": 60, "scheduler": 60, "generator": 40, "version": 40}
_TEXT = 20_000


def recipe_in(post: dict[str, Any]) -> Recipe | None:
    """The recipe in a post of Irodori (`generation`) or of AIBooru (`ai_metadata`); None where there is none."""
    ours, theirs = post.get("generation"), post.get("ai_metadata")
    if isinstance(ours, dict):
        found = {name: ours.get(name) for name in _SAME}
        found |= {"model_name": ours.get("model"), "model_hash": ours.get("model_hash")}
        found |= {"generator": ours.get("generator"), "version": ours.get("generator_version")}
        loras = ours.get("loras")
        names_of_loras = [text_of(name, 200) for name in loras[:100]] if isinstance(loras, list) else []
        return _recipe(found, tuple(LoraEntry(name) for name in names_of_loras if name))
    if isinstance(theirs, dict):
        found = {name: theirs.get(name) for name in ("prompt", "negative_prompt")}
        parameters = theirs.get("parameters")
        for key, value in parameters.items() if isinstance(parameters, dict) else ():
            if isinstance(key, str) and key.lower() in _PARAMETERS:
                found[_PARAMETERS[key.lower()]] = value
        return _recipe(found, ())
    return None


def _recipe(found: dict[str, Any], loras: tuple[LoraEntry, ...]) -> Recipe | None:
    fields = {name: _value(name, value) for name, value in found.items()}
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    if not given and not loras:
        return None
    return Recipe(**({"generator": "", "version": ""} | given), loras=loras)


def _value(name: str, value: Any) -> Any:
    """The value as a recipe holds it; None for what it can't be. AIBooru writes all of them as text."""
    if name in _INTEGERS or name in _DECIMALS:
        try:
            number = float(value) if name in _DECIMALS else int(value)
        except (TypeError, ValueError, OverflowError):
            return None
        most = _INTEGERS.get(name, 1e6)
        least = -(2**63) if name == "seed" else 0
        return number if least <= number <= most else None
    return text_of(value, _LENGTHS.get(name, _TEXT))
