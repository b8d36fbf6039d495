"""Styles: all that one may use, one with its posts, and their makers' forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.cards import Card, cards
from gallery.errors import UserFacingError
from gallery.models import Post, User
from gallery.moderation.things import decision_about
from gallery.visibility import Viewer, visible_posts
from generation.engine.prompt_syntax import parse
from generation.models import GenerationRequest, StylePage, Take
from generation.models.resource import ResourceKind
from generation.models.style_page import StyleAudience
from generation.prompt_terms import without_loras
from generation.recipes import recipe_of_request, recipe_of_take
from generation.style_pages import writing
from generation.style_pages.forms import StylePageForm, initial_of, rows_of
from generation.style_pages.gathering import put_in, take_out
from generation.style_pages.reported import name_of
from generation.style_pages.seeing import checkpoint_of, loras_of, posts_of, style_opened, visible_styles
from generation.styles import added
from generation.usable import called, resources
from generation.views.edge import MemberRequest
from generation.views.starting import id_in

STYLES_A_PAGE = 24
POSTS_A_PAGE = 40
EXAMPLE = "1girl, smile"
"""What somebody writes, where the form of a style shows what becomes of it."""


@dataclass(frozen=True)
class Line:
    """A style in a list, with the newest of its posts that the viewer can see."""

    style: StylePage
    cover: Card | None


@never_cache
@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Styles that everybody may use and one's own, the newest first; `?of=me` one's own alone."""
    found = StylePage.objects.filter(visible_styles(request.user)).select_related("owner").order_by("-pk")
    mine = request.GET.get("of") == "me" and request.user.is_authenticated
    if mine:
        found = found.filter(owner_id=request.user.pk)
    page = Paginator(found, STYLES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": _lines(list(page), request.user), "mine": mine}
    return render(request, "generation/styles.html", context)


def _lines(listed: list[StylePage], viewer: Viewer) -> list[Line]:
    shown = Post.objects.filter(visible_posts(viewer), style_entries__style=OuterRef("pk"))
    newest = Subquery(shown.order_by("-style_entries__pk").values("pk")[:1])
    rows = StylePage.objects.filter(pk__in=[style.pk for style in listed]).annotate(newest=newest)
    covers = dict(rows.values_list("pk", "newest"))
    posts = Post.objects.filter(pk__in=[pk for pk in covers.values() if pk]).select_related("asset", "author", "stats")
    made = {card.post.pk: card for card in cards(posts.prefetch_related("asset__files"), viewer=viewer)}
    return [Line(style, made.get(covers.get(style.pk) or 0)) for style in listed]


@never_cache
@require_safe
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """What a style adds, who made it, and its posts that the viewer can see."""
    return _page(request, _known(request, slug))


def _page(request: HttpRequest, found: StylePage, *, wrong: str = "", typed: str = "") -> HttpResponse:
    page = Paginator(posts_of(found, request.user), POSTS_A_PAGE).get_page(request.GET.get("page"))
    shown = cards(list(page), viewer=request.user, favourites=True)
    mine = found.owner_id == request.user.pk
    told = decision_about(name_of(found), found.owner) if mine and found.hidden else None
    context = {
        "style": found,
        "told": told,
        "moderates": isinstance(request.user, User) and request.user.is_moderator,
        "mine": mine,
        "model": checkpoint_of(found, request.user),
        "loras": loras_of(found, request.user),
        "page": page,
        "cards": shown,
        "can_go": [card for card in shown if mine or card.post.author_id == request.user.pk],
        "wrong": wrong,
        "typed": typed,
    }
    return render(request, "generation/style.html", context, status=422 if wrong else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def style_new(request: MemberRequest) -> HttpResponse:
    """The form of a new style; `?take=` and `?request=` fill it with a recipe of one's own."""
    if request.method != "POST":
        return _form_page(request, StylePageForm(user=request.user, initial=_start(request)))
    form = StylePageForm(request.POST, user=request.user)
    made, status = form.carry_out(lambda _data: writing.make(request.user, form.wanted()))
    if made is None:
        return _form_page(request, form, status=status)
    messages.success(request, _("“%(name)s” is saved.") % {"name": made.name})
    return redirect("generation:style", made.slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def style_edit(request: MemberRequest, slug: str) -> HttpResponse:
    """The form of one's own style; 422 with what was typed."""
    found = _own(request, slug)
    if request.method != "POST":
        return _form_page(
            request, StylePageForm(user=request.user, style=found, initial=initial_of(found, request.user)), found
        )
    form = StylePageForm(request.POST, user=request.user, style=found)
    saved, status = form.carry_out(lambda _data: writing.change(request.user, found, form.wanted()))
    if saved is None:
        return _form_page(request, form, found, status=status)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return redirect("generation:style", saved.slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def style_delete(request: MemberRequest, slug: str) -> HttpResponse:
    """Says what will be lost, then deletes."""
    found = _own(request, slug)
    if request.method == "POST":
        try:
            writing.delete(request.user, found)
        except UserFacingError as error:
            messages.error(request, error.message)
            return redirect("generation:style", found.slug)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
        return redirect(f"{reverse('generation:styles')}?of=me")
    count = posts_of(found, request.user).count()
    return render(request, "generation/style_delete.html", {"style": found, "count": count})


@never_cache
@login_required
@require_POST
def style_posts(request: MemberRequest, slug: str) -> HttpResponse:
    """`add`: the number of a post of the maker's own to put in; `take_out`: that of one to take out."""
    found = _known(request, slug)
    mine = found.owner_id == request.user.pk
    try:
        if "take_out" in request.POST:
            number = id_in(request.POST["take_out"])
            if not take_out(request.user, found, number or 0):
                raise Http404
            messages.success(request, _("Post %(id)d is no longer in this style.") % {"id": number or 0})
        elif mine:
            typed = request.POST.get("add", "").replace("\x00", "")[:20]
            wrong = put_in(request.user, found, typed)
            if wrong:
                return _page(request, found, wrong=wrong, typed=typed)
            messages.success(request, _("The post is in this style now."))
        else:
            raise Http404
    except UserFacingError as error:
        messages.error(request, error.message)
    return redirect("generation:style", found.slug)


def _known(request: HttpRequest, slug: str) -> StylePage:
    found = style_opened(slug, request.user)
    if found is None:
        raise Http404
    return found


def _own(request: MemberRequest, slug: str) -> StylePage:
    """One's own style; another's answers as if there were none."""
    found = _known(request, slug)
    if found.owner_id != request.user.pk:
        raise Http404
    return found


def _form_page(
    request: MemberRequest, form: StylePageForm, found: StylePage | None = None, *, status: int = 200
) -> HttpResponse:
    example = added((form["prompt"].value() or "").strip(), EXAMPLE).partition(EXAMPLE)
    context = {"form": form, "style": found, "example": example}
    return render(request, "generation/style_edit.html", context, status=status)


def _start(request: MemberRequest) -> dict[str, Any]:
    """What a new style starts with: nothing, or the words, LoRAs and model of a take or a request of one's own."""
    take_id, request_id = (id_in(request.GET.get(name, "")) for name in ("take", "request"))
    related = ("checkpoint", "vae", "source_asset", "style")
    if take_id is not None:
        own = Take.objects.filter(owner=request.user, purged_at=None)
        take = get_object_or_404(
            own.select_related("owner", *(f"job__request__{name}" for name in related)), pk=take_id
        )
        recipe = recipe_of_take(take, with_seed=False)
    elif request_id is not None:
        asked = GenerationRequest.objects.filter(user=request.user).select_related(*related)
        recipe = recipe_of_request(get_object_or_404(asked, pk=request_id))
    else:
        return {"audience": StyleAudience.ONLY_ME}
    return _from_recipe(recipe, request.user)


def _from_recipe(recipe: dict[str, Any], user: User) -> dict[str, Any]:
    usable = list(resources(user, ResourceKind.LORA))
    loras = []
    for network in parse(recipe["prompt"], "a1111").networks:
        lora = called(network.name, usable)
        if lora is not None:
            loras.append((lora.slug, lora.default_weight if network.weight is None else network.weight))
    return {
        "prompt": without_loras(recipe["prompt"]).strip(" ,"),
        "negative_prompt": recipe["negative_prompt"],
        "model": recipe.get("model", ""),
        # A take's words are private until its maker says otherwise.
        "audience": StyleAudience.ONLY_ME,
    } | rows_of(loras)
