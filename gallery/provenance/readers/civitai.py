"""Civitai's generator where it runs on ComfyUI: the graph with `extra.airs` and `extraMetadata` in the UserComment.

Format: `src/utils/metadata/comfy.metadata.ts` of Civitai's site. Its texts in A1111's manner are read by `a1111`.
"""

from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.a1111 import civitai_resources
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.comfyui import fill, graph_texts
from gallery.provenance.readers.comfyui_graph import api_graph
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_TYPED = frozenset((
    "prompt", "negativePrompt", "steps", "cfgScale", "sampler", "scheduler", "seed", "width", "height",
    "clipSkip", "denoise",
))  # fmt: skip


def read(blocks: Blocks) -> Found | None:
    """What the site noted, completed from the graph."""
    prompt, workflow = graph_texts(blocks)
    for text in (blocks.exif.get("UserComment", ""), workflow, prompt):
        if "extraMetadata" not in text and '"airs"' not in text:
            continue
        said = read_object(text)
        if said is None:
            continue
        noted = said.get("extraMetadata")
        noted = read_object(noted) if isinstance(noted, str) else noted
        extra = said.get("extra")
        airs = extra.get("airs") if isinstance(extra, dict) else None
        if not isinstance(noted, dict) and not (isinstance(airs, list) and airs):
            continue
        facts = Facts()
        _noted(facts, noted if isinstance(noted, dict) else {}, airs)
        if (graph := api_graph(read_object(prompt)) or api_graph(said)) is not None:
            loras = list(facts.loras)
            fill(facts, graph, blocks)
            facts.loras = loras or facts.loras
        return found(facts, names.CIVITAI, "", text)
    return None


def _noted(facts: Facts, noted: dict[str, Any], airs: Any) -> None:
    facts.prompt("prompt", noted.get("prompt"))
    facts.prompt("negative_prompt", noted.get("negativePrompt"))
    facts.integer("steps", noted.get("steps"), "steps")
    facts.number("cfg", noted.get("cfgScale"), "cfgScale")
    facts.sampler(noted.get("sampler"), noted.get("scheduler"))
    facts.integer("seed", noted.get("seed"), "seed")
    facts.integer("width", noted.get("width"), "width", least=1)
    facts.integer("height", noted.get("height"), "height", least=1)
    facts.integer("clip_skip", noted.get("clipSkip"), "clipSkip")
    facts.number("denoise", noted.get("denoise"), "denoise", least=0, most=1)
    addresses = [air for air in airs if isinstance(air, str)] if isinstance(airs, list) else []
    kinds = {air.rpartition("@")[2]: air for air in addresses[:200]}
    resources = noted.get("resources")
    listed = [dict(each) for each in resources if isinstance(each, dict)] if isinstance(resources, list) else []
    for resource in listed:
        resource.setdefault("air", kinds.get(str(resource.get("modelVersionId"))))
    civitai_resources(facts, listed or [{"air": air} for air in addresses])
    facts.keep("airs", airs)
    for key, value in noted.items():
        if key not in _TYPED:
            facts.keep(key, value)
