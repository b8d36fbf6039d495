"""How a post was made: the form, the versions, going back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import alternative_text, picture_of, placeholder_class, ratio_class
from gallery.errors import Invalid, InvalidTransition, UserFacingError
from gallery.models import Post, PostGenerationVersion
from gallery.models.post import AiLevel
from gallery.post_state import EDITABLE, status_label
from gallery.recipes.editing import Outdated, drawn_here, edit_recipe, may_edit, refusal, revert_recipe, vouches_for
from gallery.recipes.fields import rest_texts, texts_of
from gallery.recipes.history import changes, history
from gallery.recipes.known_keys import known_keys
from gallery.recipes.pasted import read_pasted
from gallery.recipes.rows import NOTHING, State, state_of
from gallery.recipes.typed import WrongFields
from gallery.views.post_tags import tag_names
from gallery.views.recipe_form import TYPED, RecipeForm, merged
from gallery.visibility import Viewer, reachable_posts


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recipe_edit(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The form; what was typed is kept whatever goes wrong, and where somebody else saved meanwhile both are shown."""
    shown = _reachable(request, post_id)
    refused = refusal(request.user, shown)
    if refused is None and shown.status not in EDITABLE:
        refused = InvalidTransition("wrong_status", status=status_label(shown))
    if refused is not None:
        return _closed_page(request, shown, refused)
    row = getattr(shown, "generation", None)
    if request.method != "POST":
        return _page(request, shown, RecipeForm.of(state_of(shown) or NOTHING, row.version if row else 0))
    if request.POST.get("act") == "read":
        return _read_page(request, shown)
    form = RecipeForm.sent(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    if request.POST.get("act") == "row":
        return _page(request, shown, form)
    try:
        edit_recipe(
            request.user,
            shown,
            form.texts(),
            form.seen_version,
            rest=form.rows,
            reason=form.cleaned_data["reason"],
        )
    except Outdated as outdated:
        return _conflict_page(request, shown, outdated, form.seen_version)
    except UserFacingError as error:
        form.refuse(error)
        return _page(request, shown, form, status=error.status)
    messages.success(request, _("Saved."))
    return redirect("gallery:post", shown.pk)


@require_safe
def recipe_history(request: HttpRequest, post_id: int) -> HttpResponse:
    """Every version of the generation data, newest first, each with what it changed as far as the viewer may know."""
    shown = _reachable(request, post_id)
    before = _number(request.GET.get("before", ""))
    row = getattr(shown, "generation", None)
    context = {
        **_picture(shown, request.user),
        "page": history(shown, request.user, before),
        "before": before,
        "may_edit": may_edit(request.user, shown),
        "drawn_here": drawn_here(shown),
        "seen": row.version if row else 0,
    }
    return render(request, "gallery/recipe_history.html", context)


@login_required
@require_POST
def recipe_revert(request: SignedInRequest, post_id: int, number: int) -> HttpResponse:
    """Go back to one version."""
    shown = _reachable(request, post_id)
    try:
        revert_recipe(request.user, shown, number, _number(request.POST.get("seen", "")))
    except Outdated as outdated:
        sentence = _("Nothing was changed: version %(number)d was saved meanwhile. Look at it first.")
        messages.error(request, sentence % {"number": outdated.newest.version})
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("gallery:recipe_history", shown.pk)


def _read_page(request: HttpRequest, shown: Post) -> HttpResponse:
    """The form with what a pasted text says in its fields; nothing is saved yet."""
    text = request.POST.get("pasted", "")
    found = read_pasted(text)
    if found is None:
        form = RecipeForm.sent(request.POST)
        problem = Invalid("recipe_not_read").message
        return _page(request, shown, form, status=422, pasted=text, paste_problem=problem)
    data = request.POST.copy()
    told = texts_of(State(found.recipe))
    for name in TYPED:
        if told[name]:
            data[name] = told[name]
    rows = dict(RecipeForm.sent(request.POST).rows) | dict(rest_texts(found.rest))
    data.setlist("key", list(rows))
    data.setlist("value", list(rows.values()))
    form = RecipeForm.sent(data)
    return _page(request, shown, form, was_read=True)


def _conflict_page(request: HttpRequest, shown: Post, outdated: Outdated, seen: int) -> HttpResponse:
    """Their version and what was typed, brought together where they do not touch the same field."""
    theirs = State.of(outdated.newest)
    versions = PostGenerationVersion.objects.filter(post=shown).select_related("editor")
    saw = versions.filter(number=seen).first()
    seen_state = State.of_version(saw) if saw else NOTHING
    form = RecipeForm.sent(merged(request.POST, seen_state, theirs, outdated.newest.version))
    form.is_valid()
    try:
        yours = changes(theirs, form.state_over(theirs), reads_prompt=True)
    except WrongFields as error:
        form.refuse(error)
        yours = []
    conflict = {
        "version": versions.filter(number=outdated.newest.version).first(),
        "theirs": changes(seen_state, theirs, reads_prompt=True),
        "yours": yours,
        "message": outdated.message,
    }
    return _page(request, shown, form, status=422, conflict=conflict)


def _page(request: HttpRequest, shown: Post, form: RecipeForm, status: int = 200, **more: Any) -> HttpResponse:
    row = getattr(shown, "generation", None)
    context = {
        **_picture(shown, request.user),
        "form": form,
        "keys": known_keys(),
        "mine": shown.author_id == request.user.pk,
        "vouches": vouches_for(request.user, shown),
        "beside_files": row is not None and row.file_version != row.version,
        "says_human": shown.ai_level == AiLevel.HUMAN,
        **more,
    }
    return render(request, "gallery/recipe_edit.html", context, status=status)


def _closed_page(request: SignedInRequest, shown: Post, refused: UserFacingError) -> HttpResponse:
    context = {**_picture(shown, request.user), "refusal": refused.message, "mine": shown.author_id == request.user.pk}
    return render(request, "gallery/recipe_closed.html", context, status=refused.status)


def _picture(shown: Post, viewer: Viewer) -> dict[str, Any]:
    asset = shown.asset
    return {
        "post": shown,
        "alt": alternative_text(shown, tag_names(shown)),
        **picture_of(shown, viewer).words(),
        "ratio": ratio_class(asset.width, asset.height),
        "placeholder": placeholder_class(asset.dominant_color),
    }


def _reachable(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "generation")
    return get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
