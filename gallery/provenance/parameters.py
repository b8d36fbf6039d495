"""The text that AUTOMATIC1111's web UI writes into pictures and that most programs read.

Format: `create_infotext` and `quote` of stable-diffusion-webui 1.10, with the keys that its image to image, hires
fix, LoRA and embedding code adds, and its script for comparisons, `xyz_grid.py`.
"""

import json
from collections.abc import Iterable
from typing import Any

from gallery.provenance.recipe import Axis, EmbeddingEntry, LoraEntry, Recipe

_UPSCALERS = {"latent": "Latent", "lanczos": "Lanczos"}

_TYPES = {
    "model": "Checkpoint name",
    "sampler": "Sampler",
    "steps": "Steps",
    "guidance": "CFG Scale",
    "words": "Prompt S/R",
    "clip_skip": "Clip skip",
    "size": "Size",
    "strength": "Denoising",
    "seed": "Seed",
}


def parameters_text(recipe: Recipe, include_prompt: bool = True) -> str:
    """Prompt, negative prompt and one line of settings.

    Without the prompt, the negative prompt, the seed, the LoRAs and the embeddings go too: what is left says which
    model and settings drew the picture, and reads as an empty prompt.
    """
    settings: dict[str, Any] = {
        "Steps": recipe.steps,
        "Sampler": recipe.sampler or None,
        "Schedule type": recipe.scheduler or None,
        "CFG scale": _number(recipe.cfg),
        "Distilled CFG Scale": _number(recipe.guidance),
        "Seed": recipe.seed if include_prompt else None,
        "Size": f"{recipe.width}x{recipe.height}" if recipe.width and recipe.height else None,
        "Model hash": recipe.model_hash[:10] or None,
        "Model": recipe.model_name or None,
        "VAE hash": recipe.vae_hash[:10] or None,
        "VAE": recipe.vae or None,
        "Denoising strength": _number(recipe.denoise if recipe.denoise is not None else recipe.hires_denoise),
        "Mask blur": recipe.mask_blur,
        "Clip skip": recipe.clip_skip,
        "Hires upscale": _number(recipe.hires_scale),
        "Hires steps": recipe.hires_steps,
        "Hires upscaler": _UPSCALERS.get(recipe.hires_upscaler, recipe.hires_upscaler) or None,
        "Refiner": recipe.refiner or None,
        "Refiner switch at": _number(recipe.refiner_switch),
        "RNG": recipe.rng or None,
        "Lora hashes": _hashes(recipe.loras) if include_prompt else None,
        "TI hashes": _hashes(recipe.embeddings) if include_prompt else None,
        **_axes(recipe.axes if include_prompt else recipe.without_prompt().axes),
        "Version": f"{recipe.generator} {recipe.version}".strip() or None,
    }
    line = ", ".join(f"{key}: {_quote(value)}" for key, value in settings.items() if value is not None)
    if not include_prompt:
        return line
    negative = f"\nNegative prompt: {recipe.negative_prompt}" if recipe.negative_prompt else ""
    return f"{recipe.prompt}{negative}\n{line}".strip()


def _axes(axes: Iterable[Axis]) -> dict[str, str]:
    """What differs within a sheet, under the names of A1111's script; a value with a comma stands in quotes there."""
    told: dict[str, str] = {}
    for letter, axis in zip("XY", axes, strict=False):
        told["Script"] = "X/Y/Z plot"
        told[f"{letter} Type"] = _TYPES.get(axis.name, axis.name)
        told[f"{letter} Values"] = ", ".join(_csv(value) for value in axis.values)
    return told


def _csv(value: str) -> str:
    if not any(mark in value for mark in ',"\n'):
        return value
    return '"' + value.replace('"', '""') + '"'


def _hashes(entries: Iterable[LoraEntry | EmbeddingEntry]) -> str | None:
    """`name: hash, name: hash`: of a LoRA the first twelve hex digits over its weights, as A1111 has it, else the
    first ten over the file, by which Civitai finds it."""
    known = {entry.name: getattr(entry, "weights_sha256", "")[:12] or entry.sha256[:10] for entry in entries}
    return ", ".join(f"{name}: {short}" for name, short in known.items() if short) or None


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value


def _quote(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(mark in text for mark in ",\n:") else text
