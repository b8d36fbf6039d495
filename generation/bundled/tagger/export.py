"""Export of the tagger: ``tagger.onnx``, ``tagger.json`` and its card ``README.md``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tagging.tagger import FACTS, WEIGHTS

from ..dataset import load
from ..workplace import Workplace, load_checkpoint
from .calibrate import calibrate, implications
from .degrade import degrade
from .network import SIDE, TaggerNetwork, parameters_of
from .onnx_file import OnnxGraph
from .train import held_out_from, load_tagger

MODEL_FOLDER = Path(__file__).with_name("model")
CARD = Path(__file__).with_name("card.md")


def export_tagger(place: Workplace, folder: Path = MODEL_FOLDER) -> None:
    """Write the tagger of the latest checkpoint into `folder`, with thresholds chosen on held-out pictures.

    Each file is written beside the old one and then put in its place. `FileNotFoundError` before the training.
    """
    network = load_tagger(place)
    pictures, tags = load(place.folder)
    first = held_out_from(len(pictures))
    implies = implications(tags)
    # As drawn, and as a model or a copy might bring them: thresholds have to hold for both.
    clean, worn = np.array(pictures[first:]), np.random.default_rng(2)
    torch.manual_seed(2)
    parts = [answers(network, clean)]
    parts += [answers(network, clean[start : start + 64], worn) for start in range(0, len(clean), 64)]
    facts = calibrate(np.concatenate(parts), tags[first:] * 2, implies)
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / WEIGHTS, onnx_content(network))
    content = json.dumps(asdict(facts), indent=1, ensure_ascii=False) + "\n"
    _replace(folder / FACTS, content.encode())
    _replace(folder / "README.md", card(place, folder).encode())


@torch.no_grad()
def answers(network: TaggerNetwork, pictures: np.ndarray, worn: np.random.Generator | None = None) -> np.ndarray:
    """Confidences from 0 to 1 for uint8 pictures N x 128 x 128 x 3, degraded by `worn` where given."""
    parts = []
    for start in range(0, len(pictures), 64):
        some = pictures[start : start + 64]
        shown = degrade(some, worn) if worn else torch.from_numpy(some).permute(0, 3, 1, 2).float() / 127.5 - 1
        parts.append(torch.sigmoid(network(shown)).numpy())
    return np.concatenate(parts)


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of a convolution with its batch norm multiplied in."""
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    weight = convolution.weight * scale[:, None, None, None]
    return weight.detach().numpy(), (norm.bias - mean * scale).detach().numpy()


def onnx_content(network: TaggerNetwork) -> bytes:
    """The network as an ONNX file; input ``pictures``, output ``confidences`` (N x (tags + 1), 0 to 1)."""
    graph = OnnxGraph()

    def convolve(x: str, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> str:
        weight, bias = _folded(convolution, norm)
        pad = int(convolution.padding[0])  # type: ignore[arg-type]
        return graph.node(
            "Conv",
            x,
            graph.weight(weight),
            graph.weight(bias),
            kernel_shape=list(convolution.kernel_size),
            strides=list(convolution.stride),
            pads=[pad] * 4,
            group=convolution.groups,
        )

    x = graph.node("Relu", convolve("pictures", network.stem, network.stem_norm))
    for block in network.blocks:
        y = graph.node("Relu", convolve(x, block.depthwise, block.first_norm))
        y = convolve(y, block.pointwise, block.second_norm)
        x = graph.node("Relu", graph.node("Add", y, x) if block.residual else y)
    neck = [graph.weight(each.detach().numpy()) for each in (network.neck.weight, network.neck.bias)]
    x = graph.node("Flatten", graph.node("Relu", graph.node("Conv", x, *neck, kernel_shape=[1, 1])), axis=1)
    for layer in (network.hidden, network.out):
        weights = [graph.weight(each.detach().numpy()) for each in (layer.weight, layer.bias)]
        x = graph.node("Gemm", x, *weights, transB=1)
        if layer is network.hidden:
            x = graph.node("Relu", x)
    graph.node("Sigmoid", x, output="confidences")
    return graph.save(
        {"pictures": ["N", 3, SIDE, SIDE]},
        {"confidences": ["N", network.out.out_features]},
        "Reads the tags of Irodori's bundled model off pictures of its kind. RGB, 128 x 128, from -1 to 1.",
    )


def card(place: Workplace, folder: Path) -> str:
    """The tagger's card, with the figures of this training and of its measuring filled in."""
    from .evaluate import as_table, fingerprint

    network, state = load_tagger(place), load_checkpoint(place.checkpoint("tagger"))
    path = place.folder / "tagger-evaluation.json"
    measured = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if measured.get("measured") != fingerprint(folder):
        measured = {}  # of other weights
    cost = state["cost"] if state else {"pictures": 0, "core_seconds": 0}
    facts = {
        "parameters": f"{parameters_of(network) / 1e6:.2f}",
        "megabytes": f"{(folder / WEIGHTS).stat().st_size / 1e6:.1f}",
        "tags": str(network.out.out_features - 1),
        "pictures": f"{cost['pictures']:,.0f}",
        "minutes": f"{cost['core_seconds'] / 60:.0f}",
        "evaluation": as_table(measured) if measured else "Not measured yet.",
    }
    text = CARD.read_text("utf-8")
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
