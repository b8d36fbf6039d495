"""The tags that the bundled model knows, and the groups in which one excludes the other.

A tag's place in ``TAGS`` is its token number (after the two special tokens), so new tags go to the end: name them in
their group and again at the end of ``LATER``. The names are Danbooru's, general tags there (category 0); only the style
tags are ours.
"""

from __future__ import annotations

GENERAL = 0


def _coloured(kind: str, colours: str) -> tuple[str, ...]:
    return tuple(f"{name}_{kind}" for name in colours.split())


# Within a group a picture shows at most one of the tags.
GROUPS: dict[str, tuple[str, ...]] = {
    "subject": ("1girl", "1boy", "monster", "scenery", "planet", "potted_plant"),
    "style": ("toon-head_(style)", "adventurer_(style)", "big-smile_(style)"),
    "background": _coloured("background", "white grey black red orange yellow green blue purple pink"),
    "hair colour": _coloured("hair", "black brown blonde red blue green pink purple grey white"),
    "hair length": ("short_hair", "medium_hair", "long_hair", "hair_bun"),
    "eyes": ("closed_eyes", "one_eye_closed", "one-eyed", "extra_eyes"),
    "glasses": ("glasses", "sunglasses"),
    "mouth": ("open_mouth", "closed_mouth"),
    "clothes": _coloured("shirt", "red blue green yellow pink purple black white")
    + _coloured("dress", "red blue green yellow pink purple black white"),
    "skin colour": _coloured("skin", "red orange yellow green blue purple pink white"),
    "growth": ("horns", "animal_ears", "antennae", "crown", "single_horn"),
    "sky": ("day", "sunset", "night"),
    "ground": ("grass", "desert", "snow", "ocean", "autumn"),
    "relief": ("mountain", "hill"),
    "planet colour": _coloured("theme", "red orange yellow green blue purple pink"),
    "plant": ("cactus", "flower", "palm_tree", "bush"),
}
# Tags that a picture shows or does not show, whatever else it shows.
SINGLES: tuple[str, ...] = (
    "dark_skin",
    "bob_cut",
    "spiked_hair",
    "wavy_hair",
    "smile",
    "frown",
    "tongue_out",
    "beard",
    "mustache",
    "planetary_ring",
    "moon",
    "crater",
    "curly_hair",
    "blunt_bangs",
    "ponytail",
    "twintails",
    "single_braid",
    "double_bun",
    "mohawk",
    "bald",
    "grin",
    "cat_ears",
    "tulip",
)
# Tags that follow from others; the model knows them, the evaluation does not count them twice.
IMPLIED: tuple[str, ...] = (
    "no_humans",
    "shirt",
    "dress",
    "facial_hair",
    "space",
    "blue_sky",
    "orange_sky",
    "pink_sky",
    "night_sky",
    "sun",
    "sand",
    "water",
)

# Tags that joined after the first training, in the order in which they came.
LATER: tuple[str, ...] = (
    "potted_plant",
    "toon-head_(style)",
    "adventurer_(style)",
    "big-smile_(style)",
    "glasses",
    "sunglasses",
    "cactus",
    "flower",
    "palm_tree",
    "bush",
    "curly_hair",
    "blunt_bangs",
    "ponytail",
    "twintails",
    "single_braid",
    "double_bun",
    "mohawk",
    "bald",
    "grin",
    "cat_ears",
    "tulip",
)

_ALL = tuple(tag for group in GROUPS.values() for tag in group) + SINGLES + IMPLIED
TAGS: tuple[str, ...] = tuple(tag for tag in _ALL if tag not in LATER) + LATER
