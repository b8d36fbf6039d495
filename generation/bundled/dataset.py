"""Pictures with known tags: rendered once, kept as arrays, and read again by every later step.

Files in the working folder: ``pictures.npy`` (uint8, N x size x size x 3) and ``drawings.json`` (style and tags of each
picture).
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from PIL import Image

from .styles import Drawing, draw
from .vocabulary import TAGS

Progress = Callable[[int, int], None]


@cache
def _style(name: str) -> Style:
    return Style(json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8")))


def render(drawing: Drawing, seed: int, size: int) -> np.ndarray:
    """Render a drawing as uint8 RGB of ``size`` x ``size``; ``seed`` decides what the options leave open."""
    options: dict[str, object] = {"seed": str(seed), "size": size}
    for key, value in drawing.options.items():
        options[key] = [value] if key.endswith(("Variant", "Color")) else value
    svg = Avatar(_style(drawing.style), options).to_json()["svg"]
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def sample(seed: int) -> Drawing:
    """The drawing with this number; the same number always gives the same drawing."""
    drawing = draw(random.Random(seed))  # noqa: S311 - a reproducible choice, not a secret
    unknown = set(drawing.tags) - set(TAGS)
    if unknown:
        raise ValueError(f"Tags missing from the vocabulary: {sorted(unknown)}")
    return drawing


def build(folder: Path, count: int, size: int, first_seed: int = 0, progress: Progress | None = None) -> None:
    """Render ``count`` pictures into ``folder``, unless as many of that size are there already."""
    pictures_path, drawings_path = folder / "pictures.npy", folder / "drawings.json"
    if pictures_path.exists() and drawings_path.exists():
        shape = np.load(pictures_path, mmap_mode="r").shape
        if shape[0] >= count and shape[1] == size:
            return
    folder.mkdir(parents=True, exist_ok=True)
    half_done = folder / "pictures.part.npy"
    pictures = np.lib.format.open_memmap(half_done, mode="w+", dtype=np.uint8, shape=(count, size, size, 3))
    drawings = []
    for index in range(count):
        drawing = sample(first_seed + index)
        pictures[index] = render(drawing, first_seed + index, size)
        drawings.append({"style": drawing.style, "tags": drawing.tags})
        if progress is not None:
            progress(index + 1, count)
    pictures.flush()
    drawings_path.write_text(json.dumps(drawings))
    half_done.replace(pictures_path)


def load(folder: Path) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """The pictures (uint8, memory-mapped) and the tags of each."""
    pictures = np.load(folder / "pictures.npy", mmap_mode="r")
    drawings = json.loads((folder / "drawings.json").read_text())
    return pictures, [tuple(drawing["tags"]) for drawing in drawings]
