"""Tag scripts on the posts that somebody picked from a page of results."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.links.searches import posts_url
from gallery.models import Post
from gallery.tag_edits.many import MOST_POSTS, Outcome, run_script
from gallery.visibility import reachable_posts


@login_required
@require_POST
def tag_script(request: SignedInRequest) -> HttpResponse:
    """What came of the script for each post. Script and picked posts stay, to change and apply again."""
    script = request.POST.get("script", "").replace("\x00", "")
    ids = _ids(request.POST.getlist("ids"))
    outcomes: list[Outcome] = []
    problem, status = "", 200
    try:
        outcomes = run_script(request.user, ids, script)
    except UserFacingError as error:
        problem, status = error.message, error.status
    context = {
        "script": script,
        "problem": problem,
        "outcomes": outcomes,
        "changed": sum(outcome.changed for outcome in outcomes),
        "refused": sum(bool(outcome.refused) for outcome in outcomes),
        "cards": _cards(request, ids[:MOST_POSTS]),
        "picked": set(ids),
        "next": _back(request),
    }
    return render(request, "gallery/tag_script.html", context, status=status)


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in dict.fromkeys(texts) if text.isascii() and text.isdecimal() and len(text) < 19]


def _cards(request: HttpRequest, ids: list[int]) -> object:
    """The picked posts as tiles, in the order in which they were picked."""
    rows = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "generation", "stats")
    found = rows.prefetch_related("asset__files").in_bulk(ids)
    return cards([found[pk] for pk in ids if pk in found], viewer=request.user)


def _back(request: HttpRequest) -> str:
    """Where the posts were picked; somewhere else on the web is nowhere."""
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return posts_url()
