"""The label of a post: its page, declaring, disputing and deciding; and the zone that a viewer chooses."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.forms import LabelForm
from gallery.labels.acts import decide, declare
from gallery.labels.disputes import dispute, reject, uphold, withdraw_dispute
from gallery.labels.pages import label_page
from gallery.labels.zones import COOKIE, read_zone
from gallery.models import LabelDispute, Post, User
from gallery.visibility import reachable_posts, signed_in

A_YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def post_label(request: HttpRequest, post_id: int) -> HttpResponse:
    """What the label says, on what evidence, what it was before; and the forms that this viewer may use."""
    shown = _reachable(request, post_id)
    if request.method != "POST":
        return _page(request, shown)
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    act = request.POST.get("act", "")
    if act not in ("declare", "dispute", "decide"):
        return render(request, "errors/400.html", status=400)
    form = LabelForm(request.POST, auto_id=f"{act}_%s")
    status = 422
    if form.is_valid():
        level, reason = form.cleaned_data["level"], form.cleaned_data["reason"]
        try:
            if act == "declare":
                declare(request.user, shown, level, reason)
                said = _("The label is changed; the history below says since when.")
            elif act == "dispute":
                dispute(request.user, shown, level, reason)
                said = _("Your dispute waits for a moderator. What comes of it will stand on this page.")
            else:
                decide(request.user, shown, level, reason)
                said = _("Done; it stands in the moderation log.")
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, said)
            return redirect("gallery:post_label", shown.pk)
    return _page(request, shown, status=status, **{f"{act}_form": form})


@login_required
@require_POST
def label_dispute(request: SignedInRequest, post_id: int, dispute_id: int) -> HttpResponse:
    """Take one's own dispute back, or decide about one. Others' disputes answer members as if there were none."""
    raised = get_object_or_404(LabelDispute.objects.select_related("post"), pk=dispute_id, post=post_id)
    act = request.POST.get("act", "")
    moderates = request.user.is_moderator
    if raised.by_id != request.user.pk and not moderates:
        raise Http404
    if act not in ("withdraw", "uphold", "reject"):
        return render(request, "errors/400.html", status=400)
    reason = request.POST.get("reason", "")
    try:
        if act == "withdraw":
            withdraw_dispute(request.user, raised)
            messages.success(request, _("Your dispute is taken back."))
        else:
            (uphold if act == "uphold" else reject)(request.user, raised, reason)
            messages.success(request, _("Done; it stands in the moderation log."))
    except UserFacingError as error:
        shown = _reachable(request, post_id)
        problem = {"dispute_problem": error.message, "problem_of": raised.pk, "dispute_reason": reason}
        return _page(request, shown, status=error.status, **problem)
    back = request.POST.get("next", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("gallery:post_label", post_id)


@require_POST
def choose_zone(request: HttpRequest) -> HttpResponse:
    """Keep the zone, with the account or in a cookie for visitors, and go back."""
    zone = read_zone(request.POST.get("zone", ""))
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("gallery:posts")
    response = redirect(back)
    if isinstance(request.user, User) and signed_in(request.user):
        User.objects.filter(pk=request.user.pk).update(zone=zone)
    else:
        response.set_cookie(COOKIE, zone.value, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


def _reachable(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "stats")
    return get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)


def _page(request: HttpRequest, shown: Post, *, status: int = 200, **more: Any) -> HttpResponse:
    # A refused act may have changed the object in memory.
    shown = _reachable(request, shown.pk)
    mine = shown.author_id == request.user.pk
    context: dict[str, Any] = {
        "post": shown,
        "card": cards([shown], viewer=request.user)[0],
        "label": label_page(shown, request.user),
        "mine": mine,
        "declare_form": LabelForm(auto_id="declare_%s"),
        "dispute_form": LabelForm(auto_id="dispute_%s"),
        "decide_form": LabelForm(auto_id="decide_%s"),
    }
    return render(request, "gallery/post_label.html", context | more, status=status)
