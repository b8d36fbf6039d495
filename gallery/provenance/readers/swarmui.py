"""SwarmUI. Format: `docs/Image Metadata Format.md` of SwarmUI (`sui_image_params`, `sui_extra_data`, `sui_models`)."""

from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_TYPED = frozenset((
    "prompt", "negativeprompt", "model", "seed", "steps", "cfgscale", "fluxguidancescale", "width", "height",
    "sampler", "scheduler", "vae", "loras", "loraweights", "swarm_version", "initimagecreativity",
    "refinerupscale", "refinercontrolpercentage", "refinersteps", "refinerupscalemethod", "clipstopatlayer",
))  # fmt: skip


def read(blocks: Blocks) -> Found | None:
    """What the JSON says; its values are often texts that should be numbers."""
    for text in (blocks.text("parameters"), blocks.exif.get("UserComment", ""), blocks.stealth):
        metadata = read_object(text)
        said = metadata.get("sui_image_params") if metadata else None
        if metadata and isinstance(said, dict):
            return _found(metadata, said, text)
    return None


def _found(metadata: dict[str, Any], said: dict[str, Any], text: str) -> Found:
    facts = Facts()
    facts.prompt("prompt", said.get("prompt"))
    facts.prompt("negative_prompt", said.get("negativeprompt"))
    facts.text("model_name", said.get("model"), "model")
    facts.integer("seed", said.get("seed"), "seed")
    facts.integer("steps", said.get("steps"), "steps")
    facts.number("cfg", said.get("cfgscale"), "cfgscale")
    facts.number("guidance", said.get("fluxguidancescale"), "fluxguidancescale")
    facts.integer("width", said.get("width"), "width", least=1)
    facts.integer("height", said.get("height"), "height", least=1)
    facts.sampler(said.get("sampler"), said.get("scheduler"))
    facts.text("vae", said.get("vae"), "vae")
    facts.number("denoise", said.get("initimagecreativity"), "initimagecreativity", least=0, most=1)
    layer = said.get("clipstopatlayer")
    facts.integer("clip_skip", str(layer).removeprefix("-") if layer is not None else None, "clipstopatlayer")
    facts.number("hires_scale", said.get("refinerupscale"), "refinerupscale", least=0)
    facts.number("hires_denoise", said.get("refinercontrolpercentage"), "refinercontrolpercentage", least=0, most=1)
    facts.integer("hires_steps", said.get("refinersteps"), "refinersteps")
    facts.text("hires_upscaler", said.get("refinerupscalemethod"), "refinerupscalemethod")
    loras, weights = _list(said.get("loras")), _list(said.get("loraweights"))
    for place, name in enumerate(loras):
        facts.lora(name, weights[place] if place < len(weights) else None)
    models = metadata.get("sui_models")
    for model in models if isinstance(models, list) else ():
        if isinstance(model, dict) and str(model.get("param")) in ("loras", "used_loras"):
            # Swarm's hash is over the tensors alone.
            facts.lora(model.get("name"), digits=model.get("hash"), of_weights=True)
    for key, value in said.items():
        if key not in _TYPED:
            facts.keep(key, value)
    facts.keep("sui_extra_data", metadata.get("sui_extra_data"))
    facts.keep("sui_models", models)
    return found(facts, names.SWARMUI, said.get("swarm_version"), text)


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value if isinstance(value, list) else []
