"""What the page of a post says of how it was made, and what the viewer can do with that."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gallery.models import Post
from gallery.models.post import AiLevel, PromptVisibility
from gallery.post_state import EDITABLE
from gallery.provenance import parameters_text
from gallery.recipes import recipe_of
from gallery.recipes.asking import LONGEST_MESSAGE, answers_seen, request_of
from gallery.recipes.axes import shown_axes
from gallery.recipes.editing import may_edit
from gallery.recipes.facts import shown_recipe
from gallery.recipes.fields import BY_NAME
from gallery.recipes.rows import State, named_by_machine, state_of
from gallery.tag_edits.lineage import Relatives
from gallery.visibility import signed_in


def recipe_panel(request: HttpRequest, shown: Post, *, reads_prompt: bool) -> dict[str, Any]:
    """The context of templates/gallery/parts/recipe.html."""
    recipe, state = recipe_of(shown), state_of(shown)
    on_request = shown.prompt_visibility == PromptVisibility.ON_REQUEST
    if on_request and request.method == "GET":
        answers_seen(request.user, shown)
    member = signed_in(request.user)
    return {
        "recipe": recipe,
        "told": shown_recipe(shown, reads_prompt=reads_prompt),
        "axes": shown_axes(recipe, reads_prompt=reads_prompt) if recipe else [],
        "reads_prompt": reads_prompt,
        "contradicts_label": _contradicts_label(shown, state, reads_prompt),
        "parameters": parameters_text(recipe) if recipe and reads_prompt else "",
        "may_edit_recipe": may_edit(request.user, shown),
        "may_ask": on_request and not reads_prompt and member and shown.status in EDITABLE,
        "asked": request_of(request.user, shown) if on_request and not reads_prompt else None,
        "longest_message": LONGEST_MESSAGE,
    }


def _contradicts_label(shown: Post, state: State | None, reads_prompt: bool) -> bool:
    """Whether a human is said to have made it, and what this viewer may read names a machine."""
    if shown.ai_level != AiLevel.HUMAN or state is None:
        return False
    return any(reads_prompt or not BY_NAME[name].hidden for name, _value in named_by_machine(state) if name in BY_NAME)


def others_to_compare(around: Relatives) -> list[dict[str, Any]]:
    """The posts around one, to be laid beside it."""
    posts = [(_("Parent"), around.parent)] if around.parent else []
    posts += [(_("Sibling"), post) for post in around.siblings] + [(_("Child"), post) for post in around.children]
    return [{"label": label, "id": post.pk} for label, post in posts[:12]]
