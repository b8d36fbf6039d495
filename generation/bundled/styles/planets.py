"""Planets in a starry sky (Planets by DiceBear, CC0 1.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import colour

NAME = "planets"
SHARE = 7

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
BACKGROUNDS = ("black", "blue", "purple", "grey")
SURFACES = ("banded", "cratered", "swirl", "terra")


def draw(rng: random.Random) -> Drawing:
    """Choose a planet: colour, surface, ring, moon, and the colour of space behind it."""
    body = rng.choice(COLOURS)
    background = rng.choice([name for name in BACKGROUNDS if name != body])
    ring, moon, surface = rng.random() < 0.5, rng.random() < 0.5, rng.choice(SURFACES)
    tags = ["no_humans", "space", "planet", f"{body}_theme", f"{background}_background"]
    options: dict[str, Any] = {
        "animationVariant": "none",
        "flip": rng.choice(("none", "horizontal")),
        "backgroundColor": colour(rng, background, 1.0 if background == "black" else 0.7),
        "planetColor": colour(rng, body),
        "surfaceVariant": surface,
        "surfaceProbability": 100,
        "ringProbability": 100 if ring else 0,
        "moonsProbability": 100 if moon else 0,
        "moonColor": colour(rng, "white"),
    }
    if ring:
        options["ringVariant"] = "bold"
        tags.append("planetary_ring")
    if moon:
        options["moonsVariant"] = rng.choice(("one", "two"))
        tags.append("moon")
    if surface == "cratered":
        tags.append("crater")
    return Drawing(NAME, options, tuple(tags))
