"""Easy Diffusion: one PNG text for each setting, or JSON in the UserComment; keys short or as its page labels them.

Format: `easydiffusion/utils/save_utils.py` of Easy Diffusion 3.
"""

import re
from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_LABELS = {
    "stable_diffusion_model": "use_stable_diffusion_model",
    "vae_model": "use_vae_model",
    "sampler": "sampler_name",
    "steps": "num_inference_steps",
    "lora_model": "use_lora_model",
    "lora_strength": "lora_alpha",
}


def read(blocks: Blocks) -> Found | None:
    """What the texts say, if one of them names the model as only Easy Diffusion does."""
    said: dict[str, Any] = {_key(name): text for name, text in blocks.texts}
    raw = "\n".join(f"{name}: {text}" for name, text in blocks.texts)
    if "use_stable_diffusion_model" not in said:
        raw = blocks.exif.get("UserComment", "")
        said = {_key(key): value for key, value in (read_object(raw) or {}).items()}
    if "use_stable_diffusion_model" not in said:
        return None
    facts = Facts()
    facts.prompt("prompt", said.pop("prompt", None))
    facts.prompt("negative_prompt", said.pop("negative_prompt", None))
    facts.text("model_name", said.pop("use_stable_diffusion_model"), "use_stable_diffusion_model")
    facts.text("vae", said.pop("use_vae_model", None), "use_vae_model")
    facts.sampler(said.pop("sampler_name", None))
    facts.integer("steps", said.pop("num_inference_steps", None), "num_inference_steps")
    facts.number("cfg", said.pop("guidance_scale", None), "guidance_scale")
    facts.integer("seed", said.pop("seed", None), "seed")
    facts.integer("width", said.pop("width", None), "width", least=1)
    facts.integer("height", said.pop("height", None), "height", least=1)
    facts.number("denoise", said.pop("prompt_strength", None), "prompt_strength", least=0, most=1)
    if str(said.pop("clip_skip", "")).lower() == "true":
        facts.parts["clip_skip"] = 2
    loras, weights = said.pop("use_lora_model", None), said.pop("lora_alpha", None)
    for place, name in enumerate(loras if isinstance(loras, list) else [loras]):
        facts.lora(name, weights[place] if isinstance(weights, list) and place < len(weights) else weights)
    for key, value in said.items():
        facts.keep(key, value)
    return found(facts, names.EASY_DIFFUSION, "", raw)


def _key(label: str) -> str:
    key = re.sub(r"\W+", "_", label.lower())
    return _LABELS.get(key, key)
