"""Seeds for the starter pictures: new weights draw other pictures from the old ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from diffusers import StableDiffusionPipeline

from .evaluate import PROBE_STEPS, get_probe
from .probe import PLACE, judge
from .prompts import STARTERS
from .sample import draw_prompts
from .sheets import save_grid
from .workplace import Workplace

SHOWN = 8


def propose_seeds(
    place: Workplace, folder: Path, seeds: int, probe_steps: int = PROBE_STEPS
) -> list[tuple[str, list[int]]]:
    """Titles of the starter pictures, each with its best seeds of 1 to ``seeds``, the best first.

    The best is the one whose least certain tag the probe is surest of. A sheet (``seeds.png``, one row per picture,
    the best at the left) is to be looked at: the probe sees tags, not beauty.
    """
    probe = get_probe(place, probe_steps)
    pipeline: Any = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    found, rows = [], []
    for starter in STARTERS:
        drawn = draw_prompts(pipeline, [starter["prompt"]] * seeds, first_seed=1)
        asked = [PLACE[tag] for tag in starter["prompt"].split(", ")]
        order = np.argsort(-judge(probe, drawn)[:, asked].min(axis=1))[:SHOWN]
        found.append((starter["title"], [int(index) + 1 for index in order]))
        rows.append(drawn[order])
    save_grid(place.sheet("seeds"), np.concatenate(rows), columns=len(rows[0]))
    return found
