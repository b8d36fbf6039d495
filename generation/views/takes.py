"""One's own takes: all of them, and one with its recipe."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
from gallery.errors import UserFacingError
from gallery.ingest.signing import site_slug
from gallery.models import Asset, Post, User
from gallery.provenance import FORMATS, parameters_text
from gallery.visibility import reachable_posts
from generation.models import Mask, Take
from generation.takes import file_label, label_of, owned, recipe_of
from generation.views.edge import MemberRequest
from generation.views.recipe_context import SMALL

PAGE_LENGTH = 40
SHOWN_CHILDREN = 60


@never_cache
@login_required
@require_safe
def takes(request: MemberRequest) -> HttpResponse:
    """Newest first; `?before=<id>` continues below that take, `?show=unpublished` leaves posts out."""
    mine = owned(request.user).select_related("asset", "job__request").prefetch_related("asset__files")
    show = "unpublished" if request.GET.get("show") == "unpublished" else "all"
    if show == "unpublished":
        mine = mine.filter(post=None)
    before = request.GET.get("before", "")
    if before.isdecimal():
        mine = mine.filter(pk__lt=int(before[:18]))
    found = list(mine[: PAGE_LENGTH + 1])
    page = found[:PAGE_LENGTH]
    context = {
        "takes": page,
        "show": show,
        "first_page": not before,
        "next_before": page[-1].pk if len(found) > PAGE_LENGTH else None,
    }
    return render(request, "generation/takes.html", context)


@never_cache
@login_required
@require_safe
def take(request: MemberRequest, take_id: int) -> HttpResponse:
    """One take: the picture, its whole recipe, and what can be done with it."""
    found = own_take(request, take_id)
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
        "menu": _menu(found),
        **_around(request, found),
        "siblings": siblings.order_by("job__index"),
        "newer": mine.filter(pk__gt=found.pk).order_by("id").values_list("pk", flat=True).first(),
        "older": mine.filter(pk__lt=found.pk).order_by("-id").values_list("pk", flat=True).first(),
    }
    return render(request, "generation/take.html", context)


@login_required
@require_safe
def take_file(request: MemberRequest, take_id: int, extension: str) -> HttpResponse:
    """One's own take in any format, `prompt=0` without prompts, seed, LoRAs and embeddings."""
    found = own_take(request, take_id)
    if extension not in FORMATS:
        raise Http404
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
