"""What the recipe form holds when the page opens: an example's words, a take's recipe, or a post's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gallery.models import Post
from gallery.visibility import may_read_prompt, reachable_posts
from generation.models import GenerationRequest, Take
from generation.recipes import recipe_of_post, recipe_of_request, recipe_of_take

# What a link may fill in.
FROM_LINK = ("prompt", "negative_prompt", "model")


@dataclass(frozen=True)
class Start:
    """Values for the form and a sentence about where they come from."""

    values: dict[str, Any] = field(default_factory=dict)
    notice: str = ""


def starting_recipe(request: HttpRequest) -> Start:
    """Read `remix` (a post), `take` (with `seed=new` for another seed), `again` (a request) or `prompt` and `model`.

    404 for takes and requests of others and for posts out of this viewer's reach.
    """
    query = request.GET
    post_id, take_id, request_id = (id_in(query.get(name, "")) for name in ("remix", "take", "again"))
    if post_id is not None:
        return _from_post(request, post_id)
    if take_id is not None and request.user.is_authenticated:
        take = get_object_or_404(
            Take.objects.select_related("job__request__checkpoint"), pk=take_id, owner=request.user
        )
        if query.get("seed") == "new":
            return Start(recipe_of_take(take, with_seed=False), _("The recipe of your take, with a new seed."))
        return Start(
            recipe_of_take(take, with_seed=True),
            _("The recipe of your take with its seed: unchanged, it draws the same picture again."),
        )
    if request_id is not None and request.user.is_authenticated:
        earlier = get_object_or_404(
            GenerationRequest.objects.select_related("checkpoint"), pk=request_id, user=request.user
        )
        return Start(recipe_of_request(earlier))
    # No text can hold a NUL: PostgreSQL refuses it.
    given = {name: query.get(name, "").replace("\x00", "") for name in FROM_LINK}
    return Start({name: text for name, text in given.items() if text})


def id_in(text: str) -> int | None:
    """The id that an address names, None where it names none; 0, which nothing has, for more digits than ids have."""
    if not text.isdecimal():
        return None
    # Python refuses to read thousands of digits.
    return int(text) if len(text) < 19 else 0


def _from_post(request: HttpRequest, post_id: int) -> Start:
    reachable = Post.objects.filter(reachable_posts(request.user)).select_related("generation", "author")
    post = get_object_or_404(reachable, pk=post_id)
    if not hasattr(post, "generation") or not post.generation.prompt:
        return Start(notice=_("Post %(id)d has no recipe to start from.") % {"id": post.pk})
    if not may_read_prompt(request.user, post):
        return Start(
            notice=_("The author of post %(id)d keeps its prompt private, so it can’t be remixed.") % {"id": post.pk}
        )
    values = recipe_of_post(post)
    if "model" not in values:
        return Start(
            values,
            _("The prompt of post %(id)d. Its model, %(model)s, is not on this site, so another one draws it.")
            % {"id": post.pk, "model": post.generation.model_name or _("unknown")},
        )
    return Start(values, _("The recipe of post %(id)d without its seed: change what you like.") % {"id": post.pk})
