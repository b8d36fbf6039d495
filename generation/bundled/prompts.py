"""Prompts that show what the model can do."""

from __future__ import annotations

from typing import Any, Final

EXAMPLES: Final = (
    "1girl, long hair, red hair, blue background, smile, green dress",
    "1girl, hair bun, blonde hair, dark skin, purple background, white shirt",
    "1boy, short hair, spiked hair, green hair, yellow background, red shirt",
    "1girl, bob cut, pink hair, closed eyes, black background, red dress",
    "monster, blue skin, orange background, open mouth",
    "monster, green skin, one-eyed, orange background",
    "scenery, day, blue sky, sun, grass, hill",
    "scenery, sunset, orange sky, ocean, water",
    "scenery, night, night sky, moon",
    "planet, space, red theme, black background",
)

# The pictures of a new site. Each was looked at: every tag in its prompt is to be seen in what this seed draws at the
# default settings. New weights need new seeds.
STARTERS: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": "Red hair",
        "prompt": "1girl, long_hair, red_hair, blue_background, smile, green_dress, dress",
        "seed": 4,
    },
    {"title": "One eye", "prompt": "monster, no_humans, green_skin, one-eyed, orange_background", "seed": 3},
    {"title": "A day outside", "prompt": "scenery, no_humans, day, blue_sky, sun, grass, hill", "seed": 3},
    {
        "title": "Hair bun",
        "prompt": "1girl, hair_bun, blonde_hair, dark_skin, purple_background, white_shirt, shirt",
        "seed": 2,
    },
    {"title": "Red planet", "prompt": "planet, space, no_humans, red_theme, black_background", "seed": 2},
    {
        "title": "Eyes closed",
        "prompt": "1girl, pink_hair, bob_cut, medium_hair, closed_eyes, black_background, red_dress, dress",
        "seed": 4,
    },
)
