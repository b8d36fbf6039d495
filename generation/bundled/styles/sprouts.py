"""Potted plants whose pots have faces (Sprouts by DiceBear, CC0 1.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import BACKGROUNDS, colour

NAME = "sprouts"
SHARE = 5

PLANTS: dict[str, tuple[str, ...]] = {
    "cactus": ("cactus",),
    "flower": ("flower",),
    "tulip": ("flower", "tulip"),
    "palm": ("palm_tree",),
    "bush": ("bush",),
}
EYES: dict[str, tuple[str, ...]] = {
    "round": (),
    "wide": (),
    "happy": ("closed_eyes",),
    "wink": ("one_eye_closed",),
}
MOUTHS: dict[str, tuple[str, ...]] = {
    "smile": ("smile", "closed_mouth"),
    "grin": ("smile", "open_mouth"),
    "open": ("open_mouth",),
    "frown": ("frown", "closed_mouth"),
}
POTS = ("bowl", "cylinder", "taper")
POT_COLOURS = ("orange", "yellow", "pink", "white")
BLOOM_COLOURS = ("red", "yellow", "purple", "pink", "white")


def draw(rng: random.Random) -> Drawing:
    """Choose a potted plant: background, plant, pot, and the eyes and mouth on the pot."""
    background = rng.choice([name for name in BACKGROUNDS if name != "green"])  # the plants are green
    plant, eyes, mouth = rng.choice(tuple(PLANTS)), rng.choice(tuple(EYES)), rng.choice(tuple(MOUTHS))
    green = colour(rng, "green")
    flower = "flower" in PLANTS[plant]
    bloom = rng.choice([name for name in BLOOM_COLOURS if name != background])
    pot = rng.choice([name for name in POT_COLOURS if name != background])
    tags = ("no_humans", "potted_plant", f"{background}_background", *PLANTS[plant], *EYES[eyes], *MOUTHS[mouth])
    options: dict[str, Any] = {
        "animationVariant": "none",
        "scale": 1.15,
        "translateY": -2,
        "backgroundColor": colour(rng, background),
        "plantVariant": plant,
        "plantColor": green,
        "bloomColor": colour(rng, bloom) if flower else green,  # a bush bears no flowers here: they would be dots
        "potVariant": rng.choice(POTS),
        "potColor": colour(rng, pot),
        "eyesVariant": eyes,
        "mouthVariant": mouth,
        "patternProbability": 0,
        "cheeksProbability": 0,
    }
    return Drawing(NAME, options, tags)
