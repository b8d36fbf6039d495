"""Heads in ink with large eyes (Adventurer by Lisa Wischofsky, CC BY 4.0)."""

from __future__ import annotations

import random
from typing import Any

from .drawing import Drawing
from .palette import BACKGROUNDS, colour
from .portrait import DARK_SHARE, DARK_SKIN, HAIR_COLOURS, LIGHT_SKIN

NAME = "adventurer"
SHARE = 18

MEN_HAIR: dict[str, tuple[str, ...]] = {
    "short01": ("short_hair",),
    "short07": ("short_hair",),
    "short16": ("short_hair", "spiked_hair"),
    "short15": ("mohawk",),
    "short03": ("short_hair", "curly_hair"),
    "short19": ("bald",),
}
WOMEN_HAIR: dict[str, tuple[str, ...]] = {
    "long01": ("medium_hair", "bob_cut"),
    "long09": ("long_hair",),
    "long07": ("long_hair", "blunt_bangs"),
    "long06": ("long_hair", "wavy_hair"),
    "long19": ("long_hair", "ponytail"),
    "long16": ("long_hair", "single_braid"),
    "long15": ("twintails", "blunt_bangs"),
    "long23": ("hair_bun", "double_bun"),
    "long10": ("hair_bun",),
}
OPEN_EYES = ("variant24", "variant26")
OTHER_EYES: dict[str, tuple[str, ...]] = {
    "variant19": ("closed_eyes",),
    "variant20": ("closed_eyes",),
    "variant21": ("one_eye_closed",),
    "variant22": ("one_eye_closed",),
}
MOUTHS: dict[str, tuple[str, ...]] = {
    "variant25": ("smile", "open_mouth"),
    "variant27": ("smile", "open_mouth"),
    "variant29": ("smile", "closed_mouth"),
    "variant04": ("frown", "closed_mouth"),
    "variant14": ("frown", "open_mouth"),
    "variant03": ("open_mouth",),
    "variant16": ("tongue_out",),
    "variant23": ("smile", "grin"),
}
GLASSES = ("variant02", "variant04")
SUNGLASSES = "variant01"


def draw(rng: random.Random) -> Drawing:
    """Choose a head: background, hair, skin, eyes, what is worn before them, mouth and perhaps a moustache."""
    background, hair_colour = rng.choice(BACKGROUNDS), rng.choice(HAIR_COLOURS)
    hair = rng.choice((*MEN_HAIR, *WOMEN_HAIR))
    man = hair in MEN_HAIR
    dark = rng.random() < DARK_SHARE
    mouth = rng.choice(tuple(MOUTHS))
    eyes = rng.choice(OPEN_EYES if rng.random() < 0.55 else tuple(OTHER_EYES))
    worn = rng.choices(("glasses", "sunglasses", None), weights=(25, 15, 60))[0]
    mustache = man and rng.random() < 0.3

    tags = ["1boy" if man else "1girl", f"{background}_background", *{**MEN_HAIR, **WOMEN_HAIR}[hair]]
    if hair != "short19":
        tags.append(f"{hair_colour}_hair")
    if worn == "sunglasses":
        eyes = OPEN_EYES[0]  # what the dark glass hides must not be tagged
    tags += [*OTHER_EYES.get(eyes, ()), *MOUTHS[mouth]]
    if worn:
        tags.append(worn)
    if dark:
        tags.append("dark_skin")
    if mustache:
        tags += ["mustache", "facial_hair"]
    tags.append("adventurer_(style)")
    options: dict[str, Any] = {
        "flip": rng.choice(("none", "horizontal")),
        "scale": 1.1,
        "translateY": 5,  # room for the mohawk
        "backgroundColor": colour(rng, background),
        "hairVariant": hair,
        "hairProbability": 100,
        "hairColor": colour(rng, hair_colour),
        "skinColor": rng.choice(DARK_SKIN if dark else LIGHT_SKIN),
        "eyesVariant": eyes,
        "eyesColor": colour(rng, "black"),
        "eyebrowsVariant": "variant07" if "frown" in tags else "variant10",
        "mouthVariant": mouth,
        "glassesProbability": 100 if worn else 0,
        "glassesColor": colour(rng, "black"),
        "detailsProbability": 100 if mustache else 0,
        "earringsProbability": 0,
    }
    if worn:
        options["glassesVariant"] = SUNGLASSES if worn == "sunglasses" else rng.choice(GLASSES)
    if mustache:
        options["detailsVariant"] = "mustache"
    return Drawing(NAME, options, tuple(tags))
