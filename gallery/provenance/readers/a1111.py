"""AUTOMATIC1111's web UI, and whatever else writes its text: Forge, SD.Next, Civitai's site, nodes of ComfyUI.

Keys: `create_infotext` of stable-diffusion-webui 1.10 and its hires fix, LoRA and embedding code; Forge's distilled
guidance; Civitai's `Civitai resources` and `Civitai metadata`.
"""

import re
from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.infotext import Infotext, read_infotext
from gallery.provenance.readers.text import read_json, read_object

_NETWORK = re.compile(r"<(?:lora|lyco):([^<>:]{1,300})(?::([^<>]{0,200}))?>")
_HIRES = ("Hires upscale", "Hires resize", "Hires steps", "Hires upscaler")
_OTHERS = {
    "ComfyUI": names.COMFYUI,
    "Fooocus": names.FOOOCUS,
    "RuinedFooocus": names.RUINED_FOOOCUS,
    "InvokeAI": names.INVOKEAI,
    "SwarmUI": names.SWARMUI,
    "Irodori": names.IRODORI,
    "Draw Things": names.DRAW_THINGS,
}


def read(blocks: Blocks) -> Found | None:
    """What the first text of this kind says; a `parameters` text is one even without settings."""
    own = blocks.text("parameters")
    if own and read_json(own) is None:
        return read_text(own)
    for text in infotexts(blocks):
        if read_infotext(text).is_telling:
            return read_text(text)
    return None


def infotexts(blocks: Blocks) -> list[str]:
    """The places where programs put this text, likeliest first, without those that hold JSON."""
    places = [
        blocks.text("parameters"),
        blocks.exif.get("UserComment", ""),
        blocks.stealth,
        *blocks.comments,
        blocks.exif.get("ImageDescription", ""),
        blocks.exif.get("XPComment", ""),
        blocks.text("Comment"),
        blocks.text("Description"),
    ]
    if hidden := read_object(blocks.stealth):
        inner = hidden.get("parameters")
        places.append(inner if isinstance(inner, str) else "")
    return [text for text in places if text.strip() and read_json(text) is None]


def read_text(text: str) -> Found:
    """What a text says, whoever wrote it."""
    parts = read_infotext(text)
    facts = Facts()
    generator, version = _writer(parts.settings)
    fill(facts, parts)
    return found(facts, generator, version, text)


def fill(facts: Facts, parts: Infotext) -> None:
    """Sort the parts of a text into `facts`."""
    settings = dict(parts.settings)
    take = settings.pop
    facts.prompt("prompt", parts.prompt)
    facts.prompt("negative_prompt", parts.negative_prompt)
    facts.integer("steps", take("Steps", None), "Steps")
    facts.sampler(take("Sampler", None), take("Schedule type", None) or take("Scheduler", ""), "Sampler")
    facts.number("cfg", take("CFG scale", None), "CFG scale")
    facts.number("guidance", take("Distilled CFG Scale", None), "Distilled CFG Scale")
    facts.integer("seed", take("Seed", None), "Seed")
    facts.size(take("Size", None), "Size")
    facts.text("model_name", take("Model", None), "Model")
    facts.hash("model_hash", take("Model hash", None), "Model hash")
    facts.text("vae", take("VAE", None), "VAE")
    facts.hash("vae_hash", take("VAE hash", None), "VAE hash")
    facts.integer("clip_skip", take("Clip skip", None), "Clip skip")
    facts.integer("mask_blur", take("Mask blur", None), "Mask blur")
    facts.text("rng", take("RNG", None), "RNG")
    refiner = take("Refiner", None)
    facts.text("refiner", re.sub(r" \[[0-9a-f]{6,64}\]$", "", refiner) if isinstance(refiner, str) else None, "Refiner")
    facts.number("refiner_switch", take("Refiner switch at", None), "Refiner switch at", least=0, most=1)
    # One key for both: with a hires fix it is the second pass that drew over something.
    strength = "hires_denoise" if any(key in settings for key in _HIRES) else "denoise"
    facts.number(strength, take("Denoising strength", None), "Denoising strength", least=0, most=1)
    facts.number("hires_scale", take("Hires upscale", None), "Hires upscale", least=0)
    facts.integer("hires_steps", take("Hires steps", None), "Hires steps")
    facts.text("hires_upscaler", take("Hires upscaler", None), "Hires upscaler")
    _resources(facts, settings)
    for key in ("App", "Version"):
        take(key, None)
    for key, value in settings.items():
        facts.keep(key, value)


def networks(facts: Facts, prompt: str) -> None:
    """The LoRAs that a prompt asks for: `<lora:name:text encoder:denoiser>`, or with `te=` and `unet=`."""
    for name, said in _NETWORK.findall(prompt[:200_000]):
        numbers = [number for number in said.split(":") if number and "=" not in number]
        named = dict(pair.split("=", 1) for pair in said.split(":") if "=" in pair)
        encoder = named.get("te", numbers[0] if numbers else "1")
        denoiser = named.get("unet", numbers[1] if len(numbers) > 1 else encoder)
        facts.lora(name, denoiser, encoder)


def pairs(value: Any) -> list[tuple[str, str]]:
    """`a: 1, b: 2` as pairs."""
    if not isinstance(value, str):
        return []
    split = (each.rpartition(":") for each in value[:100_000].split(","))
    return [(name.strip(), digits.strip()) for name, colon, digits in split if colon]


def _resources(facts: Facts, settings: dict[str, Any]) -> None:
    networks(facts, str(facts.parts.get("prompt", "")))
    weights = dict(pairs(settings.pop("Lora weights", None)))
    for name, digits in pairs(settings.pop("Lora hashes", None)):
        facts.lora(name, weights.get(name), digits=digits)
    for name, weight in weights.items():
        facts.lora(name, weight)
    for name, digits in pairs(settings.pop("TI hashes", None)):
        facts.embedding(name, digits)
    hashes = settings.get("Hashes")
    for key, digits in hashes.items() if isinstance(hashes, dict) else ():
        kind, _colon, name = key.partition(":")
        if kind == "model" and not name:
            facts.hash("model_hash", digits, "Hashes")
        elif kind in ("lora", "LORA") and name:
            facts.lora(name, digits=digits)
        elif kind in ("embed", "embedding") and name:
            facts.embedding(name, digits)
        elif kind == "vae" and not name:
            facts.hash("vae_hash", digits, "Hashes")
    civitai_resources(facts, settings.get("Civitai resources"))


def civitai_resources(facts: Facts, resources: Any) -> None:
    """Model and LoRAs from Civitai's list, where nothing else named them; the list itself stays in the rest."""
    nameless = not facts.loras
    for resource in resources if isinstance(resources, list) else ():
        if not isinstance(resource, dict):
            continue
        address = resource.get("air")
        kind = str(
            resource.get("type")
            or (address.split(":")[3] if isinstance(address, str) and address.count(":") > 3 else "")
        )
        name = resource.get("modelName")
        if not isinstance(name, str) or not name.strip():
            number = resource.get("modelVersionId")
            name = names.model_name(address) if isinstance(address, str) else f"civitai:{number}" if number else ""
        if kind.lower() == "checkpoint":
            facts.text("model_name", name, "modelName")
        elif kind.lower() in ("lora", "locon", "dora", "lycoris") and nameless:
            facts.lora(name, resource.get("weight", resource.get("strength")))


def _writer(settings: dict[str, Any]) -> tuple[str, str]:
    version = settings.get("Version")
    version = version.strip() if isinstance(version, str) else ""
    if str(settings.get("App", "")).lower().replace(".", "") == "sdnext" or "Backend" in settings:
        return names.SD_NEXT, version
    for prefix, name in _OTHERS.items():
        if version.startswith(prefix):
            return name, version.removeprefix(prefix).strip().removeprefix("v")
    # Irodori's own files name whatever drew the picture, before its version.
    for name in names.GENERATORS.values():
        if version == name or version.startswith(f"{name} "):
            return name, version.removeprefix(name).strip()
    if "Civitai metadata" in settings or ("Civitai resources" in settings and not version):
        return names.CIVITAI, version
    if re.match(r"f[0-9]|forge|neo\b", version):
        return names.FORGE, version
    if re.fullmatch(r"[0-9a-f]{7,40}", version) and not version.isdecimal():
        return names.SD_NEXT, version
    return names.AUTOMATIC1111, version
