"""The data part of a training: renders pictures and encodes them, while the other parts already read what is there."""

from __future__ import annotations

import sys
import time

import numpy as np

from . import dataset
from .autoencoder import patch_latents
from .components import patch_components
from .growing import GrowingArray
from .plans import Plan
from .rhythm import Budget, bar, tell
from .workplace import Workplace

LEARNED_FROM = 500  # pictures whose patches give the components
BLOCK = 128  # pictures that are encoded at once
# The other parts begin with so many pictures, or a quarter of all.
ENOUGH = 1000


def begin_data(plan: Plan, place: Workplace) -> None:
    """Make room for pictures and latents; forgets those that do not belong to this plan."""
    anew = dataset.begin(place.folder, plan.pictures, plan.size)
    latents, side = GrowingArray(place.latents), plan.size // plan.patch
    shape = (dataset.pictures_of(place.folder).shape()[0], plan.denoiser.shape.latent_channels, side, side)
    # More latents than pictures: it was killed after it had forgotten the pictures and before their latents.
    stale = latents.shape() != shape or latents.count() > dataset.pictures_of(place.folder).count()
    if anew or stale or not place.components.exists():
        latents.start(shape, np.float16)


def prepare_data(place: Workplace, budget: Budget, plan: Plan) -> None:
    """Render the pictures and encode them, as far as that is not done and the budget allows."""
    begin_data(plan, place)
    pictures, latents = dataset.pictures_of(place.folder), GrowingArray(place.latents)
    started, before = time.monotonic(), pictures.count()
    shown = before

    def progress(done: int, count: int) -> bool:
        nonlocal shown
        if done - shown >= 250 or done == count:
            shown = done
            line = (
                f"data     {bar(done / count, time.monotonic() - started, before / count)}, {done} of {count} pictures"
            )
            with place.log("data").open("a") as log:
                log.write(line + "\n")
            tell(line)
        _encode(place, pictures, latents, plan.denoiser.shape.latent_channels, plan.patch)
        return not budget.over()

    if pictures.count() < plan.pictures:
        dataset.fill(place.folder, workers=plan.workers, progress=progress)
    _encode(place, pictures, latents, plan.denoiser.shape.latent_channels, plan.patch)


def _encode(place: Workplace, pictures: GrowingArray, latents: GrowingArray, channels: int, patch: int) -> None:
    """Encode what is complete, in whole blocks or to the last picture."""
    done, ready, room = latents.count(), pictures.count(), pictures.shape()[0]
    if done == ready or (ready < room and ready - done < BLOCK):
        return
    stored = pictures.rows()
    if not place.components.exists():
        if ready < min(LEARNED_FROM, room):
            return
        place.save_components(patch_components(stored[:LEARNED_FROM], channels, patch))
    components, encoded = place.load_components(), latents.rows("r+")
    for start in range(done, ready, BLOCK):
        end = min(start + BLOCK, ready)
        encoded[start:end] = patch_latents(components, stored[start:end])
        latents.complete(end)


def wait_for_data(place: Workplace, budget: Budget) -> bool:
    """Wait until enough pictures are rendered and encoded to begin; False if the budget ended first."""
    latents = GrowingArray(place.latents)
    while not budget.over():
        room = latents.shape()
        if room and latents.count() >= min(ENOUGH, -(-room[0] // 4)):
            return True
        time.sleep(0.2)
    sys.stderr.write("No data came in time.\n")
    return False
