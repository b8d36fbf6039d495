"""Recipes to start from: a post's (remix), a take's or an earlier request's, as values for the recipe form."""

from __future__ import annotations

from typing import Any

from gallery.models import Post
from generation import checkpoints
from generation.models import Checkpoint, GenerationRequest, Take


def recipe_of_request(request: GenerationRequest) -> dict[str, Any]:
    """All that was asked for, without the seed."""
    return {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "model": request.checkpoint.slug,
        "width": request.width,
        "height": request.height,
        "steps": request.steps,
        "sampler": request.sampler,
        "guidance": request.guidance,
        "count": request.count,
    }


def recipe_of_take(take: Take, *, with_seed: bool) -> dict[str, Any]:
    """What made one take: one picture; with its seed the picture comes out again."""
    recipe = recipe_of_request(take.job.request) | {"count": 1}
    return recipe | {"seed": take.job.seed} if with_seed else recipe


def recipe_of_post(post: Post) -> dict[str, Any]:
    """A post's recipe without the seed. Whoever calls this has checked that its prompt may be read.

    `model` stays away if none of this site's checkpoints is the one that drew the post.
    """
    generation = post.generation
    recipe = {
        "prompt": generation.prompt,
        "negative_prompt": generation.negative_prompt,
        "width": generation.width,
        "height": generation.height,
        "steps": generation.steps,
        "sampler": generation.sampler,
        "guidance": generation.cfg,
    }
    checkpoint = checkpoint_of_post(post)
    if checkpoint is None:
        # Sizes and settings of another model would only be refused.
        return {"prompt": generation.prompt, "negative_prompt": generation.negative_prompt}
    return {key: value for key, value in recipe.items() if value is not None} | {"model": checkpoint.slug}


def checkpoint_of_post(post: Post) -> Checkpoint | None:
    """The available checkpoint that drew a post: by hash, else by name."""
    generation = post.generation
    available = checkpoints.available()
    if generation.model_hash:
        found = available.filter(sha256__startswith=generation.model_hash).first()
        if found:
            return found
    return available.filter(name=generation.model_name).first() if generation.model_name else None
