"""Head-and-shoulders portraits (ToonHead by Johan Melin, CC BY 4.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import BACKGROUNDS, colour
from .portrait import DARK_SHARE, DARK_SKIN, HAIR_COLOURS, LIGHT_SKIN

NAME = "toon-head"
SHARE = 34

CLOTHES_COLOURS = ("red", "blue", "green", "yellow", "pink", "purple", "black", "white")

# (front variant, rear variant or None, tags); the undercut is left out until the pictures are larger
HAIR: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    ("sideComed", None, ("short_hair",)),
    ("spiky", None, ("short_hair", "spiked_hair")),
    ("bun", None, ("hair_bun",)),
    ("sideComed", "shoulderHigh", ("medium_hair",)),
    ("sideComed", "neckHigh", ("medium_hair", "bob_cut")),
    ("sideComed", "longStraight", ("long_hair",)),
    ("sideComed", "longWavy", ("long_hair", "wavy_hair")),
)
EYES: dict[str, tuple[str, ...]] = {
    "happy": (),
    "wide": (),
    "humble": ("closed_eyes",),
    "bow": ("closed_eyes",),
    "wink": ("one_eye_closed",),
}
MOUTHS: dict[str, tuple[str, ...]] = {
    "smile": ("smile", "closed_mouth"),
    "laugh": ("smile", "open_mouth"),
    "agape": ("open_mouth",),
    "sad": ("frown", "closed_mouth"),
}
BEARDS: dict[str, tuple[str, ...]] = {
    "fullBeard": ("beard", "facial_hair"),
    "longBeard": ("beard", "facial_hair"),
    "moustacheTwirl": ("mustache", "facial_hair"),
}


def draw(rng: random.Random) -> Drawing:
    """Choose a portrait: background, hair, skin, eyes, mouth, clothes and perhaps a beard."""
    background, hair_colour, clothes_colour = (
        rng.choice(BACKGROUNDS),
        rng.choice(HAIR_COLOURS),
        rng.choice(CLOTHES_COLOURS),
    )
    front, rear, hair_tags = rng.choice(HAIR)
    man = hair_tags[0] == "short_hair" and rng.random() < 0.75
    beard = rng.choice(tuple(BEARDS)) if man and rng.random() < 0.5 else None
    garment = "dress" if not man and rng.random() < 0.5 else "shirt"
    dark = rng.random() < DARK_SHARE
    eyes = rng.choice(("happy", "wide", *EYES))
    mouth = rng.choice(tuple(MOUTHS))

    tags = ["1boy" if man else "1girl", f"{background}_background", f"{hair_colour}_hair", *hair_tags]
    tags += EYES[eyes] + MOUTHS[mouth]
    tags += [f"{clothes_colour}_{garment}", garment]
    if dark:
        tags.append("dark_skin")
    if beard:
        tags += BEARDS[beard]
    tags.append("toon-head_(style)")
    options: dict[str, Any] = {
        "flip": rng.choice(("none", "horizontal")),
        "backgroundColor": colour(rng, background),
        "hairVariant": front,
        "hairProbability": 100,
        "hairColor": colour(rng, hair_colour),
        "rearHairProbability": 100 if rear else 0,
        "skinColor": rng.choice(DARK_SKIN if dark else LIGHT_SKIN),
        "eyesVariant": eyes,
        "eyebrowsVariant": "sad" if mouth == "sad" else "neutral",
        "mouthVariant": mouth,
        "clothesVariant": "dress" if garment == "dress" else "tShirt",
        "clothesColor": colour(rng, clothes_colour),
        "beardProbability": 100 if beard else 0,
    }
    if rear:
        options["rearHairVariant"] = rear
    if beard:
        options["beardVariant"] = beard
    return Drawing(NAME, options, tuple(tags))
