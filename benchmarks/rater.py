"""How often the rating program errs on clean pictures: those that the bundled model draws, and folders of others.

Every picture given to it must be fit for everybody; what it calls stricter than general is its error. How many explicit
pictures it misses is not measured: there are none here, and none are to be fetched. Prints Markdown for
docs/ratings.md. `--draw 0` and a folder of one's own measures that alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from gallery import raters
from gallery.raters import Opinion, Rater

THRESHOLDS = (0.5, 0.8, 0.9, 0.98)
STEPS, GUIDANCE = 20, 2.0


def main() -> None:
    """Draw, read, rate, print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--draw", type=int, default=200, help="pictures to draw with the bundled model")
    wanted.add_argument("--folder", type=Path, action="append", default=[], help="more clean pictures")
    wanted.add_argument("--rater", default="auto", help="the folder's name in gallery/raters")
    chosen = wanted.parse_args()
    name = raters.installed(chosen.rater)
    if name is None:
        print("No rating program is installed; there is nothing to measure.")
        return
    rater = raters.load(name)
    print(f"\n{rater.version}, {os.cpu_count()} processors\n")
    print("| clean pictures | number | " + " | ".join(f"≥ {at}" for at in THRESHOLDS) + " | highest | ms each |")
    print("|---|---|" + "---|" * (len(THRESHOLDS) + 2))
    if chosen.draw:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        told("the starter posts", starters(), rater)
        told("drawn by the bundled model", drawn(chosen.draw), rater)
        told("vector drawings of the kind it learned from", vectors(chosen.draw * 5), rater)
    for folder in chosen.folder:
        told(folder.name, read(folder), rater)


def told(what: str, pictures: Iterator[Image.Image], rater: Rater) -> None:
    """One line of the table: how many of these pictures are called stricter than general with which confidence."""
    opinions, seconds = [], 0.0
    for picture in pictures:
        begun = time.perf_counter()
        opinions.append(rater.rate(picture))
        seconds += time.perf_counter() - begun
    if not opinions:
        return
    stricter = [wrong(one) for one in opinions]
    cells = [f"{sum(one >= at for one in stricter) / len(stricter):.1%}" for at in THRESHOLDS]
    each = seconds / len(opinions) * 1000
    print(f"| {what} | {len(opinions)} | {' | '.join(cells)} | {max(stricter):.2f} | {each:.0f} |", flush=True)


def wrong(opinion: Opinion) -> float:
    """How sure the program is of a rating above general, from 0 to 1."""
    return 1 - opinion.confidence if opinion.rating == "g" else opinion.confidence


def starters() -> Iterator[Image.Image]:
    """What a new site shows first."""
    facts = json.loads((model_folder() / "irodori.json").read_text())
    pipeline = loaded()
    for one in facts["starter_prompts"]:
        yield draw(pipeline, one["prompt"], one["seed"])


def drawn(count: int) -> Iterator[Image.Image]:
    """By prompts of the model's own words, the same ones every time."""
    from generation.bundled.sample import LOOK_AT

    chance, pipeline = random.Random(1), loaded()
    for number in range(count):
        yield draw(pipeline, LOOK_AT[number % len(LOOK_AT)], chance.randrange(2**31))


def vectors(count: int) -> Iterator[Image.Image]:
    """Avatars, monsters, plants and landscapes by the artists whose styles the bundled model learned."""
    from generation.bundled.dataset import render, sample

    for seed in range(count):
        yield Image.fromarray(render(sample(seed), seed, 512))


def read(folder: Path) -> Iterator[Image.Image]:
    """Every picture of a folder, upright, RGB."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".avif"):
            with Image.open(path) as image:
                yield image.convert("RGB")


def draw(pipeline: Any, prompt: str, seed: int) -> Image.Image:
    """One picture, on the processor."""
    import torch

    made = pipeline(
        prompt,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=torch.Generator().manual_seed(seed),
    )
    image: Image.Image = made.images[0]
    return image


def loaded() -> Any:
    """The bundled model."""
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(model_folder(), safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def model_folder() -> Path:
    """Where the bundled model lies."""
    from django.conf import settings

    return Path(settings.BUNDLED_MODEL_DIR)


if __name__ == "__main__":
    main()
