"""Prompts that show what the model can do."""

from __future__ import annotations

from typing import Any, Final

EXAMPLES: Final = (
    "1girl, long hair, red hair, blue background, smile, green dress",
    "1boy, short hair, beard, brown hair, yellow background, blue shirt",
    "1girl, hair bun, black hair, pink background, dark skin, closed eyes, white dress",
    "monster, green skin, one-eyed, horns, purple background, smile",
    "monster, blue skin, animal ears, orange background, open mouth",
    "scenery, night, moon, snow, mountain",
    "scenery, sunset, orange sky, sun, desert",
    "planet, space, red theme, black background, planetary ring",
)

# The pictures of a new site; their tags are what the picture shows, in Danbooru's spelling.
STARTERS: Final[tuple[dict[str, Any], ...]] = (
    {"prompt": "1girl, long_hair, red_hair, blue_background, smile, closed_mouth, green_dress, dress", "seed": 1},
    {"prompt": "planet, space, no_humans, red_theme, black_background, planetary_ring", "seed": 2},
    {"prompt": "monster, no_humans, green_skin, one-eyed, horns, purple_background, smile", "seed": 3},
    {"prompt": "scenery, no_humans, night, night_sky, moon, snow, mountain", "seed": 4},
    {"prompt": "1boy, short_hair, brown_hair, beard, facial_hair, yellow_background, blue_shirt, shirt", "seed": 5},
    {"prompt": "scenery, no_humans, sunset, orange_sky, sun, desert, sand, hill", "seed": 6},
)
