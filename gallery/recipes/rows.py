"""A recipe as the typed columns of `PostGeneration`, and back."""

from typing import Any

from gallery.models import Post, PostGeneration
from gallery.provenance import Recipe, searchable

# Parts of a recipe that are columns under their own names; `version` is `generator_version`.
COLUMNS = (
    "prompt",
    "negative_prompt",
    "model_name",
    "model_hash",
    "sampler",
    "scheduler",
    "steps",
    "cfg",
    "seed",
    "denoise",
    "width",
    "height",
    "generator",
)
# Parts that stand in `extra` under their names; LoRAs there with hashes and weights.
EXTRA = (
    "clip_skip",
    "vae",
    "loras",
    "embeddings",
    "mask_blur",
    "masked_content",
    "only_masked",
    "outpaint",
    "hires_scale",
    "hires_steps",
    "hires_denoise",
    "hires_upscaler",
    "guidance",
    "refiner",
    "refiner_switch",
    "rng",
    "vae_hash",
    "composite",
)


def write_recipe(post: Post, recipe: Recipe) -> PostGeneration:
    """Keep `recipe` as that of a post without one, in the caller's transaction."""
    whole = recipe.to_dict()
    return PostGeneration.objects.create(
        post=post,
        prompt_words=searchable(recipe.prompt),
        negative_words=searchable(recipe.negative_prompt),
        loras=[lora.name.lower()[:200] for lora in recipe.loras],
        extra={name: value for name in EXTRA if (value := whole[name]) not in (None, "", (), [], False)},
        generator_version=recipe.version,
        **{name: whole[name] for name in COLUMNS},
    )


def recipe_of(post: Post) -> Recipe | None:
    """The recipe of a post, None where nobody knows it; `generation` had better be loaded with the post."""
    row: PostGeneration | None = getattr(post, "generation", None)
    if row is None:
        return None
    columns: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
    extra = {name: row.extra[name] for name in EXTRA if name in row.extra}
    return Recipe.from_dict(extra | columns | {"version": row.generator_version})
