"""Generation data that somebody pasted as a text, as programs write them into pictures."""

from __future__ import annotations

import re
from typing import NamedTuple

from gallery.provenance import LoraEntry, Recipe

LONGEST = 200_000
# The last line of AUTOMATIC1111's text: `Steps: 20, Sampler: Euler a, …`; a value with a comma is quoted.
# The bounds keep the work small whatever somebody pastes.
_PAIR = re.compile(r'(?<![\w \-/])\s{0,4}(\w[\w \-/]{0,60}):\s{0,4}("(?:\\.|[^\\"]){0,20000}"|[^,]*)(?:,|$)')
_LORA = re.compile(r"<(?:lora|lyco):([^:<>]{1,200}):(-?\d+(?:\.\d+)?)[^<>]*>")
_NEGATIVE = "Negative prompt:"
_NAMES = {
    "Steps": "steps",
    "Sampler": "sampler",
    "Schedule type": "scheduler",
    "CFG scale": "cfg",
    "Seed": "seed",
    "Model hash": "model_hash",
    "Model": "model_name",
    "VAE": "vae",
    "Denoising strength": "denoise",
    "Clip skip": "clip_skip",
    "Hires upscale": "hires_scale",
    "Hires steps": "hires_steps",
    "Hires upscaler": "hires_upscaler",
}
_WHOLE = {"steps", "seed", "clip_skip", "hires_steps"}
_DECIMAL = {"cfg", "denoise", "hires_scale"}


class Pasted(NamedTuple):
    """What a text says: the recipe, and the other keys."""

    recipe: Recipe
    rest: dict[str, str]


def read_pasted(text: str) -> Pasted | None:
    """The recipe in a text as AUTOMATIC1111 writes it; None for a text that is none.

    Prompt, then a line that begins with `Negative prompt:`, then one line of settings that has `Steps:` in it.
    """
    lines = text[:LONGEST].replace("\r\n", "\n").strip().split("\n")
    settings = {key.strip(): _unquoted(value.strip()) for key, value in _PAIR.findall(lines[-1])}
    if "Steps" not in settings or len(settings) < 2:
        return None
    prompt, _mark, negative = "\n".join(lines[:-1]).partition(_NEGATIVE)
    values: dict[str, object] = {"generator": "", "version": ""}
    rest: dict[str, str] = {}
    for key, value in settings.items():
        name = _NAMES.get(key)
        number = _number(value, whole=name in _WHOLE) if name in _WHOLE | _DECIMAL else None
        size = re.fullmatch(r"(\d{1,6})x(\d{1,6})", value) if key == "Size" else None
        if size:
            values |= {"width": int(size[1]), "height": int(size[2])}
        elif name and (name not in _WHOLE | _DECIMAL or number is not None):
            values[name] = value if number is None else number
        elif value:
            rest[key] = value
    loras = {name: LoraEntry(name, "", float(weight), float(weight)) for name, weight in _LORA.findall(prompt)}
    recipe = Recipe(
        prompt=prompt.strip(),
        negative_prompt=negative.strip(),
        loras=tuple(loras.values()),
        **values,  # type: ignore[arg-type]
    )
    return Pasted(recipe, rest)


def _number(text: str, *, whole: bool) -> int | float | None:
    if not re.fullmatch(r"-?\d{1,20}" if whole else r"-?\d{1,20}(\.\d{1,20})?", text):
        return None
    return int(text) if whole else float(text)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if len(text) >= 2 and text[0] == text[-1] == '"' else text
