"""Pictures with known tags: rendered once, kept as arrays, and read again by every later step.

Files in the working folder: ``pictures.npy`` (uint8, N x size x size x 3) and ``drawings.json`` (style and tags of each
picture).
"""

from __future__ import annotations

import io
import json
import multiprocessing
import random
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from PIL import Image

from .holdout import held_out_pair
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


def training_seeds(count: int, first_seed: int = 0) -> list[int]:
    """The numbers of the first ``count`` drawings that show no held-out pair of tags (see ``holdout``)."""
    seeds: list[int] = []
    number = first_seed
    while len(seeds) < count:
        if held_out_pair(sample(number).tags) is None:
            seeds.append(number)
        number += 1
    return seeds


def _render_sample(seed_and_size: tuple[int, int]) -> np.ndarray:
    seed, size = seed_and_size
    return render(sample(seed), seed, size)


def build(
    folder: Path, count: int, size: int, first_seed: int = 0, workers: int = 1, progress: Progress | None = None
) -> None:
    """Render ``count`` pictures into ``folder`` in ``workers`` processes, unless as many of that size are there."""
    pictures_path, drawings_path = folder / "pictures.npy", folder / "drawings.json"
    if pictures_path.exists() and drawings_path.exists():
        shape = np.load(pictures_path, mmap_mode="r").shape
        if shape[0] >= count and shape[1] == size:
            return
    folder.mkdir(parents=True, exist_ok=True)
    half_done = folder / "pictures.part.npy"
    pictures = np.lib.format.open_memmap(half_done, mode="w+", dtype=np.uint8, shape=(count, size, size, 3))
    seeds = training_seeds(count, first_seed)
    drawings = [sample(seed) for seed in seeds]
    with multiprocessing.get_context("spawn").Pool(workers) if workers > 1 else nullcontext() as pool:
        jobs = [(seed, size) for seed in seeds]
        rendered = pool.imap(_render_sample, jobs, chunksize=32) if pool else map(_render_sample, jobs)
        for index, picture in enumerate(rendered):
            pictures[index] = picture
            if progress is not None:
                progress(index + 1, count)
    pictures.flush()
    drawings_path.write_text(json.dumps([{"style": one.style, "tags": one.tags} for one in drawings]))
    half_done.replace(pictures_path)


def load(folder: Path) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """The pictures (uint8, memory-mapped) and the tags of each."""
    pictures = np.load(folder / "pictures.npy", mmap_mode="r")
    drawings = json.loads((folder / "drawings.json").read_text())
    return pictures, [tuple(drawing["tags"]) for drawing in drawings]
