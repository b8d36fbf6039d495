"""Prompts that show what the model can do."""

from __future__ import annotations

from typing import Any, Final

EXAMPLES: Final = (
    "1girl, toon-head_(style), long_hair, red_hair, blue_background, smile, green_dress",
    "1girl, adventurer_(style), glasses, double_bun, black_hair, pink_background, smile",
    "1boy, adventurer_(style), sunglasses, mohawk, red_hair, yellow_background, grin",
    "1girl, big-smile_(style), cat_ears, medium_hair, purple_hair, blue_background, smile",
    "1girl, toon-head_(style), bob_cut, pink_hair, closed_eyes, black_background, red_dress",
    "monster, green_skin, one-eyed, orange_background, smile",
    "monster, red_skin, horns, white_background, open_mouth",
    "potted_plant, cactus, orange_background, smile",
    "scenery, day, blue_sky, sun, grass, hill",
    "scenery, sunset, orange_sky, ocean, water",
    "scenery, night, night_sky, moon, snow, mountain",
    "planet, space, blue_theme, black_background, planetary_ring",
)

# The pictures of a new site, the front page's largest last: title, style, tags, seed. Each was looked at: every tag in
# its prompt is to be seen in what this seed draws at the default settings. New weights need new seeds:
# `python -m generation.bundled seeds` proposes some.
_STARTERS: Final = (
    ("One eye", "", "monster no_humans green_skin one-eyed orange_background", 8),
    ("Hair bun", "toon-head", "1girl hair_bun blonde_hair dark_skin purple_background white_shirt shirt", 3),
    ("Horns", "", "monster no_humans red_skin horns white_background open_mouth", 4),
    ("Eyes closed", "toon-head", "1girl bob_cut medium_hair pink_hair closed_eyes black_background red_dress dress", 8),
    ("Nap", "", "monster no_humans purple_skin closed_eyes pink_background smile", 2),
    ("Green spikes", "toon-head", "1boy short_hair spiked_hair green_hair yellow_background red_shirt shirt", 10),
    ("A day outside", "", "scenery no_humans day blue_sky sun grass hill", 9),
    ("The beard", "toon-head", "1boy beard facial_hair short_hair brown_hair white_background black_shirt shirt", 5),
    ("Winter night", "", "scenery no_humans night night_sky moon snow", 2),
    ("Waves", "toon-head", "1girl long_hair wavy_hair grey_hair dark_skin orange_background blue_shirt shirt", 7),
    ("Red planet", "", "planet space no_humans red_theme black_background", 8),
    ("Braid", "adventurer", "1girl long_hair single_braid blonde_hair closed_eyes green_background", 7),
    ("Rings", "", "planet space no_humans blue_theme purple_background planetary_ring", 2),
    ("Two buns", "adventurer", "1girl glasses hair_bun double_bun black_hair pink_background", 8),
    ("Cactus", "", "potted_plant no_humans cactus orange_background smile", 6),
    ("Cat ears", "big-smile", "1girl cat_ears animal_ears medium_hair purple_hair blue_background smile", 8),
    ("Tulip", "", "potted_plant no_humans flower tulip blue_background", 3),
    ("Curls", "big-smile", "1boy short_hair curly_hair brown_hair dark_skin grey_background smile open_mouth", 4),
    ("Shades", "big-smile", "1girl sunglasses hair_bun red_hair orange_background smile", 6),
    ("Evening at sea", "", "scenery no_humans sunset orange_sky sun ocean water", 9),
    ("Too bright", "adventurer", "1boy sunglasses mohawk red_hair yellow_background grin smile", 4),
    ("Many eyes", "", "monster no_humans blue_skin extra_eyes white_background frown closed_mouth", 2),
    ("Twintails", "adventurer", "1girl twintails blunt_bangs pink_hair white_background smile open_mouth", 8),
    ("Red hair", "toon-head", "1girl long_hair red_hair blue_background smile green_dress dress", 8),
)


def _starter(title: str, style: str, tags: str, seed: int) -> dict[str, Any]:
    words = [*tags.split(), *([f"{style}_(style)"] if style else [])]
    return {"title": title, "prompt": ", ".join(words), "seed": seed}


STARTERS: Final[tuple[dict[str, Any], ...]] = tuple(_starter(*row) for row in _STARTERS)
