"""What the recipe form holds when the page opens: an example's words, the recipe of a take or a post, or one of them to
draw over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.models import Post, User
from gallery.visibility import blurred_among, may_read_prompt, reachable_posts
from generation.access import Viewer
from generation.checkpoints import available
from generation.door.source import find_source, source_named
from generation.engine.limits import cannot
from generation.models import Checkpoint, GenerationRequest, Take
from generation.models.checkpoint import Ability
from generation.models.resource import ResourceKind
from generation.prompt_terms import with_loras_of
from generation.recipes import (
    FRESH_SOURCE,
    drawing_over_post,
    drawing_over_take,
    recipe_of_post,
    recipe_of_request,
    recipe_of_take,
)
from generation.style_pages.drawing import drawing_with
from generation.style_pages.seeing import style_called
from generation.takes import why_not_whole
from generation.usable import called, fits, resources
from generation.views.recipe_context import model_of

# What a link may fill in.
FROM_LINK = ("prompt", "negative_prompt", "model")
KEPT_WITH_ANOTHER_MODEL = (
    "prompt",
    "negative_prompt",
    "remix_of",
    "style_page",
    "source",
    "shape",
    "strength",
    "count",
    "syntax",
)


# So many LoRAs that are left out are named.
MOST_NAMED = 16


@dataclass(frozen=True)
class Start:
    """Values for the form and a sentence about where they come from."""

    values: dict[str, Any] = field(default_factory=dict)
    notice: str = ""


def starting_recipe(request: HttpRequest) -> Start:
    """Read `remix` (a post, with `seed=same` for its own seed), `take` (with `seed=new` for another seed), `again` (a
    request), `edit` (a post to draw over), `edit_take` (a take to draw over), `style` (a style's slug,
    with `prompt`) or `prompt` and `model`.

    404 for takes, requests and private styles of others and for posts out of this viewer's reach.
    """
    query = request.GET
    post_id, take_id, request_id = (id_in(query.get(name, "")) for name in ("remix", "take", "again"))
    over_post, over_take = (id_in(query.get(name, "")) for name in ("edit", "edit_take"))
    if query.get("style"):
        return _with_style(request, query["style"])
    if post_id is not None:
        return _from_post(request, post_id, with_seed=query.get("seed") == "same")
    if over_post is not None and request.user.is_authenticated:
        return _over_post(request, over_post)
    if over_take is not None and request.user.is_authenticated:
        over = _own_take(request, over_take)
        if (why := why_not_whole(over)) is not None:
            return Start(recipe_of_take(over, with_seed=True), why.message)
        return _over(request, drawing_over_take(over))
    if take_id is not None and request.user.is_authenticated:
        take = _own_take(request, take_id)
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


# Of another model they would only be refused, or draw something else.
OF_THE_MODEL = ("model", "width", "height", "steps", "sampler", "guidance", "clip_skip", "vae", "hires_steps")


def with_model(start: Start, viewer: Viewer) -> tuple[Start, Checkpoint | None]:
    """The start and the model that draws it. If its own is none that `viewer` may use, the site's default one takes its
    place with its own settings, and the notice says so: in the same words for what is hidden and what isn't there."""
    slug = start.values.get("model")
    model = model_of(viewer, slug)
    if not slug or model is None or model.slug == slug:
        return _with_loras_here(start, viewer, model), model
    values = {name: value for name, value in start.values.items() if name not in OF_THE_MODEL}
    said = _("The model of this recipe isn’t available here; “%(model)s” is chosen instead.") % {"model": model}
    return _with_loras_here(Start(values, said), viewer, model), model


def _with_loras_here(start: Start, viewer: Viewer, model: Checkpoint | None) -> Start:
    """Without the LoRAs that `viewer` can't use with the model: they would only be refused. The notice names them, in
    the same words for what is hidden and what isn't there."""
    if model is None or not any("<" in start.values.get(name, "") for name in ("prompt", "negative_prompt")):
        return start
    loras = [] if "lora" in cannot(model.family) else list(resources(viewer, ResourceKind.LORA))

    def is_here(name: str) -> bool:
        found = called(name, loras)
        return found is not None and fits(found, model)

    prompt, gone = with_loras_of(start.values.get("prompt", ""), is_here)
    # None may stand in what is left out.
    negative, also = with_loras_of(start.values.get("negative_prompt", ""), lambda _name: False)
    names = [name[:80] for name in dict.fromkeys(gone + also)]
    if not names:
        return start
    said = ngettext(
        "The LoRA %(names)s isn’t available here with this model and is left out of the prompt.",
        "The LoRAs %(names)s aren’t available here with this model and are left out of the prompt.",
        len(names),
    ) % {"names": ", ".join(f"“{name}”" for name in names[:MOST_NAMED])}
    values = start.values | {"prompt": prompt, "negative_prompt": negative}
    return Start(values, f"{start.notice} {said}".strip())


def id_in(text: str) -> int | None:
    """The id that an address names, None where it names none; 0, which nothing has, for more digits than ids have."""
    if not text.isdecimal():
        return None
    # Python refuses to read thousands of digits.
    return int(text) if len(text) < 19 else 0


def _own_take(request: HttpRequest, take_id: int) -> Take:
    takes = Take.objects.select_related(
        "job__request__checkpoint", "job__request__vae", "job__request__source_asset", "job__request__style"
    )
    return get_object_or_404(takes, pk=take_id, owner=request.user, erased_at=None)


def _reachable_post(request: HttpRequest, post_id: int) -> Post:
    reachable = Post.objects.filter(reachable_posts(request.user)).select_related("generation", "author")
    return get_object_or_404(reachable, pk=post_id)


def canvas_start(request: HttpRequest, source: str) -> tuple[Start, Checkpoint | None]:
    """What the canvas's form starts with over the picture `source` (as the recipe form names it), which is known to be
    there: its own words and settings as far as they may be read, and a model that paints parts of pictures."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("only members draw")
    _asset, take, post = find_source(user, source_named(source))
    if post is not None:
        words = hasattr(post, "generation") and may_read_prompt(user, post)
        values = drawing_over_post(post, user, words=words)
    elif take is not None:
        values = drawing_over_take(_own_take(request, take.pk))
    else:
        values = dict(FRESH_SOURCE)
    start = _over(request, values | {"source": source}, Ability.INPAINT)
    return with_model(Start(start.values | {"source": source}, start.notice), user)


def _over(request: HttpRequest, values: dict[str, Any], ability: Ability = Ability.IMG2IMG) -> Start:
    """To draw over a picture with the recipe's model, or with another one where that one can't."""
    painting = ability == Ability.INPAINT
    notice = (
        "" if painting else _("Drawing over this picture: say what is to be there, and choose how much may change.")
    )
    models = list(available(request.user))
    meant = next((model for model in models if model.slug == values.get("model")), models[0] if models else None)
    if meant is None or ability in meant.abilities:
        return Start(values, notice)
    able = next((model for model in models if ability in model.abilities), None)
    if able is None and painting:
        return Start(values, _("No model here can paint parts of a picture. Ask whoever runs this site to add one."))
    if able is None:
        drawn_anew = {name: value for name, value in values.items() if name not in FRESH_SOURCE and name != "source"}
        return Start(drawn_anew, _("No model here can start from a picture. Ask whoever runs this site to add one."))
    # Steps, sampler and guidance suit the model that they were chosen for.
    kept = {name: value for name, value in values.items() if name in KEPT_WITH_ANOTHER_MODEL}
    return Start(
        kept | {"model": able.slug},
        (
            _("“%(model)s” can't paint parts of a picture, so “%(able)s” draws here.")
            if painting
            else _("“%(model)s” can't start from a picture, so “%(able)s” draws over this one.")
        )
        % {"model": meant, "able": able},
    )


def _with_style(request: HttpRequest, slug: str) -> Start:
    style = style_called(slug, request.user)
    if style is None:
        raise Http404
    words = request.GET.get("prompt", "").replace("\x00", "")
    said = _("The style “%(style)s” by %(name)s: add what the picture is to show.")
    values = drawing_with(style, request.user, words)
    return Start(values, said % {"style": style.name, "name": style.owner.username})


def _over_post(request: HttpRequest, post_id: int) -> Start:
    post = _reachable_post(request, post_id)
    if blurred_among(request.user, [post]):
        said = _("Your filter blurs post %(id)d. Show it on its own page first, then draw over it.")
        return Start(notice=said % {"id": post.pk})
    words = hasattr(post, "generation") and may_read_prompt(request.user, post)
    return _over(request, drawing_over_post(post, request.user, words=words))


def _from_post(request: HttpRequest, post_id: int, *, with_seed: bool) -> Start:
    post = _reachable_post(request, post_id)
    if not hasattr(post, "generation") or not post.generation.prompt:
        return Start(notice=_("Post %(id)d has no recipe to start from.") % {"id": post.pk})
    if not may_read_prompt(request.user, post):
        return Start(
            notice=_("The author of post %(id)d keeps its prompt private, so it can’t be remixed.") % {"id": post.pk}
        )
    values = recipe_of_post(post, request.user, with_seed=with_seed) | {"remix_of": post.pk}
    if "model" not in values:
        return Start(
            values,
            _("The prompt of post %(id)d. Its model, %(model)s, is not on this site, so another one draws it.")
            % {"id": post.pk, "model": post.generation.model_name or _("unknown")},
        )
    if "seed" in values:
        sentence = _("The recipe of post %(id)d with its seed: unchanged, it draws the same picture again.")
        return Start(values, sentence % {"id": post.pk})
    return Start(values, _("The recipe of post %(id)d without its seed: change what you like.") % {"id": post.pk})
