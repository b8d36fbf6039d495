"""One's own takes: all of them, and one with its recipe."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.provenance import parameters_text
from generation.models import Take
from generation.takes import owned, recipe_of
from generation.views.edge import MemberRequest

PAGE_LENGTH = 40


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
    )
    context = {
        "take": found,
        "parameters": parameters_text(recipe_of(found)),
        "siblings": siblings.order_by("job__index"),
        "newer": mine.filter(pk__gt=found.pk).order_by("id").values_list("pk", flat=True).first(),
        "older": mine.filter(pk__lt=found.pk).order_by("-id").values_list("pk", flat=True).first(),
    }
    return render(request, "generation/take.html", context)


def own_take(request: MemberRequest, take_id: int) -> Take:
    """The take with all its page shows; 404 for another member's, as if it did not exist."""
    found = owned(request.user).select_related("asset", "post", "job__request__checkpoint")
    return get_object_or_404(found.prefetch_related("asset__files"), pk=take_id)
