"""What is out of reach for models that Stable Diffusion's own loop doesn't draw. Light: the web process asks too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.engine.stock.families import STOCK_FAMILIES

if TYPE_CHECKING:
    from generation.engine.jobs import EngineJob

REMOTE = "remote"
"""The base of a model that an image server draws."""
STOCK_CANNOT = frozenset({"hires", "lora", "embedding", "vae", "clip_skip", "weights"})
REMOTE_CANNOT = STOCK_CANNOT | {"only_masked"}


def cannot(base: str) -> frozenset[str]:
    """Return what models of `base` (`CheckpointFacts.base`, or `REMOTE`) can't do, in the words of `unsupported`.

    `weights` is the one that nobody refuses: these models read plain sentences, so weights are left out of a prompt.
    What a model does with a picture to start from isn't said here, but by `abilities_of_family`.
    """
    if base == REMOTE:
        return REMOTE_CANNOT
    return STOCK_CANNOT if base in STOCK_FAMILIES else frozenset()


def beyond(job: EngineJob, limits: frozenset[str]) -> str:
    """Return the first of `limits` that a job asks for; the empty string when it asks for none."""
    asked = {
        "hires": job.hires is not None,
        "lora": bool(job.loras),
        "embedding": bool(job.embeddings),
        "vae": bool(job.vae),
        "clip_skip": job.clip_skip != 1,
        "only_masked": job.mask is not None and job.only_masked is not None,
    }
    return next((what for what, wanted in asked.items() if wanted and what in limits), "")
