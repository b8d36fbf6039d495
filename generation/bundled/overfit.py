"""The check before a long training: can the denoiser learn a few pictures by heart, and draw them when asked?

No probe and no decoder is needed: a sample is compared with the training's own latents. One that follows its tags is
nearest to a picture that shows them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import dataset
from .autoencoder import build_autoencoder
from .components import decode_linearly
from .plans import Plan
from .rhythm import Budget
from .sample import draw_latents, training_pipeline
from .sheets import save_grid
from .train import run_part
from .train_data import prepare_data
from .vocabulary import GROUPS
from .workplace import Workplace

FIRST_SEED = 5000
COLUMNS, SHOWN = 8, 32  # of the sheet
COLOURS = frozenset(
    tag for name in ("background", "hair colour", "clothes", "skin colour", "planet colour") for tag in GROUPS[name]
)


@dataclass(frozen=True)
class Agreement:
    """How many of ``asked`` samples are nearest to a picture with all tags asked for, and with all colours.

    ``chance`` is the share of training pictures that would do, for all tags and for the colours.
    """

    asked: int
    all_tags: int
    colours: int
    chance: tuple[float, float]

    def as_text(self) -> str:
        """Two lines for a person."""
        return (
            f"nearest picture shows all tags asked for: {self.all_tags} of {self.asked} (chance {self.chance[0]:.1%})\n"
            f"nearest picture shows all colours asked for: {self.colours} of {self.asked} "
            f"(chance {self.chance[1]:.1%})"
        )


def overfit(place: Workplace, plan: Plan, samples: int = 64) -> Agreement:
    """Train the denoiser on the plan's pictures in ``place``'s folder ``overfit``, then ask for those pictures again.

    Writes ``overfit.json`` and a sheet (rows in turn: pictures, samples with the same tags) into that folder.
    """
    own = Workplace(place.folder / "overfit")
    prepare_data(own, Budget(plan.minutes), plan)
    run_part("denoiser", plan, own)
    pictures, tags = dataset.load(own.folder)
    latents = np.load(own.latents, mmap_mode="r").astype(np.float32)
    asked = list(range(min(samples, len(tags))))
    autoencoder = build_autoencoder(own.load_components(), plan.decoder.channels, plan.decoder.blocks)
    pipeline: Any = training_pipeline(own, autoencoder).to(plan.device)
    drawn = draw_latents(pipeline, [", ".join(tags[number]) for number in asked], first_seed=FIRST_SEED)
    agreement = compare(drawn, latents, [tags[number] for number in asked], tags)
    (own.folder / "overfit.json").write_text(json.dumps(vars(agreement), indent=1) + "\n", "utf-8")
    shown = decode_linearly(own.load_components(), drawn[:SHOWN])
    rows = [
        some[start : start + COLUMNS]
        for start in range(0, len(shown), COLUMNS)
        for some in (pictures[: len(shown)], shown)
    ]
    save_grid(own.sheet("overfit"), np.concatenate(rows), columns=min(COLUMNS, len(shown)))
    return agreement


def compare(
    drawn: np.ndarray, known: np.ndarray, asked: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]
) -> Agreement:
    """Compare samples (latents) with the training's latents; ``asked`` and ``tags`` are the tags of each."""
    flat = known.reshape(len(known), -1)
    nearest = [int(np.square(flat - one.reshape(1, -1)).sum(axis=1).argmin()) for one in drawn]
    shown = [set(some) for some in tags]
    wanted = [set(some) for some in asked]
    chances = [
        float(np.mean([[want <= has for has in shown] for want in some]))
        for some in (wanted, [want & COLOURS for want in wanted])
    ]
    return Agreement(
        len(drawn),
        sum(want <= shown[number] for want, number in zip(wanted, nearest, strict=True)),
        sum(want & COLOURS <= shown[number] for want, number in zip(wanted, nearest, strict=True)),
        (chances[0], chances[1]),
    )
