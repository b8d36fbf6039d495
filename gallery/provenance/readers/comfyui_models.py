"""The model of a ComfyUI pass: its file, the LoRAs laid over it, the encoder's last layers left out."""

import re
from typing import Any

from gallery.provenance.readers.comfyui_graph import Graph, Link, Node
from gallery.provenance.readers.facts import as_integer, as_number

_FILES = (
    "ckpt_name",
    "unet_name",
    "base_ckpt_name",
    "model_name",
    "checkpoint",
    "gguf_name",
    "diffusion_name",
    "model_path",
)
_ON = ("model", "model1", "model_1", "basic_pipe", "pipe", "base_model", "any", "", "*")
_MOST_IN_STACK = 50
_STACKED = re.compile(r"(?:lora_name_|lora_|lora_name)([0-9]{1,2})(?:_name)?")
_MODEL_WEIGHTS = (
    "model_weight_{}",
    "model_str_{}",
    "lora_{}_model_strength",
    "lora_{}_strength",
    "lora_wt_{}",
    "strength_{}",
    "weight_{}",
)
_CLIP_WEIGHTS = ("clip_weight_{}", "clip_str_{}", "lora_{}_clip_strength")


def model_of(graph: Graph, start: Node) -> tuple[Any, list[tuple[Any, Any, Any]], Node | None]:
    """The model's file, its LoRAs in the order in which they were laid on (name, weights for denoiser and encoder),
    and the node that loaded it."""
    loras: list[tuple[Any, Any, Any]] = []
    seen: set[str] = set()
    here = graph.source(start, *_ON)
    while here is not None and here[0].id not in seen and graph.step():
        node = here[0]
        seen.add(node.id)
        loras = [*stacked(graph, node), *loras]
        following = graph.source(node, *_ON)
        if following is None:
            return graph.value(node, *_FILES), loras, node
        here = following
    return None, loras, None


def stacked(graph: Graph, node: Node) -> list[tuple[Any, Any, Any]]:
    """The LoRAs of one node: a loader's one, or all of a stack's that are switched on."""
    found: list[tuple[Any, Any, Any]] = []
    stack = graph.source(node, "lora_stack", "optional_lora_stack", "lora_stack_opt")
    seen = {node.id}
    while stack is not None and stack[0].id not in seen and graph.step():
        seen.add(stack[0].id)
        found = [*_of_node(graph, stack[0]), *found]
        stack = graph.source(stack[0], "lora_stack", "optional_lora_stack")
    return [*found, *_of_node(graph, node)]


def _of_node(graph: Graph, node: Node) -> list[tuple[Any, Any, Any]]:
    if "lora_name" in node.inputs:
        name = graph.value(node, "lora_name")
        name = name.get("content") if isinstance(name, dict) else name
        weight = graph.value(node, "strength_model", "lora_model_strength", "strength", "weight")
        encoder = graph.value(node, "strength_clip", "lora_clip_strength")
        return _switched_on([(name, weight, encoder)])
    listed = node.inputs.get("loras")
    listed = listed.get("__value__") if isinstance(listed, dict) else listed
    if isinstance(listed, list):
        entries = [
            each for each in listed[:_MOST_IN_STACK] if isinstance(each, dict) and each.get("active") is not False
        ]
        return _switched_on([(each.get("name"), each.get("strength"), each.get("clipStrength")) for each in entries])
    count = as_integer(graph.value(node, "lora_count", "num_loras"))
    found: list[tuple[Any, Any, Any]] = []
    for key, value in list(node.inputs.items())[:500]:
        number = _STACKED.fullmatch(key)
        if number is None or isinstance(value, Link) or len(found) >= _MOST_IN_STACK:
            continue
        if isinstance(value, dict):
            if value.get("on") is not False:
                found.append((value.get("lora"), value.get("strength"), value.get("strengthTwo")))
            continue
        place = number[1]
        if (count is not None and int(place) > count) or str(node.inputs.get(f"switch_{place}", "On")).lower() in (
            "off",
            "false",
        ):
            continue
        weight = graph.value(node, *(pattern.format(place) for pattern in _MODEL_WEIGHTS))
        found.append((value, weight, graph.value(node, *(pattern.format(place) for pattern in _CLIP_WEIGHTS))))
    return _switched_on(found)


def _switched_on(loras: list[tuple[Any, Any, Any]]) -> list[tuple[Any, Any, Any]]:
    """Without those that weigh nothing."""
    return [
        lora
        for lora in loras
        if isinstance(lora[0], str) and (as_number(lora[1]) != 0 or as_number(lora[2]) not in (None, 0))
    ]


def clip_skip_of(graph: Graph, encoder: Node | None) -> Any:
    """How many of the text encoder's layers from the end: -2 in the graph is 2."""
    here = encoder
    seen: set[str] = set()
    while here is not None and here.id not in seen and graph.step():
        seen.add(here.id)
        layer = as_integer(graph.value(here, "stop_at_clip_layer", "clip_skip"))
        if layer is not None:
            return abs(layer)
        behind = graph.source(here, "clip", "clip1", "pipe", "model")
        here = behind[0] if behind else None
    return None
