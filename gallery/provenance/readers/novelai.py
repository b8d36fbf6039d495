"""NovelAI: PNG texts Title, Description, Software, Source, Comment (JSON), or the same hidden in the pixels.

Format: files of NovelAI Diffusion V1 to V4.5; V4 has captions of its own for each character.
"""

import re
from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_TYPED = frozenset(("prompt", "uc", "steps", "sampler", "noise_schedule", "scale", "seed", "width", "height"))
_SOURCE = re.compile(r"(.{1,200}?)(?: ([0-9A-F]{8}))?")
_VERSION = re.compile(r"V[0-9](?:\.[0-9])?(?: (?:Full|Curated))?\b", re.IGNORECASE)
_MOST_CHARACTERS = 50


def read(blocks: Blocks) -> Found | None:
    """What NovelAI's texts say: first those of the PNG, then the hidden ones, which survive where texts don't."""
    outer = {
        name: blocks.text(name) for name in ("Title", "Description", "Software", "Source", "Comment", "Generation time")
    }
    for each in (outer, read_object(blocks.stealth), read_object(blocks.exif.get("UserComment", ""))):
        if each is None:
            continue
        comment = each.get("Comment")
        inner = comment if isinstance(comment, dict) else read_object(comment) if isinstance(comment, str) else None
        if _is_novelai(each, inner):
            return _found(each, inner or {}, blocks)
    return None


def _is_novelai(outer: dict[str, Any], inner: dict[str, Any] | None) -> bool:
    if inner is not None and "signed_hash" in inner and "uc" in inner:
        return True
    said = f"{outer.get('Software', '')} {outer.get('Source', '')}".lower()
    return "novelai" in said and bool(inner or outer.get("Description"))


def _found(outer: dict[str, Any], inner: dict[str, Any], blocks: Blocks) -> Found:
    facts = Facts()
    for part, caption, plain in (
        ("prompt", "v4_prompt", inner.get("prompt")),
        ("negative_prompt", "v4_negative_prompt", inner.get("uc", inner.get("negative_prompt"))),
    ):
        facts.prompt(part, _caption(inner.get(caption)) or plain)
    facts.prompt("prompt", outer.get("Description"))
    facts.integer("steps", inner.get("steps"), "steps")
    facts.sampler(inner.get("sampler"), inner.get("noise_schedule"))
    facts.number("cfg", inner.get("scale"), "scale")
    facts.integer("seed", inner.get("seed"), "seed")
    facts.integer("width", inner.get("width"), "width", least=1)
    facts.integer("height", inner.get("height"), "height", least=1)
    request = inner.get("request_type")
    if request not in (None, "PromptGenerateRequest") or (request is None and "image" in inner):
        facts.number("denoise", inner.get("strength"), "strength", least=0, most=1)
    source = outer.get("Source")
    version = ""
    if isinstance(source, str) and (model := _SOURCE.fullmatch(source.strip()[:250])):
        facts.text("model_name", model[1], "Source")
        facts.keep("Source", source)
        version = said[0] if (said := _VERSION.search(model[1])) else ""
    for key, value in inner.items():
        if key not in _TYPED:
            facts.keep(key, value)
    for key in ("Title", "Generation time"):
        facts.keep(key, outer.get(key))
    comment = outer.get("Comment")
    raw = comment if isinstance(comment, str) and comment else blocks.stealth or str(outer.get("Description") or "")
    return found(facts, names.NOVELAI, version, raw)


def _caption(said: Any) -> str:
    """Base and characters as NovelAI's box takes them, `base | first | second`."""
    caption = said.get("caption") if isinstance(said, dict) else None
    if not isinstance(caption, dict):
        return ""
    characters = caption.get("char_captions")
    texts = [caption.get("base_caption")]
    for character in characters[:_MOST_CHARACTERS] if isinstance(characters, list) else ():
        texts.append(character.get("char_caption") if isinstance(character, dict) else None)
    return " | ".join(text.strip() for text in texts if isinstance(text, str) and text.strip())
