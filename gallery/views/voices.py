"""What people tell moderators: reports of posts and people (visitors too), flags, and what became of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.links.numbered import numbered
from gallery.models import Post, User, Voice
from gallery.models.review import CaseKind
from gallery.moderation import rules
from gallery.moderation.forms import VoiceForm
from gallery.moderation.heard import heard, open_voice, voices_of
from gallery.moderation.voices import MAX_OPEN, Received, by_receipt, flag, report, report_person, take_back
from gallery.visibility import reachable_posts, signed_in

VOICES_A_PAGE = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Tell moderators that a post breaks a rule; for everybody who can open it."""
    shown = _reachable(request, post_id)
    form = VoiceForm(request.POST if request.method == "POST" else None, rules=rules.OF_POSTS)
    received, status = form.carry_out(
        lambda said: report(request.user, shown, said["rule"], said["reason"], contact=said["contact"])
    )
    if received:
        return thanks(request, received, redirect("gallery:post", shown.pk))
    mine = open_voice(request.user, CaseKind.REPORT, post=shown)
    return _post_page(request, "gallery/report_post.html", shown, form, mine, status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def flag_post(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Say that a post should not be here; everybody sees that it is flagged until a moderator decides."""
    shown = _reachable(request, post_id)
    form = VoiceForm(request.POST if request.method == "POST" else None, rules=rules.OF_FLAGS)
    voice, status = form.carry_out(lambda said: flag(request.user, shown, said["rule"], said["reason"]))
    if voice:
        messages.success(request, _("Thank you. The post is flagged until a moderator has decided."))
        return redirect("gallery:post", shown.pk)
    return _post_page(
        request, "gallery/flag_post.html", shown, form, open_voice(request.user, CaseKind.FLAG, post=shown), status
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_user(request: HttpRequest, name: str) -> HttpResponse:
    """Tell moderators that somebody breaks a rule, with their posts or otherwise; for everybody."""
    if "\x00" in name:
        raise Http404
    person = get_object_or_404(User, username__iexact=name, is_active=True)
    form = VoiceForm(request.POST if request.method == "POST" else None, rules=rules.OF_PEOPLE)
    received, status = form.carry_out(
        lambda said: report_person(request.user, person, said["rule"], said["reason"], contact=said["contact"])
    )
    if received:
        return thanks(request, received, redirect("gallery:profile", person.username))
    context = {
        "form": form,
        "person": person,
        "own": request.user.pk == person.pk,
        "mine": open_voice(request.user, CaseKind.REPORT, person=person),
    }
    return render(request, "gallery/report_user.html", context, status=status)


@login_required
@never_cache
@require_safe
def own_voices(request: SignedInRequest) -> HttpResponse:
    """What one said oneself, and what became of it."""
    try:
        page = numbered(request, voices_of(request.user), VOICES_A_PAGE)
    except UserFacingError as error:
        return render(request, "gallery/own_voices.html", {"problem": error.message}, status=error.status)
    context = {"lines": heard(page.rows, request.user), "listed": page, "limits": MAX_OPEN}
    return render(request, "gallery/own_voices.html", context)


@login_required
@require_POST
def take_voice_back(request: SignedInRequest, voice_id: int) -> HttpResponse:
    """Take back what one said, while nobody decided. Others' words answer as if there were none."""
    voice = get_object_or_404(Voice, pk=voice_id, by=request.user)
    try:
        take_back(request.user, voice)
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Taken back."))
    return redirect("gallery:own_voices")


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a visitor's report, for whoever has its address. It tells no names and not what was written."""
    voice = by_receipt(token)
    if voice is None:
        return render(request, "gallery/receipt.html", status=404)
    return render(request, "gallery/receipt.html", {"line": heard([voice], request.user)[0]})


def thanks(request: HttpRequest, received: Received, back: HttpResponse) -> HttpResponse:
    """Thank whoever reported: members go `back`, visitors to the page that tells what becomes of it."""
    if received.receipt:
        messages.success(request, _("Thank you; a moderator will look at it."))
        return redirect("gallery:receipt", received.receipt)
    sentence = _("Thank you; a moderator will look at it. “Decisions and reports” in your menu says what comes of it.")
    messages.success(request, sentence)
    return back


def _reachable(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "stats")
    return get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)


def _post_page(
    request: HttpRequest, template: str, shown: Post, form: VoiceForm, mine: Voice | None, status: int
) -> HttpResponse:
    # A refused act may have changed the object in memory.
    shown = _reachable(request, shown.pk)
    context: dict[str, Any] = {
        "post": shown,
        "card": cards([shown], viewer=request.user)[0],
        "form": form,
        "own": signed_in(request.user) and shown.author_id == request.user.pk,
        "mine": mine,
    }
    return render(request, template, context, status=status)
