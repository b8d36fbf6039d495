"""Pictures of another kind than the bundled model's: the tagger learns to say nothing about them.

DiceBear's other styles and `procedures`. A few styles and one procedure are never trained on: whether *they* are
refused says something about pictures that nobody thought of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import numpy as np

from .. import dataset
from ..styles import STYLES, Drawing
from .network import SIDE
from .procedures import PROCEDURES

HELD_OUT_STYLES = ("personas", "pixel-art", "shape-grid")
HELD_OUT_PROCEDURES = ("mosaic",)
TRAINING_SEED, MEASURING_SEED = 80_000_000, 90_000_000
PER_STYLE, PER_PROCEDURE = 80, 250

Progress = Callable[[int, int], None]


def _family(style: str) -> str:
    """``micah-neutral`` is the face of ``micah``."""
    return style.removesuffix("-neutral")


def other_styles() -> list[str]:
    """The installed styles that the data set does not use, nor a face-only copy of one it uses."""
    own = {module.NAME for module in STYLES}
    installed = (path.name for path in files("dicebear_styles").iterdir())
    names = sorted(name.removesuffix(".json") for name in installed if name.endswith(".json"))
    return [name for name in names if _family(name) not in own]


def training_kinds() -> list[str]:
    """Names of the kinds that the tagger may train on."""
    styles = [name for name in other_styles() if _family(name) not in HELD_OUT_STYLES]
    return styles + [name for name in PROCEDURES if name not in HELD_OUT_PROCEDURES]


def held_out_kinds() -> list[str]:
    """Names of the kinds that are only for measuring."""
    return [*HELD_OUT_STYLES, *HELD_OUT_PROCEDURES]


def picture(kind: str, seed: int) -> np.ndarray:
    """One picture of a kind, uint8 128 x 128 x 3; the same seed gives the same picture.

    Styles get a background of any colour, so that a background never tells kinds apart.
    """
    rng = np.random.default_rng(seed)
    if kind in PROCEDURES:
        return PROCEDURES[kind](rng, SIDE)
    background = bytes(rng.integers(0, 256, 3, dtype=np.uint8)).hex()
    return dataset.render(Drawing(kind, {"backgroundColor": background}, ()), seed, SIDE)


def pictures(kinds: Iterable[str], per_style: int, per_procedure: int, first_seed: int) -> tuple[np.ndarray, list[str]]:
    """Pictures of several kinds, and the kind of each."""
    names = [kind for kind in kinds for _ in range(per_procedure if kind in PROCEDURES else per_style)]
    return np.stack([picture(kind, first_seed + number) for number, kind in enumerate(names)]), names


def load_or_build(folder: Path, per_style: int = PER_STYLE, per_procedure: int = PER_PROCEDURE) -> np.ndarray:
    """The training's pictures of another kind (uint8, N x 128 x 128 x 3), rendered once and kept in ``others.npy``.

    They are rendered anew when the list of kinds has changed, as when the data set adopts a style.
    """
    path, names = folder / "others.npy", folder / "others.json"
    wanted = {"kinds": training_kinds(), "per_style": per_style, "per_procedure": per_procedure}
    if path.exists() and names.exists() and json.loads(names.read_text()) == wanted:
        return np.load(path, mmap_mode="r")
    built, _ = pictures(training_kinds(), per_style, per_procedure, TRAINING_SEED)
    np.save(path, built)
    names.write_text(json.dumps(wanted))
    return built
