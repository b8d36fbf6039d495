"""Round little monsters (Critters by DiceBear, CC0 1.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import BACKGROUNDS, colour

NAME = "critters"
SHARE = 13

BODY_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
BODIES = ("bell", "dome", "round", "squat", "tower", "block")
EYES: dict[str, tuple[str, ...]] = {
    "round": (),
    "wide": (),
    "mono": ("one-eyed",),
    "happy": ("closed_eyes",),
    "wink": ("one_eye_closed",),
    "threeRow": ("extra_eyes",),
    "four": ("extra_eyes",),
}
MOUTHS: dict[str, tuple[str, ...]] = {
    "smile": ("smile", "closed_mouth"),
    "grin": ("smile", "open_mouth"),
    "open": ("open_mouth",),
    "frown": ("frown", "closed_mouth"),
    "tongue": ("tongue_out", "smile"),
}
TOPS: dict[str, tuple[str, ...]] = {
    "horns": ("horns",),
    "hornsIn": ("horns",),
    "earsRound": ("animal_ears",),
    "earsPointy": ("animal_ears",),
    "antennae": ("antennae",),
    "crown": ("crown",),
    "spike": ("single_horn",),
}


def draw(rng: random.Random) -> Drawing:
    """Choose a monster: background, body colour, eyes, mouth and what grows on its head."""
    background, body = rng.choice(BACKGROUNDS), rng.choice(BODY_COLOURS)
    accent = rng.choice([name for name in BODY_COLOURS if name != body])
    eyes, mouth = rng.choice(tuple(EYES)), rng.choice(tuple(MOUTHS))
    top = rng.choice(tuple(TOPS)) if rng.random() < 0.75 else None
    tags = ["no_humans", "monster", f"{background}_background", f"{body}_skin", *EYES[eyes], *MOUTHS[mouth]]
    options: dict[str, Any] = {
        "animationVariant": "none",
        "backgroundColor": colour(rng, background),
        "bodyColor": colour(rng, body),
        "accentColor": colour(rng, accent),
        "bodyVariant": rng.choice(BODIES),
        "eyesVariant": eyes,
        "mouthVariant": mouth,
        "topProbability": 100 if top else 0,
        "patternProbability": 0,
        "cheeksProbability": 0,
    }
    if top:
        options["topVariant"] = top
        tags += TOPS[top]
    return Drawing(NAME, options, tuple(tags))
