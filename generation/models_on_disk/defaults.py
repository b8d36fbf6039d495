"""What a new model starts with, by its base: what most models of that base are used with. All of it can be changed."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.limits import REMOTE, cannot
from generation.engine.sampler_names import SAMPLER_NAMES
from generation.engine.stock.families import abilities_of_family, samplers_of_family

BASE_NAMES: dict[str, str | Promise] = {
    REMOTE: gettext_lazy("image server"),
    "sd1": "Stable Diffusion 1",
    "sd2": "Stable Diffusion 2",
    "sdxl": "Stable Diffusion XL",
}
BASES = ("sd1", "sd2", "sdxl")
_NATIVE = {"sd1": 512, "sd2": 768, "sdxl": 1024}
# Native side, largest side, steps, guidance and samplers in the order of liking.
_BY_BASE: dict[str, tuple[int, int, int, float, tuple[str, ...]]] = {
    "sd1": (256, 1536, 28, 7.0, ("DPM++ 2M Karras", "Euler a")),
    "sd2": (256, 1536, 28, 7.0, ("Euler a",)),
    "sdxl": (512, 2048, 28, 6.0, ("Euler a",)),
}
_OTHERS = (256, 2048, 28, 4.5, ("Euler",))
_V_PREDICTION_GUIDANCE = 5.0


def base_name(base: str) -> str:
    """What people call a base, in the reader's language; other families keep their pipeline's name."""
    return str(BASE_NAMES.get(base, base.removesuffix("Pipeline")))


def columns_for(facts: CheckpointFacts) -> dict[str, Any]:
    """The columns of a `Checkpoint` that follow from what its files say."""
    smallest, largest, steps, guidance, liked = _BY_BASE.get(facts.base, _OTHERS)
    native = facts.native_size if facts.native_size >= 8 else _NATIVE.get(facts.base, 1024)
    samplers = samplers_of_family(facts.family, facts.scheduler_config)
    sampler = next((name for name in (*liked, "Euler", *samplers) if name in samplers), SAMPLER_NAMES[0])
    if facts.prediction_type == "v_prediction" and facts.base == "sdxl":
        guidance = _V_PREDICTION_GUIDANCE
    return {
        "family": facts.base[:30],
        "native_width": native,
        "native_height": native,
        "min_side": min(smallest, native),
        "max_side": max(largest, native),
        "side_multiple": facts.size_multiple,
        "max_steps": 150,
        "default_steps": steps,
        "default_sampler": sampler,
        "samplers": list(samplers),
        "default_guidance": guidance,
        # The models that descend from NovelAI's were trained on the text encoder's last layer but one.
        "default_clip_skip": 2 if facts.text_model_is_flat else 1,
        "prediction_type": facts.prediction_type,
        "abilities": list(abilities_of_family(facts.family)),
    }


def fits(resource_family: str, kind: str, checkpoint_family: str) -> bool:
    """Whether a resource of one base can be used with a checkpoint of another: 1 and 2 share their VAEs.

    With most families nothing can: their stock pipelines and the image servers take no additions.
    """
    if kind in cannot(checkpoint_family):
        return False
    if kind == "vae" and {resource_family, checkpoint_family} <= {"sd1", "sd2"}:
        return True
    return resource_family == checkpoint_family
