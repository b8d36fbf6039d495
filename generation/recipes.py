"""Recipes to start from: a post's (remix), a take's or an earlier request's, as values for the recipe form."""

from __future__ import annotations

from typing import Any

from gallery.models import Post, PostGeneration
from gallery.provenance import Recipe
from generation import checkpoints
from generation.access import Viewer
from generation.models import Checkpoint, GenerationRequest, Take
from generation.models.queue import MAX_SEED
from generation.shapes import AS_SOURCE

# What is forgotten of an earlier edit when its outcome is edited in turn: that mask lay on another picture.
FRESH_SOURCE: dict[str, Any] = {
    "count": 4,
    "shape": AS_SOURCE,
    "strength": 0.6,
    "mask": "",
    "sketch_on": "",
    "only_masked": None,
    "outpaint": [],
    "hires_scale": None,
}


def recipe_of_request(request: GenerationRequest) -> dict[str, Any]:
    """All that was asked for, without the seed."""
    recipe = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "model": request.checkpoint.slug,
        "width": request.width,
        "height": request.height,
        "steps": request.steps,
        "sampler": request.sampler,
        "guidance": request.guidance,
        "count": request.count,
        "syntax": request.syntax,
        "clip_skip": request.clip_skip,
        "exact": request.exact,
        "vae": request.vae.slug if request.vae else "",
        "hires_scale": request.hires_scale,
        "hires_upscaler": request.hires_upscaler,
        # Whom it owes its words to stays with it, as long as that can be opened.
        "remix_of": request.remix_of_id or "",
        "style_page": request.style.slug if request.style else "",
    }
    if request.hires_scale is not None:
        recipe |= {"hires_steps": request.hires_steps, "hires_strength": request.hires_strength}
    if request.source_asset is not None:
        recipe |= {
            **_source_of(request),
            "strength": request.strength,
            "mask": request.mask_id or "",
            "mask_blur": request.mask_blur,
            "masked_content": request.masked_content,
            "only_masked": request.only_masked,
            "outpaint": request.outpaint or [],
        }
    return recipe


def _source_of(request: GenerationRequest) -> dict[str, str]:
    """The request's source as the recipe form names it, and what it was sketched on."""
    named, beneath = "", None
    if request.source_post is not None:
        named, beneath = f"post:{request.source_post_id}", request.source_post.asset_id
    elif request.source_take is not None:
        named, beneath = f"take:{request.source_take_id}", request.source_take.asset_id
    if request.source_asset is None or beneath == request.source_asset_id:
        return {"source": named, "sketch_on": ""}
    return {"source": f"upload:{request.source_asset.key}", "sketch_on": named}


def recipe_of_take(take: Take, *, with_seed: bool) -> dict[str, Any]:
    """What made one take: one picture; with its seed, and the words that its wildcards drew, it comes out again.

    Of one that no job of this site drew: what its recipe says, as far as this site has its model.
    """
    if take.job is None:
        return _recipe_on_file(Recipe.from_dict(take.recipe), take.owner, with_seed=with_seed) | {"count": 1}
    recipe = recipe_of_request(take.job.request) | {"count": 1}
    if not with_seed:
        return recipe
    drawn = {"prompt": take.job.prompt, "negative_prompt": take.job.negative_prompt}
    return recipe | drawn | {"seed": take.job.seed}


def drawing_over_take(take: Take) -> dict[str, Any]:
    """A recipe that draws over a take: its own words and settings, from the take at its own size."""
    recipe = recipe_of_take(take, with_seed=True) | FRESH_SOURCE
    return recipe | {"seed": None, "source": f"take:{take.pk}"}


def drawing_over_post(post: Post, viewer: Viewer, *, words: bool) -> dict[str, Any]:
    """A recipe that draws over a post, with its words where `viewer` may read them."""
    return (recipe_of_post(post, viewer) if words else {}) | FRESH_SOURCE | {"source": f"post:{post.pk}"}


def recipe_of_post(post: Post, viewer: Viewer, *, with_seed: bool = False) -> dict[str, Any]:
    """A post's recipe, without the seed unless it is wanted. Whoever calls this has checked that `viewer` may read its
    prompt. With its seed it is one picture's.

    `model` stays away if none of the checkpoints that `viewer` may use is the one that drew the post.
    """
    return _recipe_on_file(post.generation, viewer, with_seed=with_seed)


def _recipe_on_file(told: PostGeneration | Recipe, viewer: Viewer, *, with_seed: bool) -> dict[str, Any]:
    recipe = {
        "prompt": told.prompt,
        "negative_prompt": told.negative_prompt,
        "width": told.width,
        "height": told.height,
        "steps": told.steps,
        "sampler": told.sampler or None,
        "guidance": told.cfg,
    }
    checkpoint = checkpoint_of(told, viewer)
    if checkpoint is None:
        # Sizes and settings of another model would only be refused.
        return {"prompt": told.prompt, "negative_prompt": told.negative_prompt}
    if with_seed and told.seed is not None and 0 <= told.seed <= MAX_SEED:
        recipe |= {"seed": told.seed, "count": 1}
    return {key: value for key, value in recipe.items() if value is not None} | {"model": checkpoint.slug}


def checkpoint_of(told: PostGeneration | Recipe, viewer: Viewer) -> Checkpoint | None:
    """The checkpoint that a recipe tells of, if `viewer` may use it: by hash, else by name."""
    available = checkpoints.available(viewer)
    if told.model_hash:
        found = available.filter(sha256__startswith=told.model_hash).first()
        if found:
            return found
    return available.filter(name=told.model_name).first() if told.model_name else None
