"""The rating of a post: its page, votes, disputes and locks; and the minimums of tags."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.forms import FloorForm, RatingForm
from gallery.models import Post, User
from gallery.models.review import CaseKind, CaseState
from gallery.moderation.voices import dispute_rating, take_back
from gallery.post_ratings.floor_acts import set_floor
from gallery.post_ratings.floors import all_floors
from gallery.post_ratings.locks import lock_rating, unlock_rating
from gallery.post_ratings.pages import rating_page
from gallery.post_ratings.votes import take_vote_back, vote
from gallery.visibility import reachable_posts


@require_http_methods(["GET", "HEAD", "POST"])
def post_rating(request: HttpRequest, post_id: int) -> HttpResponse:
    """How the post is rated, by whom and why, and how it was; and the forms that this viewer may use."""
    shown = _reachable(request, post_id)
    if request.method != "POST":
        return _page(request, shown)
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    act = request.POST.get("act", "")
    if act not in ACTS:
        return render(request, "errors/400.html", status=400)
    name = FORMS.get(act, act)
    form = RatingForm(request.POST, auto_id=f"{name}_%s")
    status = 422
    if form.is_valid():
        try:
            said = ACTS[act](request.user, shown, form.cleaned_data)
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, said)
            # A vote can raise a post above what its voter lets themselves be shown.
            if Post.objects.filter(reachable_posts(request.user), pk=shown.pk).exists():
                return redirect("gallery:post_rating", shown.pk)
            return redirect("gallery:posts")
    return _page(request, shown, status=status, **{f"{name}_form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def tag_floors(request: HttpRequest) -> HttpResponse:
    """Which tags ask for which rating at least; moderators set them."""
    if request.method != "POST":
        return _floors(request, FloorForm())
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form = FloorForm(request.POST)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_floor(request.user, data["tag"], data["rating"], data["reason"])
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Done; it stands in the moderation log. Posts that have the tag follow."))
            return redirect("gallery:tag_floors")
    return _floors(request, form, status=status)


def _vote(member: User, post: Post, data: dict[str, Any]) -> str:
    vote(member, post, data["rating"])
    post.refresh_from_db(fields=["rating"])
    if post.rating == data["rating"]:
        return _("Your vote counted: the post is rated “%(rating)s” now.") % {"rating": post.get_rating_display()}
    return _("Your vote is kept. Together with others it makes the rating stricter or calls a moderator.")


def _unvote(member: User, post: Post, data: dict[str, Any]) -> str:
    take_vote_back(member, post)
    return _("Your vote is taken back.")


def _dispute(member: User, post: Post, data: dict[str, Any]) -> str:
    dispute_rating(member, post, data["rating"], data["reason"])
    return _("Your dispute waits for a moderator.")


def _undispute(member: User, post: Post, data: dict[str, Any]) -> str:
    mine = member.voices.filter(case__post=post, case__kind=CaseKind.RATING, case__state=CaseState.OPEN).first()
    if mine is not None:
        take_back(member, mine)
    return _("Your dispute is taken back.")


def _lock(moderator: User, post: Post, data: dict[str, Any]) -> str:
    lock_rating(moderator, post, data["reason"])
    return _("Done; it stands in the moderation log.")


def _unlock(moderator: User, post: Post, data: dict[str, Any]) -> str:
    unlock_rating(moderator, post, data["reason"])
    return _("Done; it stands in the moderation log.")


ACTS: dict[str, Callable[[User, Post, dict[str, Any]], str]] = {
    "vote": _vote,
    "unvote": _unvote,
    "dispute": _dispute,
    "undispute": _undispute,
    "lock": _lock,
    "unlock": _unlock,
}
FORMS = {"unvote": "vote", "undispute": "dispute", "unlock": "lock"}


def _reachable(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "stats")
    return get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)


def _page(request: HttpRequest, shown: Post, *, status: int = 200, **more: Any) -> HttpResponse:
    # A refused act may have changed the object in memory.
    shown = _reachable(request, shown.pk)
    context: dict[str, Any] = {
        "post": shown,
        "card": cards([shown], viewer=request.user)[0],
        "page": rating_page(shown, request.user),
        "mine": shown.author_id == request.user.pk,
        "vote_form": RatingForm(auto_id="vote_%s"),
        "dispute_form": RatingForm(auto_id="dispute_%s"),
        "lock_form": RatingForm(auto_id="lock_%s"),
    }
    return render(request, "gallery/post_rating.html", context | more, status=status)


def _floors(request: HttpRequest, form: FloorForm, *, status: int = 200) -> HttpResponse:
    moderates = isinstance(request.user, User) and request.user.is_moderator
    context = {"floors": all_floors(), "form": form, "moderates": moderates}
    return render(request, "gallery/tag_floors.html", context, status=status)
