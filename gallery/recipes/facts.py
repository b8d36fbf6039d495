"""How a picture was made, as the page of its post shows it: facts that lead to searches, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.links.searches import posts_url
from gallery.models import Post
from gallery.models.post import RecipeSource
from gallery.provenance import Recipe
from gallery.recipes.fields import BY_NAME, FIELDS, rest_texts, text_of, texts_of
from gallery.recipes.rows import State, state_of
from tagging.query import Metatag, print_query

# Shown in places of their own, or together with another.
_APART = {"prompt", "negative_prompt", "loras", "width", "height", "version", "model_hash", "embeddings"}
# Numbers and names that need no quotation marks in a search.
_BARE = re.compile(r"-?\d+(\.\d+)?|[A-Za-z0-9.+]+")
_PRESENCE = {"any", "none"}


@dataclass(frozen=True)
class Fact:
    """`url`: the search for posts with the same, empty for none. `copy`: the name of a copy button's element."""

    label: Any
    text: str
    url: str = ""
    note: str = ""
    copy: str = ""


@dataclass(frozen=True)
class Shown:
    """What the page says of a recipe. `editor`: who typed it, if somebody did; `in_files`: whether files carry it."""

    facts: list[Fact] = field(default_factory=list)
    loras: list[Fact] = field(default_factory=list)
    embeddings: list[str] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)
    raw: str = ""
    source: str = ""
    version: int = 0
    editor: str = ""
    in_files: bool = True


def shown_recipe(post: Post, *, reads_prompt: bool) -> Shown | None:
    """The facts of a post for one who may read its prompt, or may not; None where nobody knows any."""
    state = state_of(post)
    if state is None or state.says_nothing:
        return None
    row = post.generation
    editor = ""
    in_files = row.file_version == row.version
    if row.source == RecipeSource.TYPED or not in_files:
        last = post.generation_versions.select_related("editor").order_by("-number").first()
        editor = last.editor.username if last else ""
    shown = _shown(state, row.raw, reads_prompt=reads_prompt)
    return replace(shown, source=row.source, version=row.version, editor=editor, in_files=in_files)


def _shown(state: State, raw: str, *, reads_prompt: bool) -> Shown:
    return Shown(
        facts=list(_facts(state, reads_prompt)),
        loras=[
            Fact(lora.name, lora.name, search_for(("lora", lora.name)), text_of(lora.weight))
            for lora in state.recipe.loras
            if reads_prompt
        ],
        embeddings=[entry.name for entry in state.recipe.embeddings if reads_prompt],
        rest=rest_texts(state.rest) if reads_prompt else [],
        raw=raw if reads_prompt else "",
    )


def shown_of(recipe: Recipe, rest: dict[str, Any], raw: str) -> Shown:
    """All that the page of a post will show of a recipe that is no post's yet, to whoever may read all of it."""
    return _shown(State(recipe, rest), raw, reads_prompt=True)


def _facts(state: State, reads_prompt: bool) -> Iterable[Fact]:
    texts, recipe = texts_of(state), state.recipe
    for each in FIELDS:
        text = texts[each.name]
        if not text or each.name in _APART or (each.hidden and not reads_prompt):
            continue
        note = ""
        if each.name == "model_name":
            note = recipe.model_hash[:10]
        elif each.name == "generator":
            note = recipe.version
        url = search_for((each.metatag, text)) if each.metatag else ""
        yield Fact(each.label, text, url, note, copy=each.name if each.name in ("seed", "model_name") else "")
    if recipe.model_hash and not recipe.model_name:
        url = search_for(("modelhash", recipe.model_hash))
        yield Fact(BY_NAME["model_hash"].label, recipe.model_hash[:10], url)
    if recipe.width and recipe.height:
        url = search_for(("width", texts["width"]), ("height", texts["height"]))
        yield Fact(_("Size"), f"{recipe.width} × {recipe.height}", url)


def search_for(*terms: tuple[str, str]) -> str:
    """The address of the search for posts with these metatags."""
    return posts_url(" ".join(print_query(Metatag(name, value, _needs_quotes(value))) for name, value in terms))


def _needs_quotes(value: str) -> bool:
    return not _BARE.fullmatch(value) or value.lower() in _PRESENCE
