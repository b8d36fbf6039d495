"""One's own account: what it is, where it is signed in, a copy of it, and leaving."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gallery.accounts.deletion import ask_for_deletion
from gallery.accounts.exports.requests import ask_for_export, file_of, newest
from gallery.accounts.forms import DeletionForm
from gallery.accounts.privacy import kept_at, kept_for
from gallery.accounts.sessions import devices, end_one, end_others
from gallery.accounts.signed_in import SignedInRequest
from gallery.downloads import NOWHERE
from gallery.errors import UserFacingError
from gallery.models.account import ExportState
from gallery.streaming import streamed

# Whoever has neither password nor second factor to be asked for must have signed in within this time.
RECENT_SECONDS = 3600


@login_required
@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Name, addresses, password; the way to everything else."""
    return render(request, "gallery/account.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where the account is signed in; with POST everywhere else no longer, or (`session`) in one place."""
    key = request.session.session_key
    if request.method == "POST":
        number = request.POST.get("session", "")
        if not number:
            ended = end_others(request.user, key)
            messages.success(
                request,
                ngettext("Signed out in %(count)d other place.", "Signed out in %(count)d other places.", ended)
                % {"count": ended},
            )
            return redirect("gallery:sessions")
        if not number.isdecimal() or len(number) > 18 or not end_one(request.user, int(number)):
            raise Http404
        messages.success(request, _("Signed out there."))
        return redirect("gallery:sessions")
    return render(request, "gallery/sessions.html", {"devices": devices(request.user, key)})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_copy(request: SignedInRequest) -> HttpResponse:
    """How far the copy of the account is; with POST one is made."""
    context: dict[str, object] = {"days": settings.EXPORT_DAYS}
    status = 200
    if request.method == "POST":
        try:
            ask_for_export(request.user)
        except UserFacingError as error:
            context["problem"], status = error.message, error.status
        else:
            return redirect("gallery:account_copy")
    export = newest(request.user)
    if export and export.expires_at and export.expires_at <= timezone.now():
        export = None
    if export and export.state == ExportState.FAILED:
        context["trouble"] = UserFacingError(export.trouble or "export_failed").message
    context["export"] = export
    return render(request, "gallery/account_copy.html", context, status=status)


@never_cache
@login_required
@require_safe
@reauthentication_required(app="gallery", allow_get=False)
def account_copy_file(request: SignedInRequest, key: str) -> HttpResponseBase:
    """The ZIP, for its owner alone and only after showing once more that it is they."""
    export = newest(request.user)
    if export is None or export.key != key or export.state != ExportState.READY:
        raise Http404
    if export.expires_at is None or export.expires_at <= timezone.now():
        raise Http404
    if not _signed_in_lately(request):
        context = {"days": settings.EXPORT_DAYS, "export": export, "stale": True}
        return render(request, "gallery/account_copy.html", context, status=403)
    try:
        file = file_of(export).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{request.user.username}-{export.asked_at:%Y-%m-%d}.zip"
    response = streamed(request, file, name, "application/zip")
    response["Cache-Control"] = NOWHERE
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="gallery", allow_get=True)
def delete_account(request: SignedInRequest) -> HttpResponse:
    """Ask for one's own account to be deleted: with its name typed, what becomes of the posts, and proof that it is
    they."""
    form = DeletionForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if not _signed_in_lately(request):
                return render(request, "gallery/delete_account.html", {"form": form, "stale": True}, status=403)
            try:
                asked = ask_for_deletion(request.user, form.cleaned_data["posts"])
            except UserFacingError as error:
                form.refuse(error)
                status = error.status
            else:
                logout(request)
                return render(request, "gallery/deletion_asked.html", {"asked": asked})
    context = {"form": form, "days": settings.DELETION_DAYS}
    return render(request, "gallery/delete_account.html", context, status=status)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, for how long, and what they can do about it."""
    return render(request, "gallery/privacy.html", {"kept": kept_for(), "kept_at": kept_at()})


def _signed_in_lately(request: SignedInRequest) -> bool:
    """Asked of those alone who have nothing to be asked for: allauth has asked all others just now."""
    records = get_authentication_records(request, request.user)
    newest_at = max((record["at"] for record in records), default=0)
    return time.time() - newest_at < RECENT_SECONDS
