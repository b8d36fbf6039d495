"""The words that went into a ComfyUI conditioning, however many nodes they were put together in."""

import re
from typing import Any

from gallery.provenance.readers.comfyui_graph import Graph, Link, Node

_MOST_TEXTS = 100
_MOST_CHARACTERS = 200_000
_DEEPEST = 30
_TEXT_KEYS = (
    "text", "prompt", "populated_text", "text_g", "text_l", "clip_g", "t5xxl", "clip_l", "llama", "string",
    "String", "value", "Text", "wildcard_text", "text_positive",
)  # fmt: skip
_NUMBERED = re.compile(r"(?:text|string|str|prompt|input)_?(?:[a-z]|[0-9]{1,2})", re.IGNORECASE)
_SHOWN = re.compile(r"text_[0-9]{1,3}")
_DELIMITERS = ("delimiter", "separator", "seperator")
_NOT_WORDS = (
    "model",
    "clip",
    "vae",
    "control_net",
    "image",
    "mask",
    "latent",
    "samples",
    "pixels",
    "style_model",
    "pipe_",
)


def words_of(graph: Graph, start: Node, name: str) -> tuple[str, Node | None, Any]:
    """The text behind the input `name` (positive or negative), the first node that encodes it, and the guidance that
    distilled models are told on the way. Several texts stand one below the other, each once."""
    texts: list[str] = []
    encoder: Node | None = None
    guidance: Any = None
    link = start.inputs.get(name)
    role = "negative" if name == "negative" else "positive"
    stack: list[tuple[Link, str]] = [(link, role)] if isinstance(link, Link) else []
    seen: set[tuple[str, str]] = set()
    while stack and graph.step() and len(texts) < _MOST_TEXTS:
        link, role = stack.pop()
        node = graph.nodes.get(link.node)
        if node is None or (node.id, role) in seen or "zeroout" in node.lower:
            continue
        seen.add((node.id, role))
        if guidance is None and "guidance" in node.inputs:
            guidance = graph.value(node, "guidance")
        said = _words(graph, node, role)
        if said is not None:
            encoder = encoder or node
            if said.strip() and said not in texts:
                texts.append(said)
            continue
        stack.extend(reversed(_above(node, link.slot, role)))
    if isinstance(start.inputs.get(name), str) and not texts:
        texts = [start.inputs[name]]
    return "\n".join(texts)[:_MOST_CHARACTERS], encoder, guidance


def _above(node: Node, slot: int, role: str) -> list[tuple[Link, str]]:
    links = dict(node.links())
    if "positive" in links and "negative" in links:
        # ControlNetApplyAdvanced and its like: first output from the first input, second from the second.
        wanted = "negative" if slot == 1 else "positive" if slot == 0 else role
        return [(links[wanted], role)]
    return [(link, role) for name, link in links.items() if not name.lower().startswith(_NOT_WORDS)]


def _words(graph: Graph, node: Node, role: str) -> str | None:
    """The text of a node that encodes one; None for a node that only changes conditionings."""
    pair = (node.inputs.get("positive"), node.inputs.get("negative"))
    if all(isinstance(each, str) for each in pair):
        return str(pair[1] if role == "negative" else pair[0])
    own = node.inputs.get(f"text_{role}", node.inputs.get(f"{role}_prompt"))
    if own is not None and "loader" not in node.lower:
        return _resolved(graph, own, 0)
    if "conditioning" in node.inputs or not ("encode" in node.lower or "clip" in node.inputs or "prompt" in node.lower):
        return None
    parts: list[str] = []
    for key in _TEXT_KEYS:
        if key in node.inputs and (text := _resolved(graph, node.inputs[key], 0)) and text not in parts:
            parts.append(text)
    return ", ".join(parts) if parts or any(key in node.inputs for key in _TEXT_KEYS) else None


def _resolved(graph: Graph, value: Any, depth: int) -> str:
    """A text, or what the nodes behind a link make of texts: one handed on, or several joined."""
    if isinstance(value, str):
        return value[:_MOST_CHARACTERS]
    if not isinstance(value, Link) or depth > _DEEPEST or not graph.step():
        return ""
    node = graph.nodes.get(value.node)
    if node is None:
        return ""
    shown = [node.inputs[key] for key in node.inputs if _SHOWN.fullmatch(key) and isinstance(node.inputs[key], str)]
    if "show" in node.lower and shown:
        return shown[-1]
    parts = [key for key in node.inputs if _NUMBERED.fullmatch(key)]
    if len(parts) > 1:
        joined = [text for key in sorted(parts) if (text := _resolved(graph, node.inputs[key], depth + 1))]
        between = next((node.inputs[key] for key in _DELIMITERS if isinstance(node.inputs.get(key), str)), None)
        default = "" if node.kind == "StringConcatenate" else ", "
        return (default if between is None else between.replace("\\n", "\n")).join(joined)[:_MOST_CHARACTERS]
    for key in (*_TEXT_KEYS, *parts):
        if key in node.inputs and (text := _resolved(graph, node.inputs[key], depth + 1)):
            return text
    for _name, link in node.links():
        if text := _resolved(graph, link, depth + 1):
            return text
    return ""
