"""From the picture back to what drew it: the samplers of a ComfyUI graph, in the order in which they worked."""

from dataclasses import dataclass, field
from typing import Any

from gallery.provenance.readers.comfyui_graph import Graph, Node

# Inputs that a picture comes in by, likeliest first.
_PICTURES = (
    "samples", "latent_image", "latent", "latents", "images", "image", "pixels", "image1", "image_1", "latent1",
    "samples1", "samples_to", "image_a", "destination", "input", "any", "anything", "value", "*", "",
)  # fmt: skip
_NOT_PICTURES = (
    "model", "clip", "vae", "positive", "negative", "conditioning", "control_net", "upscale_model", "mask",
    "noise", "guider", "sampler", "sigmas", "text", "seed", "lora_stack", "pipe", "style_model", "reference",
    "width", "height", "batch", "steps", "cfg", "denoise", "index", "filename",
)  # fmt: skip
_DETAILERS = ("detailer", "facedetail", "reactor")
_MOST_SAMPLERS = 20


@dataclass
class Pass:
    """One sampler with its parts (guider, noise, sigmas stand in nodes of their own in newer graphs), and what lies
    between it and the next one up: `between`, nearest first."""

    node: Node
    guider: Node
    noise: Node
    sampler: Node
    sigmas: Node
    between: list[Node] = field(default_factory=list)


@dataclass
class Path:
    """How one output came about: `passes` from the last sampler to the first, `below` what lies between the output
    and the last, `origin` where the first one's latents come from."""

    output: Node
    passes: list[Pass] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    origin: Node | None = None


def path_of_picture(graph: Graph, width: int, height: int) -> Path | None:
    """The way of the output that this file most likely is; None for a graph without samplers.

    A graph can save several pictures and the file doesn't say which it is: one that is as large as the first latents
    is the path with the fewest samplers, any other the one with the most; previews only where nothing is saved.
    """
    paths = [path for node in outputs(graph) if (path := _path(graph, node)).passes]
    if not paths:
        return None
    saved = [path for path in paths if "preview" not in path.output.lower] or paths
    saved.sort(key=lambda path: len(path.passes))
    if len(saved) > 1 and len(saved[0].passes) < len(saved[-1].passes) and (size := size_of(graph, saved[0].origin)):
        return saved[0] if size == (width, height) else saved[-1]
    most = len(saved[-1].passes)
    return next(path for path in saved if len(path.passes) == most)


def outputs(graph: Graph) -> list[Node]:
    """Nodes that save or show a picture, else those whose picture nobody takes."""
    named = [
        node
        for node in graph.nodes.values()
        if ("save" in node.lower or "preview" in node.lower or "imageoutput" in node.lower) and any(node.links())
    ]
    if named:
        return named[:50]
    taken = {link.node for node in graph.nodes.values() for _name, link in node.links()}
    return [node for node in graph.nodes.values() if node.id not in taken and any(node.links())][:50]


def is_sampler(node: Node) -> bool:
    """Whether a node denoises: it is called so, or like one, and takes latents or a picture."""
    lower = node.lower
    if any(word in lower for word in _DETAILERS):
        return False
    linked = {name for name, _link in node.links()}
    if "ultimatesdupscale" in lower:
        return "model" in linked
    if "sampler" not in lower or not linked & {
        "latent_image",
        "latent",
        "latent_opt",
        "optional_latent",
        "samples",
        "image",
    }:
        return False
    return (
        bool(linked & {"model", "guider", "pipe", "sigmas", "positive"})
        or "seed" in node.inputs
        or "noise_seed" in node.inputs
    )


def size_of(graph: Graph, origin: Node | None) -> tuple[int, int] | None:
    """Width and height of empty latents in pixels."""
    if origin is None:
        return None
    width, height = (
        graph.value(origin, "width", "empty_latent_width"),
        graph.value(origin, "height", "empty_latent_height"),
    )
    if isinstance(width, int) and isinstance(height, int):
        return width, height
    return None


def _path(graph: Graph, output: Node) -> Path:
    path = Path(output)
    between = path.below
    here: Node | None = output
    while here is not None and len(path.passes) < _MOST_SAMPLERS:
        trail, sampler, end = _upwards(graph, here, {step.node.id for step in path.passes})
        between.extend(trail)
        if sampler is None:
            path.origin = end
            break
        path.passes.append(_pass(graph, sampler))
        between = path.passes[-1].between
        here = sampler
    return path


def _upwards(graph: Graph, start: Node, done: set[str]) -> tuple[list[Node], Node | None, Node | None]:
    """The nodes from `start` up to the nearest sampler, that sampler, or else the end of the first way."""
    seen = {start.id, *done}
    stack: list[tuple[Node, list[Node]]] = [(start, [])]
    first_end: tuple[Node, list[Node]] | None = None
    while stack and graph.step():
        node, trail = stack.pop()
        if node is not start and is_sampler(node):
            return trail[:-1], node, None
        nexts = []
        links = sorted(node.links(), key=lambda pair: _rank(pair[0]))
        graph.left -= len(links)
        for _name, link in links:
            above = graph.nodes.get(link.node)
            if above is not None and above.id not in seen and _carries_picture(_name):
                seen.add(above.id)
                # Longer ways than anybody builds are followed, not remembered.
                nexts.append((above, [*trail, above] if len(trail) < 30 else trail))
        if not nexts and first_end is None and node is not start:
            first_end = (node, trail)
        stack.extend(reversed(nexts))
    if first_end is None:
        return [], None, None
    return first_end[1], None, first_end[0]


def _rank(name: str) -> int:
    return _PICTURES.index(name) if name in _PICTURES else len(_PICTURES)


def _carries_picture(name: str) -> bool:
    return name in _PICTURES or not any(name.startswith(word) for word in _NOT_PICTURES)


def _pass(graph: Graph, node: Node) -> Pass:
    def part(name: str) -> Node:
        behind = graph.source(node, name)
        return behind[0] if behind else node

    sigmas = part("sigmas")
    for _ in range(10):
        # SplitSigmas and the like only cut what a scheduler made.
        if "sigmas" not in sigmas.inputs or (behind := graph.source(sigmas, "sigmas")) is None or sigmas is node:
            break
        sigmas = behind[0]
    return Pass(node, part("guider"), part("noise"), part("sampler"), sigmas)


def number_of(graph: Graph, step: Pass, name: str) -> Any:
    """A setting of a pass, from whichever of its nodes has it."""
    places = {
        "seed": ((step.noise, ("noise_seed", "seed")), (step.node, ("seed", "noise_seed"))),
        "steps": ((step.sigmas, ("steps",)), (step.node, ("steps",))),
        "cfg": ((step.guider, ("cfg", "cfg_conds")), (step.node, ("cfg", "cfg_scale"))),
        "denoise": ((step.sigmas, ("denoise",)), (step.node, ("denoise", "denoise_strength"))),
        "sampler_name": ((step.sampler, ("sampler_name",)), (step.node, ("sampler_name", "sampler"))),
        "scheduler": ((step.sigmas, ("scheduler",)), (step.node, ("scheduler",))),
    }[name]
    for node, keys in places:
        value = graph.value(node, *keys)
        if value is not None:
            return value
    if name == "sampler_name" and step.sampler is not step.node and step.sampler.kind.startswith("Sampler"):
        return _SAMPLER_NODES.get(step.sampler.kind)
    if name == "scheduler" and step.sigmas is not step.node and step.sigmas.kind.endswith("Scheduler"):
        return _SCHEDULER_NODES.get(step.sigmas.kind)
    return None


_SAMPLER_NODES = {
    "SamplerEulerAncestral": "euler_ancestral",
    "SamplerDPMPP_2M_SDE": "dpmpp_2m_sde",
    "SamplerDPMPP_3M_SDE": "dpmpp_3m_sde",
    "SamplerDPMPP_SDE": "dpmpp_sde",
    "SamplerDPMPP_2S_Ancestral": "dpmpp_2s_ancestral",
    "SamplerLMS": "lms",
    "SamplerLCMUpscale": "lcm",
    "SamplerDPMAdaptative": "dpm_adaptive",
}
_SCHEDULER_NODES = {
    "KarrasScheduler": "karras",
    "ExponentialScheduler": "exponential",
    "PolyexponentialScheduler": "polyexponential",
    "BetaSamplingScheduler": "beta",
    "AlignYourStepsScheduler": "align_your_steps",
}
