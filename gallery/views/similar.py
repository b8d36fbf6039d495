"""Posts that look alike: beside a post, and the pairs that moderators settle."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import Card, cards
from gallery.errors import SearchTimeout, UserFacingError
from gallery.links.searches import posts_url
from gallery.models import DuplicatePair, Post, User
from gallery.search.budget import PAGE_MS, time_budget
from gallery.similar.lines import posts_like
from gallery.similar.pairs import make_parent, open_pairs, tell_apart
from gallery.similar.sureness import likeness, sureness
from gallery.visibility import Viewer, reachable_posts

STRIP = 6
PAIRS = 20


@require_safe
def similar_strip(request: HttpRequest, post_id: int) -> HttpResponse:
    """The strip of a post's page, for htmx; who follows the link gets the whole search."""
    shown = get_object_or_404(Post.objects.filter(reachable_posts(request.user)).select_related("asset"), pk=post_id)
    if not getattr(request, "htmx", False):
        return redirect(posts_url(f"similar:{shown.pk}"))
    try:
        with time_budget(PAGE_MS):
            context = strip(shown, request.user)
    except SearchTimeout as error:
        return HttpResponse(error.message, status=error.status, headers={"Retry-After": "10"})
    return render(request, "gallery/parts/similar.html", context)


def strip(shown: Post, viewer: Viewer) -> dict[str, Any]:
    """The few posts most like this one, with how sure that is, and where all of them are."""
    found = posts_like(viewer, shown, limit=STRIP)
    pictures = cards([line.post for line in found], f"similar:{shown.pk}", viewer=viewer)
    return {"similar": list(zip(found, pictures, strict=True)), "similar_url": posts_url(f"similar:{shown.pk}")}


@login_required
@require_safe
def duplicates(request: SignedInRequest) -> HttpResponse:
    """Pairs that look like duplicates, the newest first; `before` continues below a pair's number. Moderators only."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    return _duplicates_page(request)


@login_required
@require_POST
def settle_pair(request: SignedInRequest, pair_id: int) -> HttpResponse:
    """`act`: "apart", or which of the two becomes the other's parent: "older" or "newer"."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    pair = get_object_or_404(open_pairs().select_related("older", "newer"), pk=pair_id)
    act = request.POST.get("act", "")
    numbers = {"older": pair.older_id, "newer": pair.newer_id}
    try:
        if act == "apart":
            tell_apart(request.user, pair)
            messages.success(request, _("Posts %(older)d and %(newer)d are no duplicates; noted.") % numbers)
        elif act in numbers:
            make_parent(request.user, pair, older=act == "older")
            child = numbers["newer" if act == "older" else "older"]
            sentence = _("Post %(parent)d is now the parent of post %(child)d.")
            messages.success(request, sentence % {"parent": numbers[act], "child": child})
        else:
            return _duplicates_page(request, problem=_("Choose what the two posts are."), status=422)
    except UserFacingError as error:
        return _duplicates_page(request, problem=error.message, status=error.status)
    return redirect("gallery:duplicates")


def _duplicates_page(request: SignedInRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    pairs = open_pairs()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        pairs = pairs.filter(pk__lt=int(before))
    else:
        before = ""
    rows = list(pairs[: PAIRS + 1])
    context = {
        "pairs": _shown(rows[:PAIRS], request.user),
        "before": before,
        "next_before": rows[PAIRS - 1].pk if len(rows) > PAIRS else None,
        "problem": problem,
    }
    return render(request, "gallery/duplicates.html", context, status=status)


def _shown(pairs: list[DuplicatePair], moderator: User) -> list[dict[str, Any]]:
    """The pairs with both pictures, blurred where the moderator's filter hides them, and where one is larger."""
    numbers = {number for pair in pairs for number in (pair.older_id, pair.newer_id)}
    posts = Post.objects.select_related("asset", "author", "stats").prefetch_related("asset__files")
    pictures: dict[int, Card] = {
        card.post.pk: card for card in cards(posts.filter(pk__in=numbers), viewer=moderator, of_work=True)
    }
    return [
        {
            "pair": pair,
            "sureness": sureness(pair.distance),
            "score": likeness(pair.distance),
            "sides": sides,
            # The larger one is most likely what the other was made from, else the one that was here first.
            "newer_is_better": sides[1]["larger"],
        }
        for pair in pairs
        if pair.older_id in pictures and pair.newer_id in pictures
        for sides in [_sides(pictures[pair.older_id], pictures[pair.newer_id])]
    ]


def _sides(older: Card, newer: Card) -> list[dict[str, Any]]:
    first, second = (card.post.width * card.post.height for card in (older, newer))
    return [{"card": older, "larger": first > second}, {"card": newer, "larger": second > first}]
