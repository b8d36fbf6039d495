"""A recipe as the typed columns of `PostGeneration`, and back; each state of it as a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gallery.models import Post, PostGeneration, PostGenerationVersion, User
from gallery.models.post import RecipeSource
from gallery.provenance import Recipe, searchable
from gallery.recipes.fitting import fitted, storable

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
    "axes",
)
# Human work has a size too.
_OF_ANYBODY = ("width", "height")
PROMPTS = ("prompt", "negative_prompt")


@dataclass(frozen=True)
class State:
    """The generation data of a post at one time: the recipe, what else is said, and where both come from."""

    recipe: Recipe
    rest: dict[str, Any] = field(default_factory=dict)
    source: str = RecipeSource.TYPED

    @classmethod
    def of(cls, row: PostGeneration) -> State:
        """What the row of a post says."""
        columns: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
        extra = {name: row.extra[name] for name in EXTRA if name in row.extra}
        recipe = Recipe.from_dict(extra | columns | {"version": row.generator_version})
        return cls(recipe, row.rest, row.source)

    @classmethod
    def of_version(cls, version: PostGenerationVersion) -> State:
        """What a version says that the data were."""
        prompts = {name: getattr(version, name) for name in PROMPTS}
        return cls(Recipe.from_dict(version.recipe | prompts), version.rest, version.source)

    def says_the_same_as(self, other: State) -> bool:
        """Whether both say the same, wherever they come from."""
        return (self.recipe, self.rest) == (other.recipe, other.rest)

    @property
    def says_nothing(self) -> bool:
        """Whether nobody knows anything of how the picture was made."""
        return not self.rest and not any(_given(value) for value in self.recipe.to_dict().values())


NOTHING = State(Recipe(generator="", version=""))


def write_recipe(
    post: Post,
    recipe: Recipe,
    *,
    raw: str = "",
    rest: Mapping[str, Any] | None = None,
    source: str = RecipeSource.SITE_JOB,
) -> PostGeneration:
    """Keep `recipe` as the first state of that of a new post, in the transaction that makes the post.

    What a file says and the columns cannot hold stands in `rest` afterwards.
    """
    recipe, rest = fitted(recipe, rest or {})
    row = PostGeneration(post=post, raw=storable(raw))
    put(row, State(recipe, rest, source), number=1)
    row.file_version = 1
    row.save(force_insert=True)
    record(row, post.author, post.created_at)
    return row


def put(row: PostGeneration, state: State, *, number: int) -> None:
    """Set the columns of a row, which the caller saves, to a state; the words that searches read follow."""
    recipe, whole = state.recipe, state.recipe.to_dict()
    for name in COLUMNS:
        setattr(row, name, whole[name])
    row.generator_version = recipe.version
    row.prompt_words, row.negative_words = searchable(recipe.prompt), searchable(recipe.negative_prompt)
    row.loras = [lora.name.lower()[:200] for lora in recipe.loras]
    row.extra = {name: value for name in EXTRA if _given(value := whole[name])}
    row.rest, row.source, row.version = state.rest, state.source, number


def record(row: PostGeneration, editor: User, at: datetime, reason: str = "") -> PostGenerationVersion:
    """Write down what a row became."""
    state = State.of(row)
    whole = state.recipe.to_dict()
    return PostGenerationVersion.objects.create(
        post_id=row.post_id,
        number=row.version,
        editor=editor,
        at=at,
        source=state.source,
        recipe={name: value for name, value in whole.items() if name not in PROMPTS},
        rest=state.rest,
        reason=reason,
        **{name: whole[name] for name in PROMPTS},
    )


def state_of(post: Post) -> State | None:
    """The generation data of a post, None where there are none; `generation` had better be loaded with the post."""
    row: PostGeneration | None = getattr(post, "generation", None)
    return State.of(row) if row is not None else None


def recipe_of(post: Post) -> Recipe | None:
    """The recipe of a post, None where nobody knows it; `generation` had better be loaded with the post."""
    state = state_of(post)
    return state.recipe if state is not None and not state.says_nothing else None


def file_state_of(post: Post) -> State | None:
    """The generation data that the post's files carry: the newest that its author or a moderator stands by.

    Those of the job or the sent file are the author's first version. None where only others typed some, or nobody did.
    """
    row: PostGeneration | None = getattr(post, "generation", None)
    if row is None or row.file_version == 0:
        return None
    if row.file_version == row.version:
        return State.of(row)
    version = PostGenerationVersion.objects.filter(post_id=post.pk, number=row.file_version).first()
    return State.of_version(version) if version is not None else None


def named_by_machine(state: State) -> frozenset[tuple[str, str]]:
    """What of generation data speaks of a model or a program, by name and value; sizes and other keys do not."""
    whole = state.recipe.to_dict()
    return frozenset((name, repr(value)) for name, value in whole.items() if name not in _OF_ANYBODY and _given(value))


def file_recipe_of(post: Post) -> Recipe | None:
    """The recipe that the post's files carry, None for none; `generation` had better be loaded with the post."""
    state = file_state_of(post)
    return state.recipe if state is not None and not state.says_nothing else None


def _given(value: Any) -> bool:
    return value not in (None, "", (), [], False)
