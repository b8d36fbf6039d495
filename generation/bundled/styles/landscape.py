"""Landscapes of four hills under a sky (Landscape by DiceBear, CC0 1.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import colour

NAME = "landscape"
SHARE = 9

# sky: (sky colour, colour of sun or moon, tags)
SKIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "day": ("sky", "yellow", ("day", "blue_sky", "sun")),
    "sunset": ("orange", "red", ("sunset", "orange_sky", "sun")),
    "dusk": ("pink", "orange", ("sunset", "pink_sky", "sun")),
    "night": ("night", "white", ("night", "night_sky", "moon")),
}
# ground: colours of the four hills from the farthest to the nearest, tags
GROUNDS: dict[str, tuple[tuple[str, str, str, str], tuple[str, ...]]] = {
    "grass": (("green", "green", "green", "green"), ("grass",)),
    "desert": (("beige", "beige", "orange", "brown"), ("desert", "sand")),
    "snow": (("white", "white", "grey", "white"), ("snow",)),
    "ocean": (("green", "blue", "blue", "blue"), ("ocean", "water")),
    "autumn": (("orange", "red", "brown", "brown"), ("autumn",)),
}
MOUNTAINS = ("peak", "rugged", "mesa")
HILLS = ("rolling", "gentle", "dunes", "slope")


def draw(rng: random.Random) -> Drawing:
    """Choose a landscape: time of day, ground, and a far line of mountains or hills."""
    time, ground = rng.choice(tuple(SKIES)), rng.choice(tuple(GROUNDS))
    sky, orb, sky_tags = SKIES[time]
    colours, ground_tags = GROUNDS[ground]
    mountain = rng.random() < 0.5
    shade = 0.5 if time == "night" else 1.0
    options: dict[str, Any] = {
        "animationVariant": "none",
        "flip": rng.choice(("none", "horizontal")),
        "backgroundColor": colour(rng, sky),
        "orbColor": colour(rng, orb),
        "orbVariant": "sun",
    }
    for number, name in enumerate(colours, start=1):
        shapes = MOUNTAINS if mountain and number == 1 else HILLS
        options[f"hill{number}Variant"] = rng.choice(shapes)
        options[f"hill{number}Color"] = colour(rng, name, shade * (1.12 - 0.12 * number))
    tags = ("no_humans", "scenery", *sky_tags, *ground_tags, "mountain" if mountain else "hill")
    return Drawing(NAME, options, tags)
