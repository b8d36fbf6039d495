"""One of one's own takes with its recipe, its files and what is noted about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gallery.cards import picture_of, preview_url
from gallery.downloads import (
    NOWHERE,
    Menu,
    download_of,
    file_answer,
    post_menu,
    refused,
    stored_answer,
    take_menu,
)
from gallery.errors import Gone, UserFacingError
from gallery.ingest.signing import site_slug
from gallery.models import Asset, Post, User
from gallery.provenance import FORMATS, parameters_text
from gallery.visibility import reachable_posts
from generation.desk.keeping import BIN_KEPT
from generation.desk.lineage import lineage_of
from generation.desk.notes import Notes, describe
from generation.layers.export import Form
from generation.models import Mask, Take
from generation.models.take import MAX_STARS, Fix, Flag
from generation.takes import file_label, label_of, owned, recipe_of
from generation.views.desk import UNDO
from generation.views.edge import MemberRequest, local_page
from generation.views.recipe_context import SMALL

SHOWN_CHILDREN = 60


@never_cache
@login_required
@require_safe
def take(request: MemberRequest, take_id: int) -> HttpResponse:
    """One take: the picture, its whole recipe, and what can be done with it. 410 for one in the bin."""
    binned = Take.objects.filter(pk=take_id, owner=request.user, purged_at__isnull=False, erased_at=None)
    if (lying := binned.select_related("asset").prefetch_related("asset__files").first()) is not None:
        return render(request, "generation/take_binned.html", {"take": lying, "bin_days": BIN_KEPT.days}, status=410)
    return take_page(request, own_take(request, take_id))


@never_cache
@login_required
@require_POST
def take_marks(request: MemberRequest, take_id: int) -> HttpResponse:
    """Keep what its maker notes about a take; what can't be kept is shown again with the reason."""
    found = own_take(request, take_id)
    typed, seen = _typed_notes(request.POST, ""), _typed_notes(request.POST, "seen_")
    try:
        done = describe(request.user, found.pk, typed, seen if "seen_flag" in request.POST else None)
    except UserFacingError as error:
        if error.code == "take_note_changed":
            seen = replace(seen, note=error.params["note"])
        return take_page(request, found, typed=Typed(typed, seen, error.message), status=error.status)
    if done.undo:
        request.session[UNDO] = {"said": _("Your notes are kept."), "token": done.undo}
    response = redirect(local_page(request) or reverse("generation:take", args=[found.pk]))
    response.status_code = 303
    return response


def _typed_notes(given: QueryDict, prefix: str) -> Notes:
    """As they stand in a form; stars that are no number are fewer than none."""
    stars = given.get(f"{prefix}stars", "")
    number = int(stars) if stars.isascii() and stars.isdecimal() and len(stars) < 3 else -1
    note = given.get(f"{prefix}note", "").replace("\r\n", "\n")
    return Notes(given.get(f"{prefix}flag", ""), number, tuple(given.getlist(f"{prefix}fix")), note)


@dataclass(frozen=True)
class Typed:
    """Notes that could not be kept, those that their form began with, and why."""

    notes: Notes
    seen: Notes
    problem: str


def take_page(request: MemberRequest, found: Take, *, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    """The page of one's own take; `typed`: what was typed about it and could not be kept."""
    mine = owned(request.user)
    siblings = (
        mine.filter(job__request_id=found.job.request_id).select_related("asset").prefetch_related("asset__files")
        if found.job
        else mine.none()
    )
    recipe = recipe_of(found)
    context = {
        "take": found,
        "parameters": parameters_text(recipe),
        "recipe": recipe,
        "level": label_of(found)[0],
        "menu": _menu(found) if found.archived_at is None else None,
        "layered": [(form.upper(), reverse("generation:layers", args=[found.pk, form])) for form in Form],
        "marks": typed.notes if typed else found,
        "marks_seen": typed.seen if typed else found,
        "marks_problem": typed.problem if typed else "",
        "fixes": Fix.choices,
        "flags": Flag.choices,
        "star_counts": range(MAX_STARS + 1),
        "undo": request.session.pop(UNDO, None),
        "lineage": lineage_of(request.user, found),
        "here_url": reverse("generation:take", args=[found.pk]),
        **_around(request, found),
        "siblings": siblings.order_by("job__index"),
        "newer": mine.filter(pk__gt=found.pk).order_by("id").values_list("pk", flat=True).first(),
        "older": mine.filter(pk__lt=found.pk).order_by("-id").values_list("pk", flat=True).first(),
    }
    return render(request, "generation/take.html", context, status=status)


@login_required
@require_safe
def take_file(request: MemberRequest, take_id: int, extension: str) -> HttpResponse:
    """One's own take in any format, `prompt=0` without prompts, seed, LoRAs and embeddings."""
    found = own_take(request, take_id)
    if extension not in FORMATS:
        raise Http404
    if found.archived_at is not None:
        return refused(request, Gone("original_archived"))
    recipe, with_prompt = recipe_of(found), request.GET.get("prompt") != "0"
    label = file_label(found, with_prompt=with_prompt)
    try:
        file = download_of(found.asset, FORMATS[extension], label)
    except FileNotFoundError as error:
        raise Http404 from error
    except UserFacingError as error:
        return refused(request, error)
    without = "" if with_prompt or not recipe.prompt else "-no-prompt"
    return file_answer(request, file, name=f"{site_slug()}-take-{found.pk}{without}.{extension}", caches=NOWHERE)


@login_required
@require_safe
def mask(request: MemberRequest, mask_id: int) -> HttpResponse:
    """One's own mask, a greyscale PNG."""
    found = get_object_or_404(Mask, pk=mask_id, owner=request.user)
    name = f"{site_slug()}-mask-{found.pk}.png"
    return stored_answer(request, found.path, found.sha256, "image/png", name=name, caches=NOWHERE)


def _menu(take: Take) -> Menu:
    """What can be downloaded: the post's files once there is a post, which name it."""
    if take.post is not None:
        return post_menu(take.post, reads_prompt=True)
    return take_menu(
        take.asset, recipe_of(take), lambda extension: reverse("generation:take_file", args=[take.pk, extension])
    )


def _around(request: MemberRequest, take: Take) -> dict[str, Any]:
    """What the take was drawn over, as far as its maker may see that now, and the takes around it."""
    wanted = take.job.request if take.job else None
    source, post = (wanted.source_asset, wanted.source_post) if wanted else (None, None)
    if post is not None and not Post.objects.filter(reachable_posts(request.user), pk=post.pk).exists():
        post = source = None
    elif source is not None and post is None and source.owner_id != request.user.pk:
        source = None  # of a post that was deleted
    mine = owned(request.user).select_related("asset").prefetch_related("asset__files")
    parent = mine.filter(pk=take.parent_id).first() if take.parent_id else None
    if wanted is None and parent is not None:
        source = parent.asset
    return {
        "source": source,
        "source_src": _small(source, post, request.user),
        "source_post": post,
        "parent": parent,
        "children": list(mine.filter(parent=take).order_by("id")[:SHOWN_CHILDREN]),
    }


def _small(source: Asset | None, post: Post | None, viewer: User) -> str:
    """The address of the source's small picture, blurred where the viewer's filter blurs its post."""
    if source is None:
        return ""
    return picture_of(post, viewer, SMALL).src if post else preview_url(source, SMALL)


def own_take(request: MemberRequest, take_id: int) -> Take:
    """The take with all its page shows; 404 for another member's, as if it did not exist."""
    request_of = ("checkpoint", "vae", "source_asset", "source_post")
    found = owned(request.user).select_related("asset", "post", *(f"job__request__{name}" for name in request_of))
    return get_object_or_404(found.prefetch_related("asset__files"), pk=take_id)
