"""Votes, favourites and lists from a post's page and from tiles; the count of looks.

A POST answers with the fragment for htmx, with sums as JSON for the tiles' script, and without any script with a way
back to where it came from. Visitors are sent to sign in and come back to the same page.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from gallery.accounts.addresses import address_of
from gallery.community import favourite_groups, opinions
from gallery.community.view_counts import count_view
from gallery.errors import UserFacingError
from gallery.models import FavouriteGroup, FavouriteGroupEntry, Post, PostStats, User
from gallery.models.post import STANDING
from gallery.visibility import reachable_posts, signed_in

MENU_LISTS = 30
FRAGMENT = "gallery/parts/opinions.html"


@require_POST
def vote(request: HttpRequest, post_id: int) -> HttpResponse:
    """`score`: 1, -1 or 0 (take the vote back)."""

    def act(user: User, post: Post) -> None:
        opinions.vote(user, post, opinions.read_score(request.POST.get("score", "")))

    return _acted(request, post_id, act)


@require_POST
def favourite(request: HttpRequest, post_id: int) -> HttpResponse:
    """`keep`: 1 or 0."""
    keep = request.POST.get("keep", "1") != "0"
    return _acted(request, post_id, opinions.favourite if keep else opinions.unfavourite)


@require_POST
def put_in_list(request: HttpRequest, post_id: int) -> HttpResponse:
    """`add` or `remove`: the number of one's own list; else `name`: a new list, private with `private`."""
    data = request.POST
    if data.get("remove") and isinstance(request.user, User) and not _reached(request.user, post_id):
        # Whatever became of the post, it can be taken out of one's own list; where it is in none, it is not there.
        held = FavouriteGroupEntry.objects.filter(group__owner=request.user, post_id=post_id).select_related("post")
        entry = get_object_or_404(held, group=favourite_groups.own_group(request.user, data["remove"]))
        favourite_groups.remove_from_group(request.user, entry.group_id, entry.post)
        return redirect("gallery:list", entry.group_id)

    def act(user: User, post: Post) -> None:
        if data.get("remove"):
            favourite_groups.remove_from_group(user, data["remove"], post)
        elif data.get("add"):
            favourite_groups.add_to_group(user, data["add"], post)
        else:
            favourite_groups.create_with(user, data.get("name", ""), post, is_public="private" not in data)

    return _acted(request, post_id, act, typed=data.get("name", ""), private="private" in data)


@require_POST
def count_look(request: HttpRequest, post_id: int) -> HttpResponse:
    """Somebody has the post's page open; 204 whether it counts or not."""
    shown = get_object_or_404(Post.objects.filter(reachable_posts(request.user)), pk=post_id)
    count_view(shown, request.user, address_of(request))
    return HttpResponse(status=204)


def opinions_panel(request: HttpRequest, shown: Post) -> dict[str, Any]:
    """What the fragment shows: the sums, what the viewer thinks, their lists with which of them hold the post."""
    viewer = request.user
    member = viewer if isinstance(viewer, User) and signed_in(viewer) else None
    lists: list[dict[str, Any]] = []
    if member:
        groups = list(FavouriteGroup.objects.filter(owner=member).order_by("-updated_at", "-pk")[:MENU_LISTS])
        entries = FavouriteGroupEntry.objects.filter(group__in=groups, post=shown)
        holding = set(entries.values_list("group_id", flat=True))
        lists = [{"group": group, "holds": group.pk in holding} for group in groups]
    active = shown.status in STANDING
    return {
        "post": shown,
        "stats": PostStats.objects.get(post=shown),
        "opinion": opinions.opinion_of(viewer, shown),
        "lists": lists,
        "may_vote": member is not None and active and shown.author_id != member.pk,
        "may_keep": member is not None and active,
        "asks_to_sign_in": member is None and active,
        "back_url": _page_of(request, shown),
        "sign_in_url": redirect_to_login(_page_of(request, shown)).url,
    }


def _acted(
    request: HttpRequest, post_id: int, act: Callable[[User, Post], object], typed: str = "", private: bool = False
) -> HttpResponse:
    htmx = bool(getattr(request, "htmx", False))
    as_json = request.headers.get("Accept", "") == "application/json"
    if not isinstance(request.user, User):
        sign_in = redirect_to_login(_back(request, post_id))
        if as_json:
            return JsonResponse({"sign_in": sign_in.url}, status=401)
        return HttpResponseClientRedirect(sign_in.url) if htmx else sign_in
    shown = get_object_or_404(Post.objects.filter(reachable_posts(request.user)), pk=post_id)
    refusal = ""
    status = 200
    try:
        act(request.user, shown)
    except UserFacingError as error:
        refusal, status = error.message, error.status
    if as_json:
        return JsonResponse({"refusal": refusal} | _sums(request.user, shown), status=status)
    if htmx:
        kept = {"typed": typed, "private": private} if refusal else {}
        context = {"opinions": opinions_panel(request, shown) | {"refusal": refusal} | kept}
        return render(request, FRAGMENT, context, status=status)
    if refusal:
        page: dict[str, Any] = {"refusal": refusal, "typed": typed, "private": private}
        page |= {"back_url": _back(request, post_id), "post": shown}
        return render(request, "gallery/refused.html", page, status=status)
    return redirect(_back(request, post_id))


def _reached(user: User, post_id: int) -> bool:
    return Post.objects.filter(reachable_posts(user), pk=post_id).exists()


def _sums(user: User, shown: Post) -> dict[str, object]:
    stats = PostStats.objects.get(post=shown)
    mine = opinions.opinion_of(user, shown)
    return {"score": stats.score, "favourites": stats.fav_count, "vote": mine.score, "favourite": mine.favourite}


def _back(request: HttpRequest, post_id: int) -> str:
    """The page that the button stood on, if it is one of this site's; else the post."""
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("gallery:post", args=[post_id])


def _page_of(request: HttpRequest, shown: Post) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return _back(request, shown.pk)
