"""InvokeAI: `invokeai_metadata` (3 and later), `sd-metadata` and `Dream` (before).

Formats: InvokeAI's core metadata; the 2.x JSON (`app_id`, `image`) and the command line of lstein/stable-diffusion.
"""

import re
from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_TYPED = frozenset((
    "positive_prompt", "negative_prompt", "width", "height", "seed", "cfg_scale", "guidance", "steps",
    "scheduler", "clip_skip", "model", "loras", "vae", "strength", "rand_device", "app_version",
    "refiner_model", "refiner_start", "hrf_strength", "positive_style_prompt", "negative_style_prompt",
))  # fmt: skip
_FLAG = re.compile(r"\s-([A-Za-z])\s?([^\s\"-][^\s\"]{0,100})")
_UNWANTED = re.compile(r"\[([^\[\]]{0,5000})\]")


def read(blocks: Blocks) -> Found | None:
    """What the newest of the three kinds of text says."""
    text = blocks.text("invokeai_metadata") or blocks.text("invokeai")
    if (metadata := read_object(text)) is not None:
        return _newer(metadata, text)
    text = blocks.text("sd-metadata")
    if (metadata := read_object(text)) is not None and isinstance(metadata.get("image"), dict):
        return _older(metadata, metadata["image"], text)
    text = blocks.text("Dream")
    return _oldest(text) if text else None


def _newer(metadata: dict[str, Any], text: str) -> Found | None:
    node = metadata.get("node")
    said = node if isinstance(node, dict) else metadata
    if not any(key in said for key in ("positive_prompt", "generation_mode", "model", "seed", "app_version")):
        return None
    facts = Facts()
    facts.prompt("prompt", said.get("positive_prompt"))
    facts.prompt("negative_prompt", said.get("negative_prompt"))
    for style in ("positive_style_prompt", "negative_style_prompt"):
        if said.get(style) != said.get(style.replace("_style", "")):
            facts.keep(style, said.get(style))
    facts.integer("width", said.get("width"), "width", least=1)
    facts.integer("height", said.get("height"), "height", least=1)
    facts.integer("seed", said.get("seed"), "seed")
    facts.number("cfg", said.get("cfg_scale"), "cfg_scale")
    facts.number("guidance", said.get("guidance"), "guidance")
    facts.integer("steps", said.get("steps"), "steps")
    facts.sampler(said.get("scheduler"), name="scheduler")
    if said.get("clip_skip"):
        # InvokeAI counts the layers left out, everyone else the layer that is taken.
        layers = said["clip_skip"]
        facts.integer("clip_skip", layers + 1 if isinstance(layers, int) else layers, "clip_skip")
    facts.text("rng", said.get("rand_device"), "rand_device")
    name, digits = _model(said.get("model"))
    facts.text("model_name", name, "model")
    facts.hash("model_hash", digits.removeprefix("sha256:"), "model_hash")
    facts.text("vae", _model(said.get("vae"))[0], "vae")
    facts.text("refiner", _model(said.get("refiner_model"))[0], "refiner_model")
    facts.number("refiner_switch", said.get("refiner_start"), "refiner_start", least=0, most=1)
    facts.number("denoise", said.get("strength"), "strength", least=0, most=1)
    facts.number("hires_denoise", said.get("hrf_strength"), "hrf_strength", least=0, most=1)
    loras = said.get("loras")
    for lora in loras if isinstance(loras, list) else ():
        if isinstance(lora, dict):
            which, hashed = _model(lora.get("model") or lora.get("lora"))
            facts.lora(which, lora.get("weight"), digits=hashed.removeprefix("sha256:"))
    for key, value in said.items():
        if key not in _TYPED:
            facts.keep(key, value)
    facts.keep("model", said.get("model"))
    return found(facts, names.INVOKEAI, said.get("app_version"), text)


def _model(said: Any) -> tuple[str, str]:
    """Name and hash of a model, which was a plain name once."""
    if isinstance(said, str):
        return said, ""
    if not isinstance(said, dict):
        return "", ""
    name = said.get("name") or said.get("model_name")
    digits = said.get("hash")
    return name if isinstance(name, str) else "", digits if isinstance(digits, str) else ""


def _older(metadata: dict[str, Any], image: dict[str, Any], text: str) -> Found:
    facts = Facts()
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        prompt = " ".join(
            part["prompt"] for part in prompt if isinstance(part, dict) and isinstance(part.get("prompt"), str)
        )
    _prompts(facts, prompt)
    facts.integer("steps", image.get("steps"), "steps")
    facts.number("cfg", image.get("cfg_scale"), "cfg_scale")
    facts.integer("seed", image.get("seed"), "seed")
    facts.integer("width", image.get("width"), "width", least=1)
    facts.integer("height", image.get("height"), "height", least=1)
    facts.sampler(image.get("sampler"))
    if image.get("type") == "img2img":
        facts.number("denoise", image.get("strength"), "strength", least=0, most=1)
    facts.text("model_name", metadata.get("model_weights") or metadata.get("model"), "model_weights")
    facts.hash("model_hash", metadata.get("model_hash"), "model_hash")
    for key, value in image.items():
        if key not in ("prompt", "steps", "cfg_scale", "seed", "width", "height", "sampler", "strength"):
            facts.keep(key, value)
    return found(facts, names.INVOKEAI, metadata.get("app_version"), text)


def _oldest(text: str) -> Found | None:
    quoted = text.strip()
    if not quoted.startswith('"') or (end := quoted.rfind('"')) < 1:
        return None
    flags = dict(_FLAG.findall(quoted[end + 1 :][:5000]))
    if not flags.keys() & {"s", "S", "C", "A"}:
        return None
    facts = Facts()
    _prompts(facts, quoted[1:end])
    facts.integer("steps", flags.get("s"), "-s")
    facts.integer("seed", flags.get("S"), "-S")
    facts.integer("width", flags.get("W"), "-W", least=1)
    facts.integer("height", flags.get("H"), "-H", least=1)
    facts.number("cfg", flags.get("C"), "-C")
    facts.sampler(flags.get("A"), name="-A")
    facts.number("denoise", flags.get("f"), "-f", least=0, most=1)
    return found(facts, names.INVOKEAI, "", text)


def _prompts(facts: Facts, text: Any) -> None:
    """What stands in brackets was the negative prompt then."""
    if isinstance(text, str):
        facts.prompt("negative_prompt", ", ".join(part.strip() for part in _UNWANTED.findall(text)))
        facts.prompt("prompt", _UNWANTED.sub("", text))
