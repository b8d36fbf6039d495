"""Asking for a prompt, and what an author answers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.links.numbered import numbered
from gallery.models import Post, PromptRequest
from gallery.recipes.asking import answers_seen, ask_for_prompt, asked_by, asked_of, decline, grant, withdraw_request
from gallery.visibility import reachable_posts

LISTED = 30
ASKED_LISTED = 30
ANSWERS = {"grant": grant, "decline": decline}


@login_required
@require_POST
def ask_prompt(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Ask for the prompt of a post, or no longer (`act=withdraw`)."""
    shown = _reachable(request, post_id)
    message = request.POST.get("message", "")
    if request.POST.get("act") == "withdraw":
        withdraw_request(request.user, shown)
        messages.success(request, _("You ask for this prompt no longer."))
        return redirect("gallery:post", shown.pk)
    try:
        ask_for_prompt(request.user, shown, message)
    except UserFacingError as error:
        context = {"post": shown, "refusal": error.message, "message": message}
        return render(request, "gallery/ask_refused.html", context, status=error.status)
    messages.success(request, _("You have asked. When the author answers, the prompt or a word stands here."))
    return redirect("gallery:post", shown.pk)


@login_required
@require_safe
def prompt_requests(request: SignedInRequest) -> HttpResponse:
    """What others ask of this member, and what this member asked; answers shown here are new no longer."""
    try:
        listed = numbered(request, asked_of(request.user).prefetch_related("post__asset__files"), LISTED)
    except UserFacingError as error:
        return render(request, "gallery/prompt_requests.html", {"problem": error.message}, status=error.status)
    mine = list(asked_by(request.user).prefetch_related("post__asset__files")[:ASKED_LISTED])
    rows = list(listed)
    concerned = {each.post.pk: each.post for each in [*rows, *mine]}.values()
    tiles = {card.post.pk: card for card in cards(concerned, viewer=request.user)}
    context = {
        "listed": listed,
        "asked_of": [(each, tiles[each.post_id]) for each in rows],
        "asked_by": [(each, tiles[each.post_id]) for each in mine],
    }
    if request.method == "GET" and any(not each.answer_seen for each in mine):
        answers_seen(request.user)
    return render(request, "gallery/prompt_requests.html", context)


@login_required
@require_POST
def answer_prompt(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Grant or decline; 404 for what was asked of others."""
    asked = get_object_or_404(PromptRequest, pk=request_id, post__author=request.user)
    answer = ANSWERS.get(request.POST.get("act", ""))
    if answer is None:
        return render(request, "errors/400.html", status=400)
    try:
        answer(request.user, asked)
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Answered."))
    return redirect("gallery:prompt_requests")


def _reachable(request: HttpRequest, post_id: int) -> Post:
    return get_object_or_404(Post.objects.filter(reachable_posts(request.user)), pk=post_id)
