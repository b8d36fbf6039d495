"""Heads half in profile with wide mouths (Big Smile by Ashley Seo, CC BY 4.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import BACKGROUNDS, colour
from .portrait import DARK_SHARE, HAIR_COLOURS, LIGHT_SKIN

NAME = "big-smile"
SHARE = 14

DARK_SKIN = ("9e5622", "8d5524")  # on darker ones the brown eyes and mouths vanish

MEN_HAIR: dict[str, tuple[str, ...]] = {
    "shortHair": ("short_hair",),
    "bowlCutHair": ("short_hair", "blunt_bangs"),
    "curlyShortHair": ("short_hair", "curly_hair"),
    "mohawk": ("mohawk",),
}
WOMEN_HAIR: dict[str, tuple[str, ...]] = {
    "straightHair": ("medium_hair",),
    "bangs": ("medium_hair", "blunt_bangs"),
    "wavyBob": ("medium_hair", "wavy_hair"),
    "bunHair": ("hair_bun",),
}
# No wink: the second eye is two pixels wide.
EYES: dict[str, tuple[str, ...]] = {"normal": (), "sleepy": ("closed_eyes",)}
MOUTHS: dict[str, tuple[str, ...]] = {
    "openedSmile": ("smile", "open_mouth"),
    "teethSmile": ("smile", "grin"),
    "kawaii": ("smile", "closed_mouth"),
    "openSad": ("frown", "open_mouth"),
    "unimpressed": ("closed_mouth",),
}
# accessory: weight, tags; a cat's ears are an animal's ears
ACCESSORIES: dict[str | None, tuple[int, tuple[str, ...]]] = {
    None: (40, ()),
    "glasses": (25, ("glasses",)),
    "sunglasses": (20, ("sunglasses",)),
    "catEars": (15, ("cat_ears", "animal_ears")),
}


def draw(rng: random.Random) -> Drawing:
    """Choose a head: background, hair, skin, eyes, mouth, and glasses or cat ears."""
    background, hair_colour = rng.choice(BACKGROUNDS), rng.choice(HAIR_COLOURS)
    hair = rng.choice((*MEN_HAIR, *WOMEN_HAIR))
    dark = rng.random() < DARK_SHARE
    eyes, mouth = rng.choice(("normal", *EYES)), rng.choice(tuple(MOUTHS))
    accessory = rng.choices(tuple(ACCESSORIES), weights=[weight for weight, _ in ACCESSORIES.values()])[0]
    if accessory == "sunglasses":
        eyes = "normal"  # what the dark glass hides must not be tagged

    tags = ["1boy" if hair in MEN_HAIR else "1girl", f"{background}_background", f"{hair_colour}_hair"]
    tags += [*{**MEN_HAIR, **WOMEN_HAIR}[hair], *EYES[eyes], *MOUTHS[mouth], *ACCESSORIES[accessory][1]]
    if dark:
        tags.append("dark_skin")
    tags.append("big-smile_(style)")
    options: dict[str, Any] = {
        "flip": rng.choice(("none", "horizontal")),
        "translateY": 6,  # room for the bun
        "backgroundColor": colour(rng, background),
        "hairVariant": hair,
        "hairProbability": 100,
        "hairColor": colour(rng, hair_colour),
        "skinColor": rng.choice(DARK_SKIN if dark else LIGHT_SKIN),
        "eyesVariant": eyes,
        "mouthVariant": mouth,
        "accessoriesProbability": 100 if accessory else 0,
    }
    if accessory:
        options["accessoriesVariant"] = accessory
    return Drawing(NAME, options, tuple(tags))
