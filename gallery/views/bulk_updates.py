"""Bulk updates: the list, proposing with a preview, one request with its discussion, and deciding."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.bulk_updates import requests
from gallery.bulk_updates.forms import CommentForm, ProposalForm
from gallery.bulk_updates.pages import examples, listed, preview, progress, shown_lines
from gallery.bulk_updates.script import read_script
from gallery.errors import UserFacingError
from gallery.models import BulkUpdateRequest
from gallery.models.bulk_update import BulkUpdateStatus

ROWS = 30
DECISIONS = {"approve": requests.approve, "reject": requests.reject}


@require_safe
def bulk_updates(request: HttpRequest) -> HttpResponse:
    """The newest requests first, of one status or all; `before` continues below a request's number."""
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    found = BulkUpdateRequest.objects.order_by("-pk")
    if status in BulkUpdateStatus.values:
        found = found.filter(status=status)
    else:
        status = ""
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(listed(found)[: ROWS + 1])
    context = {
        "requests": rows[:ROWS],
        "status": status,
        "statuses": BulkUpdateStatus.choices,
        "before": before,
        "next_before": rows[ROWS - 1].pk if len(rows) > ROWS else None,
    }
    return render(request, "gallery/bulk_updates.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_update_new(request: SignedInRequest) -> HttpResponse:
    """A box for the script and what it would do, line by line; nothing is kept before it is sent."""
    if request.method != "POST":
        return _new_page(request, ProposalForm(initial={"script": request.GET.get("script", "").replace("\x00", "")}))
    form = ProposalForm(request.POST)
    wants_preview = request.POST.get("act") == "preview"
    script = request.POST.get("script", "").replace("\r\n", "\n")
    status = 422
    if wants_preview:
        return _new_page(request, ProposalForm(initial=request.POST.dict()), **_preview(request, script))
    if form.is_valid():
        try:
            made = requests.propose(request.user, **(form.cleaned_data | {"script": script}))
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Your request is open. Others can vote on it now."))
            return redirect("gallery:bulk_update", made.pk)
    return _new_page(request, form, status=status, **_preview(request, script))


@require_safe
def bulk_update(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what it does, what people think of it, how far it has come."""
    return _page(request, _loaded(request_id))


@require_safe
def bulk_update_progress(request: HttpRequest, request_id: int) -> HttpResponse:
    """The part of the page that looks again by itself while the request runs."""
    shown = _loaded(request_id)
    context = {"shown": shown, "progress": progress(shown), "lines": shown_lines(shown)}
    return render(request, "gallery/parts/bulk_update_progress.html", context)


@login_required
@require_POST
def bulk_update_vote(request: SignedInRequest, request_id: int) -> HttpResponse:
    """+1, -1, or 0 to take it back."""
    shown = _loaded(request_id)
    score = {"1": 1, "-1": -1, "0": 0}.get(request.POST.get("score", ""))
    try:
        requests.vote(request.user, shown, 9 if score is None else score)
    except UserFacingError as error:
        return _page(request, shown, problem=error.message, status=error.status)
    return redirect("gallery:bulk_update", shown.pk)


@login_required
@require_POST
def bulk_update_comment(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Say something about the request; what was typed is kept where it cannot be taken."""
    shown = _loaded(request_id)
    form = CommentForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            requests.comment(request.user, shown, form.cleaned_data["body"])
        except UserFacingError as error:
            form.add_error("body", error.message)
            status = error.status
        else:
            return redirect("gallery:bulk_update", shown.pk)
    return _page(request, shown, comment_form=form, status=status)


@login_required
@require_POST
def bulk_update_decide(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Approve or reject."""
    shown = _loaded(request_id)
    decide = DECISIONS.get(request.POST.get("act", ""))
    if decide is None:
        return _page(request, shown, problem=_("Choose one: approve or reject."), status=422)
    try:
        decide(request.user, shown)
    except UserFacingError as error:
        return _page(request, _loaded(request_id), problem=error.message, status=error.status)
    return redirect("gallery:bulk_update", shown.pk)


def _loaded(request_id: int) -> BulkUpdateRequest:
    # Numbers beyond the table's are no request, and no error of the database either.
    found = listed(BulkUpdateRequest.objects.filter(pk=request_id if request_id < 2**63 else -1))
    return get_object_or_404(found)


def _preview(request: SignedInRequest, script: str) -> dict[str, Any]:
    try:
        return {"preview": preview(script, request.user)}
    except UserFacingError as error:
        return {"preview_problem": error.message}


def _new_page(request: HttpRequest, form: ProposalForm, *, status: int = 200, **context: Any) -> HttpResponse:
    whole = {"form": form, "examples": examples(), **context}
    return render(request, "gallery/bulk_update_new.html", whole, status=status)


def _page(
    request: HttpRequest,
    shown: BulkUpdateRequest,
    *,
    comment_form: CommentForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user = request.user
    is_open = shown.status == BulkUpdateStatus.PENDING
    mine = user.is_authenticated and shown.requester_id == user.pk
    decides = False
    if user.is_authenticated and is_open and user.is_moderator:
        try:
            decides = requests.may_decide(user, shown, read_script(shown.script))
        except UserFacingError:
            decides = False
    own_vote = shown.votes.filter(user=user).values_list("score", flat=True).first() if user.is_authenticated else None
    context = {
        "shown": shown,
        "lines": shown_lines(shown),
        "progress": progress(shown),
        "comments": shown.comments.select_related("author").order_by("pk"),
        "comment_form": comment_form or CommentForm(),
        "is_open": is_open,
        "own_vote": own_vote,
        "may_approve": decides,
        "may_reject": is_open and user.is_authenticated and (mine or user.is_moderator),
        "withdraws": mine,
        "needs_admin": is_open and user.is_authenticated and user.is_moderator and not decides and not mine,
        "problem": problem,
    }
    return render(request, "gallery/bulk_update.html", context, status=status)
