"""Draw Things (macOS, iOS): XMP with `xmp:CreatorTool`, JSON in `exif:UserComment`, words in `dc:description`.

Format: files of Draw Things; `c` and `uc` are the prompts, `v2` the whole configuration.
"""

from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.infotext import read_infotext
from gallery.provenance.readers.text import read_object
from gallery.provenance.readers.xmp_properties import DC, EXIF, XMP, xmp_properties

_TYPED = frozenset((
    "c", "uc", "model", "sampler", "scale", "seed", "size", "steps", "strength", "v2", "mask_blur",
))  # fmt: skip


def read(blocks: Blocks) -> Found | None:
    """What the JSON says, or the description where there is none."""
    properties = xmp_properties(blocks.xmp) if names.DRAW_THINGS in blocks.xmp else {}
    named = any(tool.startswith(names.DRAW_THINGS) for tool in properties.get(f"{XMP}CreatorTool", []))
    for text in (*properties.get(f"{EXIF}UserComment", []), blocks.exif.get("UserComment", "")):
        said = read_object(text)
        if said and "c" in said and (named or ("v2" in said and "model" in said)):
            return _found(said, text)
    for text in properties.get(f"{DC}description", []) if named else []:
        if "Steps:" in text:
            return _described(text)
    return None


def _found(said: dict[str, Any], text: str) -> Found:
    facts = Facts()
    facts.prompt("prompt", said.get("c"))
    facts.prompt("negative_prompt", said.get("uc"))
    facts.text("model_name", said.get("model"), "model")
    facts.sampler(said.get("sampler"))
    facts.number("cfg", said.get("scale"), "scale")
    facts.integer("seed", said.get("seed"), "seed")
    facts.size(said.get("size"), "size")
    facts.integer("steps", said.get("steps"), "steps")
    _strength(facts, said.get("strength"))
    facts.integer("mask_blur", said.get("mask_blur"), "mask_blur")
    whole = said.get("v2")
    if isinstance(whole, dict):
        facts.integer("clip_skip", whole.get("clipSkip", whole.get("clip_skip")), "clip_skip")
        facts.text("refiner", whole.get("refinerModel", whole.get("refiner_model")), "refiner_model")
        loras = whole.get("loras")
        for lora in loras if isinstance(loras, list) else ():
            if isinstance(lora, dict):
                facts.lora(lora.get("file"), lora.get("weight"))
    for key, value in said.items():
        if key not in _TYPED:
            facts.keep(key, value)
    facts.keep("v2", whole)
    return found(facts, names.DRAW_THINGS, "", text)


def _strength(facts: Facts, value: Any) -> None:
    """Strength 1 is a picture drawn from nothing."""
    if value not in (1, 1.0, "1", "1.0"):
        facts.number("denoise", value, "strength", least=0, most=1)


def _described(text: str) -> Found:
    lines = text.split("\n")
    marked = [f"Negative prompt: {line[1:]}" if line.startswith("-") else line for line in lines]
    parts = read_infotext("\n".join(marked))
    settings = dict(parts.settings)
    facts = Facts()
    facts.prompt("prompt", parts.prompt)
    facts.prompt("negative_prompt", parts.negative_prompt)
    facts.integer("steps", settings.pop("Steps", None), "Steps")
    facts.sampler(settings.pop("Sampler", None), name="Sampler")
    facts.number("cfg", settings.pop("Guidance Scale", None), "Guidance Scale")
    facts.integer("seed", settings.pop("Seed", None), "Seed")
    facts.size(settings.pop("Size", None), "Size")
    facts.text("model_name", settings.pop("Model", None), "Model")
    _strength(facts, settings.pop("Strength", None))
    for key, value in settings.items():
        facts.keep(key, value)
    return found(facts, names.DRAW_THINGS, "", text)
