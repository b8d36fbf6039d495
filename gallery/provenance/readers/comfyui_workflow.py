"""The editor's graph of ComfyUI (`workflow`) as the API's: for files that hold nothing else.

The editor keeps a node's widgets as a list without names. Newer ones say which inputs are widgets; for older ones the
order of the common nodes' widgets is written here. Muted nodes are left out, bypassed ones hand on what has their
output's type, Reroute and PrimitiveNode vanish, subgraphs and group nodes are unfolded.
"""

from collections.abc import Iterator
from typing import Any

from gallery.provenance.readers.comfyui_graph import Graph, Link, Node
from gallery.provenance.readers.comfyui_groups import group_named, subgraph_of

_MOST_NODES = 50_000
_DEEPEST = 8
_MUTED, _BYPASSED = 2, 4
_INTO, _OUT_OF = "-10", "-20"
_AFTER_SEED = ("fixed", "increment", "decrement", "randomize")
_SEED = "seed control"
_WIDGETS: dict[str, tuple[str, ...]] = {
    "KSampler": ("seed", _SEED, "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": (
        "add_noise", "noise_seed", _SEED, "steps", "cfg", "sampler_name", "scheduler", "start_at_step", "end_at_step",
        "return_with_leftover_noise",
    ),
    "SamplerCustom": ("add_noise", "noise_seed", _SEED, "cfg"),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KarrasScheduler": ("steps", "sigma_max", "sigma_min", "rho"),
    "RandomNoise": ("noise_seed", _SEED),
    "CFGGuider": ("cfg",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CheckpointLoader": ("config_name", "ckpt_name"),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "UnetLoaderGGUF": ("unet_name",),
    "VAELoader": ("vae_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "CLIPSetLastLayer": ("stop_at_clip_layer",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CLIPTextEncodeSDXL": ("width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l"),
    "FluxGuidance": ("guidance",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "LatentUpscale": ("upscale_method", "width", "height", "crop"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
    "ImageScale": ("upscale_method", "width", "height", "crop"),
    "ImageScaleBy": ("upscale_method", "scale_by"),
    "UpscaleModelLoader": ("model_name",),
    "LoadImage": ("image", "upload"),
    "SaveImage": ("filename_prefix",),
    "PrimitiveNode": ("value", _SEED),
    "PrimitiveInt": ("value", _SEED),
    "PrimitiveFloat": ("value",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
}  # fmt: skip


def workflow_graph(data: Any) -> Graph | None:
    """The graph in the editor's shape; None for what is no such graph."""
    if not isinstance(data, dict) or not isinstance(data.get("nodes"), list):
        return None
    definitions = data.get("definitions")
    listed = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    subgraphs = {each["id"]: each for each in _dicts(listed) if isinstance(each.get("id"), str)}
    extra = data.get("extra")
    unfolding = _Unfolding(subgraphs, extra.get("groupNodes") if isinstance(extra, dict) else None)
    unfolding.unfold(data, "", {}, 0)
    for node in unfolding.nodes.values():
        node.inputs = {name: unfolding.resolved(value) for name, value in node.inputs.items()}
        node.inputs = {name: value for name, value in node.inputs.items() if value is not None}
    return Graph(unfolding.nodes) if unfolding.nodes else None


def version_in(data: Any) -> str:
    """The version of ComfyUI that the editor noted on a node of its core; empty where it did not."""
    for node in _dicts(data.get("nodes") if isinstance(data, dict) else None):
        properties = node.get("properties")
        if (
            isinstance(properties, dict)
            and properties.get("cnr_id") == "comfy-core"
            and isinstance(properties.get("ver"), str)
        ):
            return properties["ver"]
    return ""


class _Unfolding:
    """Collects the nodes of a workflow and of the subgraphs in it, with `outer:inner` for ids as the API has them."""

    def __init__(self, subgraphs: dict[str, Any], groups: Any) -> None:
        self.subgraphs, self.groups = subgraphs, groups
        self.nodes: dict[str, Node] = {}
        # Outputs that only hand on something else: of bypassed nodes, reroutes, subgraphs.
        self.passes: dict[Link, Any] = {}
        self.count = 0

    def resolved(self, value: Any) -> Any:
        """A value, or the link to the node that really makes it; None for what is made by nobody."""
        for _ in range(100):
            if not isinstance(value, Link) or value not in self.passes:
                break
            value = self.passes[value]
        if isinstance(value, Link) and (value in self.passes or value.node not in self.nodes):
            return None
        return value

    def unfold(self, graph: dict[str, Any], prefix: str, given: dict[int, Any], depth: int) -> None:
        """Add the nodes of `graph`; `given` is what a subgraph's own inputs stand for."""
        links = dict(_links(graph.get("links")))
        sources = {number: _from(link, prefix, given) for number, link in links.items()}
        for said in _dicts(graph.get("nodes")):
            self.count += 1
            if self.count > _MOST_NODES:
                return
            self._add(said, prefix, sources, depth)
        for _number, (_origin, slot, target, target_slot) in links.items():
            if target == _OUT_OF:
                outer = Link(prefix.removesuffix(":"), target_slot)
                self.passes[outer] = _from((_origin, slot, target, target_slot), prefix, given)

    def _add(self, said: dict[str, Any], prefix: str, sources: dict[Any, Any], depth: int) -> None:
        name, kind, mode = f"{prefix}{said.get('id')}", said.get("type"), said.get("mode")
        if not isinstance(kind, str) or mode == _MUTED:
            return
        inputs = list(_dicts(said.get("inputs")))
        linked = {
            str(each.get("name")): sources.get(_hashable(each.get("link")))
            for each in inputs
            if each.get("link") is not None
        }
        if mode == _BYPASSED or kind == "Reroute":
            for slot, output in enumerate(_dicts(said.get("outputs"))):
                same = (each for each in inputs if kind == "Reroute" or each.get("type") == output.get("type"))
                self.passes[Link(name, slot)] = next((linked.get(str(each.get("name"))) for each in same), None)
            return
        values = _widgets(kind, said, inputs) | {key: value for key, value in linked.items() if value is not None}
        if kind == "PrimitiveNode":
            self.passes[Link(name, 0)] = values.get("value")
        elif depth < _DEEPEST and (inside := self._inside(kind, said)) is not None:
            named = [linked.get(str(each.get("name")), values.get(str(each.get("name")))) for each in inputs]
            self.unfold(inside, f"{name}:", dict(enumerate(named)), depth + 1)
        else:
            self.nodes[name] = Node(name, kind, values)

    def _inside(self, kind: str, said: dict[str, Any]) -> dict[str, Any] | None:
        """What a subgraph or a group holds, None for any other node."""
        group = group_named(kind, self.groups)
        return subgraph_of(group, said.get("widgets_values")) if group is not None else self.subgraphs.get(kind)


def _widgets(kind: str, said: dict[str, Any], inputs: list[dict[str, Any]]) -> dict[str, Any]:
    values = said.get("widgets_values")
    if isinstance(values, dict):
        return {str(name): value for name, value in values.items()}
    if not isinstance(values, list):
        return {}
    names = _WIDGETS.get(kind)
    if names is not None:
        if _SEED in names and len(values) == len(names) - 1:
            names = tuple(name for name in names if name != _SEED)
        return {name: value for name, value in zip(names, values, strict=False) if name != _SEED}
    widgets = [str(each.get("name")) for each in inputs if isinstance(each.get("widget"), dict)]
    named: dict[str, Any] = {}
    rest = iter(values[:500])
    for name in widgets:
        value = next(rest, None)
        if isinstance(value, str) and value in _AFTER_SEED and any("seed" in before for before in list(named)[-1:]):
            value = next(rest, None)
        named[name] = value
    if not widgets:
        # Nameless: the only text of a node that shows or holds one.
        texts = [value for value in values[:50] if isinstance(value, str)]
        named = {"text": texts[0]} if len(texts) == 1 else {}
        for place, value in enumerate(each for each in values[:50] if isinstance(each, dict) and "lora" in each):
            named[f"lora_{place + 1}"] = value
    return named


def _links(links: Any) -> Iterator[tuple[Any, tuple[str, int, str, int]]]:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, list) and len(link) >= 5:
            number, origin, slot, target, target_slot = link[:5]
        elif isinstance(link, dict):
            number, origin, slot = link.get("id"), link.get("origin_id"), link.get("origin_slot")
            target, target_slot = link.get("target_id"), link.get("target_slot")
        else:
            continue
        if isinstance(slot, int) and isinstance(target_slot, int):
            yield _hashable(number), (str(origin), slot, str(target), target_slot)


def _from(link: tuple[str, int, str, int], prefix: str, given: dict[int, Any]) -> Any:
    origin, slot, _target, _target_slot = link
    return given.get(slot) if origin == _INTO else Link(f"{prefix}{origin}", slot)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str) else str(value)[:40]


def _dicts(values: Any) -> Iterator[dict[str, Any]]:
    return (each for each in values if isinstance(each, dict)) if isinstance(values, list) else iter(())
