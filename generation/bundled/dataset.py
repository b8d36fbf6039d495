"""Pictures with known tags: rendered once, kept as arrays, and read again by every later step.

Files in the working folder: ``pictures.npy`` (uint8, N x size x size x 3), which can be read while it grows (see
``growing``), and ``drawings.json`` (style and tags of each picture, those to come included).
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from PIL import Image

from .growing import GrowingArray
from .holdout import held_out_pair
from .styles import Drawing, draw
from .vocabulary import TAGS

# Told now and then how many pictures are complete, of how many; may answer False to stop.
Progress = Callable[[int, int], bool | None]
COUNT_EVERY = 32


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
    return [seed for seed, _ in _training(count, first_seed)]


def _training(count: int, first_seed: int) -> list[tuple[int, Drawing]]:
    found: list[tuple[int, Drawing]] = []
    number = first_seed
    while len(found) < count:
        drawing = sample(number)
        if held_out_pair(drawing.tags) is None:
            found.append((number, drawing))
        number += 1
    return found


def pictures_of(folder: Path) -> GrowingArray:
    """The data set's pictures, complete or growing."""
    return GrowingArray(folder / "pictures.npy")


def tags_of(folder: Path) -> list[tuple[str, ...]]:
    """The tags of all pictures, also of those that are still to come."""
    return [tuple(drawing["tags"]) for drawing in json.loads((folder / "drawings.json").read_text())]


def begin(folder: Path, count: int, size: int, first_seed: int = 0) -> bool:
    """Make room for ``count`` pictures, unless as many of that size are there; True if it began anew.

    What was rendered stays where it shows the same drawings, be it half of them after a kill or more than enough.
    """
    pictures, drawings_path = pictures_of(folder), folder / "drawings.json"
    drawings = [{"style": one.style, "tags": list(one.tags)} for _, one in _training(count, first_seed)]
    there = drawings_path.exists() and pictures.shape()[1:2] == (size,)
    enough = there and (pictures.shape()[0] == count or pictures.count() >= count)
    if enough and json.loads(drawings_path.read_text())[:count] == drawings:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    pictures.complete(0)  # from here on nobody takes the old pictures for those of the new list
    part = drawings_path.with_suffix(".part")
    part.write_text(json.dumps(drawings))
    part.replace(drawings_path)
    pictures.start((count, size, size, 3), np.uint8)
    return True


_rows: np.ndarray  # of the file that this worker process fills


def _start_worker(path: Path) -> None:
    """Open the file, and let those who train go first."""
    global _rows
    _rows = GrowingArray(path).rows("r+")
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker does not notice by itself that its parent was killed: it would wait for jobs forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render_into(rows: np.ndarray, row: int, seed: int) -> int:
    rows[row] = render(sample(seed), seed, rows.shape[1])
    return row


def _render_in_worker(row_and_seed: tuple[int, int]) -> int:
    return _render_into(_rows, *row_and_seed)


def fill(folder: Path, first_seed: int = 0, workers: int = 1, progress: Progress | None = None) -> None:
    """Render what is missing of the pictures that ``begin`` made room for, in ``workers`` processes.

    ``RuntimeError`` if one of these was killed; what is complete by then stays.
    """
    pictures = pictures_of(folder)
    rows, done = pictures.rows("r+"), pictures.count()
    jobs = list(enumerate(training_seeds(len(rows), first_seed)))[done:]
    rendered = _rendered_by(workers, pictures.path, jobs) if workers > 1 else (_render_into(rows, *job) for job in jobs)
    with closing(rendered):
        for row in rendered:
            done = row + 1
            if done % COUNT_EVERY == 0 or done == len(rows):
                pictures.complete(done)
                if progress is not None and progress(done, len(rows)) is False:
                    break


def _rendered_by(workers: int, path: Path, jobs: list[tuple[int, int]]) -> Generator[int, None, None]:
    """The rows in their order, as processes have filled them."""
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker, (path,))
    try:
        yield from pool.map(_render_in_worker, jobs, chunksize=8)
    except BrokenProcessPool as error:
        raise RuntimeError(
            "A process that renders pictures was killed, perhaps for want of memory. Start the training again, with "
            "fewer --workers if need be: it goes on with the pictures that are there."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def build(
    folder: Path, count: int, size: int, first_seed: int = 0, workers: int = 1, progress: Progress | None = None
) -> None:
    """Render ``count`` pictures into ``folder`` in ``workers`` processes, unless as many of that size are there."""
    begin(folder, count, size, first_seed)
    if pictures_of(folder).count() < count:
        fill(folder, first_seed, workers, progress)


def load(folder: Path) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """The complete pictures (uint8, memory-mapped) and the tags of each."""
    pictures = pictures_of(folder)
    count = pictures.count()
    return pictures.rows()[:count], tags_of(folder)[:count]
