"""Fooocus and RuinedFooocus. Format: `modules/meta_parser.py` of Fooocus 2.5 (schemes `fooocus` and `a1111`).

JSON stands in the PNG text `parameters` or, with the scheme as MakerNote, in the UserComment of JPEG and WebP; older
versions wrote their log's labels (`Base Model`) into `Comment`.
"""

import re
from dataclasses import fields
from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.a1111 import read_text
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_LABEL = re.compile(r"[^a-z0-9]+")
_LORA = re.compile(r"lora_(?:combined_)?[0-9]{1,3}")
_TYPED = frozenset((
    "prompt", "negative_prompt", "negative", "steps", "seed", "sampler", "sampler_name", "scheduler",
    "guidance_scale", "cfg", "resolution", "width", "height", "base_model", "base_model_name",
    "base_model_hash", "vae", "refiner_model", "refiner_switch", "loras", "version", "software",
    "metadata_scheme",
))  # fmt: skip


def read(blocks: Blocks) -> Found | None:
    """What the JSON says, or the other scheme's text if Fooocus is named beside it."""
    software = blocks.exif.get("Software", "")
    for text in (
        blocks.text("parameters"),
        blocks.exif.get("UserComment", ""),
        blocks.text("Comment"),
        *blocks.comments,
    ):
        if (metadata := read_object(text)) is not None:
            said = {_LABEL.sub("_", key.lower()).strip("_"): value for key, value in metadata.items()}
            if said.get("software") == names.RUINED_FOOOCUS:
                return _found(said, names.RUINED_FOOOCUS, said.get("version"), text)
            version = said.get("version")
            named = f"{version} {software}"
            if "base_model" in said and ("Fooocus" in named or "performance" in said or "metadata_scheme" in said):
                return _found(said, names.FOOOCUS, _number(version if isinstance(version, str) else software), text)
        elif text and (software.startswith("Fooocus") or blocks.text("fooocus_scheme") == "a1111"):
            return _of_text(text, software)
    return None


def _number(version: str) -> str:
    return re.sub(r"^(?:Fooocus)?\s*v?", "", version.strip())


def _of_text(text: str, software: str) -> Found | None:
    """The a1111 scheme; the prompt as it was typed stands beside the one that styles were added to."""
    result = read_text(text)
    if result.generator not in (names.FOOOCUS, names.AUTOMATIC1111) or result.recipe.steps is None:
        return None
    facts = Facts()
    facts.rest = dict(result.rest)
    typed = {each.name: getattr(result.recipe, each.name) for each in fields(result.recipe)}
    facts.loras, facts.embeddings = list(typed.pop("loras")), list(typed.pop("embeddings"))
    facts.parts = {key: value for key, value in typed.items() if key not in ("generator", "version", "outpaint")}
    for part, key in (("prompt", "Raw prompt"), ("negative_prompt", "Raw negative prompt")):
        raw = facts.rest.pop(key, None)
        if isinstance(raw, str) and raw and raw != facts.parts[part]:
            facts.keep(f"full_{part}", facts.parts.pop(part))
            facts.prompt(part, raw)
    return found(facts, names.FOOOCUS, result.version or _number(software), text)


def _found(said: dict[str, Any], generator: str, version: Any, text: str) -> Found:
    facts = Facts()
    facts.prompt("prompt", said.get("prompt"))
    facts.prompt("negative_prompt", said.get("negative_prompt", said.get("negative")))
    facts.integer("steps", said.get("steps"), "steps")
    facts.integer("seed", said.get("seed"), "seed")
    facts.sampler(said.get("sampler", said.get("sampler_name")), said.get("scheduler"))
    facts.number("cfg", said.get("guidance_scale", said.get("cfg")), "guidance_scale")
    facts.size(said.get("resolution"), "resolution")
    facts.integer("width", said.get("width"), "width", least=1)
    facts.integer("height", said.get("height"), "height", least=1)
    facts.text("model_name", said.get("base_model", said.get("base_model_name")), "base_model")
    facts.hash("model_hash", said.get("base_model_hash"), "base_model_hash")
    facts.text("vae", said.get("vae"), "vae")
    facts.text("refiner", said.get("refiner_model"), "refiner_model")
    if "refiner" in facts.parts:
        facts.number("refiner_switch", said.get("refiner_switch"), "refiner_switch", least=0, most=1)
    loras = said.get("loras")
    for lora in loras if isinstance(loras, list) else ():
        if isinstance(lora, list) and len(lora) >= 2:
            facts.lora(lora[0], lora[1], digits=lora[2] if len(lora) > 2 else "")
        elif isinstance(lora, dict):
            facts.lora(lora.get("name"), lora.get("weight"), digits=lora.get("hash"))
    for key, value in said.items():
        if _LORA.fullmatch(key) and isinstance(value, str):
            *front, name, weight = ["", "", *value.split(" : ")]
            if front[-1:] != ["False"]:
                facts.lora(name, weight)
        elif key not in _TYPED:
            facts.keep(key, value)
    return found(facts, generator, version, text)
