"""ComfyUI: PNG texts `prompt` and `workflow`; in WebP and AVIF the EXIF tags Model and Make, `prompt:{…}`.

Format: `SaveImage` and `SaveAnimatedWEBP` of ComfyUI. With several samplers in a row the first gives prompt, seed,
steps and model; the last says what was drawn over: with an enlargement between them it is a hires pass, with a start
above step 0 a refiner.
"""

from typing import Any

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.comfyui_graph import Graph, Node, api_graph
from gallery.provenance.readers.comfyui_models import clip_skip_of, model_of
from gallery.provenance.readers.comfyui_samplers import Pass, Path, number_of, path_of_picture, size_of
from gallery.provenance.readers.comfyui_texts import words_of
from gallery.provenance.readers.comfyui_workflow import version_in, workflow_graph
from gallery.provenance.readers.facts import Facts, as_integer, as_number
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.text import read_object

_EXIF = ("Model", "Make", "ImageDescription", "UserComment")


def read(blocks: Blocks) -> Found | None:
    """What the graph says; a text in A1111's manner beside it is kept in the rest."""
    prompt, workflow = graph_texts(blocks)
    editor = read_object(workflow)
    graph = api_graph(read_object(prompt)) or api_graph(editor) or workflow_graph(editor)
    if graph is None:
        return None
    facts = Facts()
    fill(facts, graph, blocks)
    if beside := blocks.text("parameters"):
        facts.keep("parameters", beside)
    return found(facts, names.COMFYUI, version_in(editor), "\n".join(text for text in (prompt, workflow) if text))


def graph_texts(blocks: Blocks) -> tuple[str, str]:
    """The API's graph and the editor's, empty where there is none."""
    texts = {"prompt": blocks.text("prompt"), "workflow": blocks.text("workflow")}
    for tag in _EXIF:
        key, colon, text = blocks.exif.get(tag, "").partition(":")
        if colon and key.strip().lower() in texts and text.lstrip().startswith("{"):
            texts[key.strip().lower()] = texts[key.strip().lower()] or text
    if not any(texts.values()):
        # Saving nodes for JPEG, and Civitai, put it here without a name.
        bare = blocks.exif.get("UserComment", "")
        if bare.lstrip().startswith("{"):
            texts["prompt"] = bare
    return texts["prompt"], texts["workflow"]


def fill(facts: Facts, graph: Graph, blocks: Blocks) -> None:
    """Sort what a graph says into `facts`."""
    path = path_of_picture(graph, blocks.width, blocks.height)
    if path is None:
        return
    first, last = path.passes[-1], path.passes[0]
    facts.integer("seed", number_of(graph, first, "seed"), "seed")
    facts.integer("steps", number_of(graph, first, "steps"), "steps")
    facts.number("cfg", number_of(graph, first, "cfg"), "cfg")
    facts.sampler(number_of(graph, first, "sampler_name"), number_of(graph, first, "scheduler"))
    _words(facts, graph, first)
    _model(facts, graph, first)
    _origin(facts, graph, path, first)
    _vae(facts, graph, path)
    if last is not first:
        _second(facts, graph, path, first, last)
        facts.keep("samplers", [_summary(graph, step) for step in reversed(path.passes)])
    nets = [graph.value(node, "control_net_name") for node in graph.nodes.values() if "control_net_name" in node.inputs]
    facts.keep("controlnets", [net for net in nets if isinstance(net, str)][:20])


def _words(facts: Facts, graph: Graph, step: Pass) -> None:
    holder = step.guider if step.guider is not step.node else step.node
    guidance: Any = None
    for part, inputs in (("prompt", ("positive", "conditioning", "cond1")), ("negative_prompt", ("negative",))):
        for name in inputs:
            if name in holder.inputs:
                text, encoder, told = words_of(graph, holder, name)
                facts.prompt(part, text)
                guidance = told if guidance is None else guidance
                if part == "prompt":
                    facts.integer("clip_skip", clip_skip_of(graph, encoder), "clip_skip")
                break
    facts.number("guidance", guidance, "guidance")


def _model(facts: Facts, graph: Graph, step: Pass) -> None:
    for holder in (step.node, step.guider, step.sigmas):
        file, loras, loader = model_of(graph, holder)
        if file is not None or loras:
            facts.text("model_name", file, "model")
            for name, weight, encoder in loras:
                facts.lora(name, weight, encoder)
            if loader is not None:
                facts.text("vae", _own_vae(graph, loader), "vae")
            return


def _own_vae(graph: Graph, loader: Node) -> Any:
    name = graph.value(loader, "vae_name")
    return None if isinstance(name, str) and name.lower().startswith("baked") else name


def _origin(facts: Facts, graph: Graph, path: Path, first: Pass) -> None:
    size = size_of(graph, path.origin) if path.origin is not None else size_of(graph, first.node)
    if size is None:
        # Loaders that make the latents too, and nodes between: the nearest that knows a size.
        size = next((found for node in reversed(first.between) if (found := size_of(graph, node))), None)
    if size is not None:
        facts.integer("width", size[0], "width", least=1)
        facts.integer("height", size[1], "height", least=1)
    ways = [*first.between, *([path.origin] if path.origin else [])]
    loaded = next((node for node in ways if "loadimage" in node.lower or node.kind.startswith("Load Image")), None)
    if loaded is not None:
        facts.number("denoise", number_of(graph, first, "denoise"), "denoise", least=0, most=1)
        image = graph.value(loaded, "image")
        facts.keep("source", image if isinstance(image, str) else None)


def _vae(facts: Facts, graph: Graph, path: Path) -> None:
    for node in (*path.below, *(between for step in path.passes for between in step.between)):
        if "vae" in node.inputs and (behind := graph.source(node, "vae")):
            facts.text("vae", _own_vae(graph, behind[0]) if "vae_name" in behind[0].inputs else None, "vae")
            return


def _second(facts: Facts, graph: Graph, path: Path, first: Pass, last: Pass) -> None:
    start = as_integer(graph.value(last.node, "start_at_step"))
    steps = as_integer(number_of(graph, first, "steps"))
    between = [node for step in path.passes[:-1] for node in (step.node, *step.between)]
    enlarged = [node for node in between if "upscale" in node.lower or "scale" in node.lower]
    if start and steps and not enlarged:
        file, _loras, _loader = model_of(graph, last.node)
        if file != model_of(graph, first.node)[0]:
            facts.text("refiner", file, "refiner")
        facts.number("refiner_switch", round(start / steps, 4), "start_at_step", least=0, most=1)
        return
    facts.number("hires_denoise", number_of(graph, last, "denoise"), "hires denoise", least=0, most=1)
    facts.integer("hires_steps", number_of(graph, last, "steps"), "hires steps")
    scale: float | None = None
    for node in enlarged:
        by = as_number(graph.value(node, "scale_by", "upscale_by", "factor", "rescale_factor"))
        wide, base = as_number(graph.value(node, "width")), facts.parts.get("width")
        if by is None and wide and base:
            by = round(wide / base, 4)
        if by is not None and scale is None:
            scale = by
        model = graph.source(node, "upscale_model")
        name = graph.value(model[0], "model_name") if model else graph.value(node, "upscale_method")
        facts.text("hires_upscaler", name, "hires upscaler")
    facts.number("hires_scale", scale, "hires scale", least=0)


def _summary(graph: Graph, step: Pass) -> dict[str, Any]:
    settings = ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise")
    values = {name: number_of(graph, step, name) for name in settings}
    plain = {name: value for name, value in values.items() if isinstance(value, int | float | str)}
    return {"node": step.node.kind, **plain}
