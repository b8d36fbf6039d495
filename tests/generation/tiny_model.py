"""A bundled model for tests: a real Stable Diffusion folder of 0.3 M random parameters, with `irodori.json`."""

import json
from pathlib import Path
from typing import Any

KNOWN_TAGS = ("1girl", "red_hair", "blue_hair", "smile", "glasses", "green_background", "night_sky")

FACTS: dict[str, Any] = {
    "slug": "tiny",
    "title": "Tiny",
    "family": "sd1",
    "licence": "Apache-2.0",
    "native_width": 64,
    "native_height": 64,
    "min_side": 64,
    "max_side": 128,
    "side_multiple": 16,
    "max_steps": 400,
    "default_steps": 4,
    "default_sampler": "Euler",
    "default_guidance": 3.0,
    "known_tags": [{"name": name, "category": 0} for name in KNOWN_TAGS],
    "example_prompts": ["1girl, smile"],
    "starter_prompts": [
        {"prompt": "1girl, red_hair, smile", "seed": 1, "title": "Red"},
        {"prompt": "night_sky", "seed": 2},
    ],
}


def build_tiny_model(folder: Path) -> Path:
    """Write the folder and return it. Takes seconds: torch and diffusers are imported here."""
    from tests.generation.tiny_folders import build

    build(folder, channels=4, tiny_vae=False, seed=1)
    (folder / "irodori.json").write_text(json.dumps(FACTS), "utf-8")
    (folder / "README.md").write_text("# Tiny\n\nIt can't draw.\n", "utf-8")
    return folder
