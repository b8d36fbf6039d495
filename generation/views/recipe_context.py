"""What the recipe form's template shows beside the form itself: models, shapes, the source, what can be added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import ingest
from gallery.cards import picture_of, preview_url
from gallery.models import Asset, User
from generation import checkpoints, requests, styles, wildcards
from generation.access import Viewer
from generation.door.credits import post_to_credit, style_to_credit
from generation.door.source import find_source, source_named
from generation.engine.limits import cannot
from generation.models import Checkpoint, Mask
from generation.models.checkpoint import Ability
from generation.models.queue import PromptSyntax
from generation.models.resource import ResourceKind
from generation.queueing.standstill import standstill
from generation.recipe_form import SHAPE_NAMES, RecipeForm, starting_values
from generation.shapes import AS_SOURCE, EXACT, fitted, shapes
from generation.usable import resources
from generation.views.edge import PageRequest

# The fields in each fold: it opens where one of them is wrong.
MORE = ("model", "width", "height", "steps", "sampler", "guidance", "seed", "clip_skip", "vae", "syntax", "exact")
MORE_CHOSEN = ("steps", "sampler", "guidance", "seed", "clip_skip", "vae", "syntax")
SOURCE = ("source", "strength", "mask", "mask_blur", "masked_content", "only_masked", "outpaint")
UNDER_SOURCE = ("source", "mask", "mask_blur", "masked_content", "only_masked", "outpaint")
SECOND_PASS = ("hires_scale", "hires_steps", "hires_strength", "hires_upscaler")
SHOWN_WILDCARDS = 60
# The parts of the form that not every model has a use for: what somebody fills in to ask for it, and what means "no".
IDLE: dict[str, tuple[str, tuple[object, ...]]] = {
    "img2img": ("source", ("", None)),
    "hires": ("hires_scale", ("", None)),
    "clip_skip": ("clip_skip", ("", None, 1, "1")),
    "vae": ("vae", ("", None)),
    "only_masked": ("only_masked", ("", None)),
}
PARTS = {"img2img": SOURCE, "hires": SECOND_PASS}
PLAIN = gettext_lazy(
    "“{model}” reads plain sentences: weights such as (word:1.2) are left out of the prompt, and it takes no LoRAs."
)
SMALL = 180
"""Pixels on the long side of the picture that something is drawn over, as pages show it."""


@dataclass(frozen=True)
class Source:
    """The picture that a recipe starts from, as the page shows it; `src` is the small one, blurred where the viewer's
    filter blurs its post."""

    asset: Asset
    label: str
    src: str
    url: str = ""


def credits_in(user: User | AnonymousUser, form: RecipeForm) -> dict[str, Any]:
    """The context of `generation/parts/recipe_credits.html`."""
    named = {name: form[name].value() for name in ("remix_of", "style_page")}
    return {"credited_post": post_to_credit(user, named), "credited_style": style_to_credit(user, named)}


def recipe_context(request: PageRequest, form: RecipeForm, label: str) -> dict[str, Any]:
    """The context of `generation/parts/recipe.html`; `label` are the words of the big button."""
    user = request.user
    available = list(checkpoints.available(user))
    chosen = form["model"].value()
    model = next((each for each in available if each.slug == chosen), available[0] if available else None)
    context: dict[str, Any] = {
        "form": form,
        "model": model,
        "models": available,
        "samplers": checkpoints.samplers_of(model) if model else (),
        "shapes": [],
        "model_facts": {each.slug: _facts(each) for each in available},
        "examples": model.example_prompts if model else [],
        "more_open": _wrong(form, MORE) or (model is not None and _changed(form, model)),
        "second_pass_open": _wrong(form, SECOND_PASS)
        or bool(form["hires_scale"].value() or form["hires_steps"].value()),
        "draw_label": label,
        "standstill": standstill(model) if model else "",
        "most_bytes": ingest.MAX_BYTES,
        "most_megabytes": ingest.MAX_BYTES // 2**20,
        "not_offered": _not_offered(form, model) if model else set(),
        **credits_in(user, form),
        "plain_text": PLAIN,
        "plain_note": str(PLAIN).replace("{model}", model.name) if model and "weights" in _beyond(model) else "",
    }
    source = None
    if isinstance(user, User):
        source, mask = source_of(user, form), _mask_of(user, form)
        words = [wildcard.name for wildcard in wildcards.usable(user).defer("text")]
        context |= {
            "source": source,
            "mask": mask,
            "margins": margins_of(form),
            "inner_open": mask is not None
            or bool(form["mask_refused"].value())
            or any(form["outpaint"].value() or [])
            or _wrong(form, UNDER_SOURCE),
            "source_open": source is not None or _wrong(form, SOURCE),
            "styles": styles.usable(user),
            "loras": resources(user, ResourceKind.LORA),
            "vaes": resources(user, ResourceKind.VAE),
            "wildcards": list(dict.fromkeys(words))[:SHOWN_WILDCARDS],
            # A full queue is said before anything is typed away.
            "queue_note": requests.queue_full(user),
        }
    context["shapes"] = _shape_buttons(model, source)
    return context


def model_of(viewer: Viewer, slug: str | None) -> Checkpoint | None:
    """The available checkpoint of that slug, else the site's default one."""
    available = checkpoints.available(viewer)
    return (available.filter(slug=slug).first() if slug else None) or available.first()


def source_of(user: User, form: RecipeForm) -> Source | None:
    """The picture that the form names, as far as it is `user`'s to use."""
    asset, take, post = find_source(user, source_named(form["source"].value()))
    if asset is None:
        return None
    if post is not None:
        src = picture_of(post, user, SMALL).src
        return Source(asset, _("Post %(id)d") % {"id": post.pk}, src, reverse("gallery:post", args=[post.pk]))
    src = preview_url(asset, SMALL)
    if take is not None:
        return Source(asset, _("Take %(id)d") % {"id": take.pk}, src, reverse("generation:take", args=[take.pk]))
    return Source(asset, _("Your own file"), src)


def margins_of(form: RecipeForm) -> list[tuple[str, str]]:
    """What was typed for each side, and its name."""
    typed = [str(margin) for margin in form["outpaint"].value() or []] + [""] * 4
    return list(zip(typed, (_("Left"), _("Top"), _("Right"), _("Bottom")), strict=False))


def _mask_of(user: User, form: RecipeForm) -> Mask | None:
    number = str(form["mask"].value() or "")
    return Mask.objects.filter(owner=user, pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None


def _wrong(form: RecipeForm, fields: tuple[str, ...]) -> bool:
    return form.is_bound and any(form[name].errors for name in fields)


def _changed(form: RecipeForm, model: Checkpoint) -> bool:
    """Whether what was sent has anything under "More" that is not the model's own; a shape's size is no such thing."""
    if not form.is_bound:
        return False
    own = {name: value for name, value in starting_values(model).items() if name in MORE_CHOSEN}
    typed = {name: str(form[name].value() or "") for name in MORE_CHOSEN}
    first = {name: str(own.get(name, "")) for name in MORE_CHOSEN} | {"syntax": PromptSyntax.values[0]}
    return (
        form["shape"].value() == EXACT
        or bool(form["exact"].value())
        or any(text and not _same(text, first[name]) for name, text in typed.items())
    )


def _same(one: str, other: str) -> bool:
    """Whether two texts are the same, or the same number: a browser sends 7.0 as 7."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def _beyond(model: Checkpoint) -> frozenset[str]:
    """What the model can't do, in the engine's words."""
    return cannot(model.family) | ({"img2img"} if Ability.IMG2IMG not in model.abilities else set())


def _not_offered(form: RecipeForm, model: Checkpoint) -> set[str]:
    """The parts of the form that the model has no use for. What was filled in or is wrong stays in sight."""
    return {
        part
        for part, (field, idle) in IDLE.items()
        if part in _beyond(model) and form[field].value() in idle and not _wrong(form, PARTS.get(part, (field,)))
    }


def _shape_buttons(model: Checkpoint | None, source: Source | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    named: list[dict[str, Any]] = []
    if source is not None:
        width, height = fitted(source.asset.width, source.asset.height, model)
        named.append({"name": AS_SOURCE, "label": SHAPE_NAMES[AS_SOURCE], "width": width, "height": height})
    named += [
        {"name": name, "label": SHAPE_NAMES[name], "width": width, "height": height}
        for name, (width, height) in shapes(model).items()
    ]
    return [*named, {"name": EXACT, "label": SHAPE_NAMES[EXACT]}]


def _facts(model: Checkpoint) -> dict[str, Any]:
    """What the page's script needs to know of a model when it is chosen."""
    return {
        "shapes": shapes(model),
        "family": model.family,
        "steps": model.default_steps,
        "sampler": model.default_sampler,
        "samplers": checkpoints.samplers_of(model),
        "guidance": model.default_guidance,
        "clip_skip": model.default_clip_skip,
        "beyond": sorted(_beyond(model)),
        "max_steps": model.max_steps,
        "min_side": model.min_side,
        "max_side": model.max_side,
        "side_multiple": model.side_multiple,
        "known_tags": model.known_tags,
        "examples": model.example_prompts,
    }
