"""Bringing along the takes of another site: the copy comes in, whole or in pieces, and its report is shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from gallery.errors import Invalid, UserFacingError
from generation.imports import states
from generation.imports.report import report_of, sentence_of
from generation.models import AccountImport
from generation.models.account_import import UNDER_WAY, ImportState
from generation.views.edge import MemberRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_takes(request: MemberRequest) -> HttpResponse:
    """How far it is; with POST a copy comes in as one file, or (`act=drop`) the one under way is dropped."""
    if request.method != "POST":
        run = states.newest(request.user)
        if request.htmx and (run is None or run.state not in UNDER_WAY):
            # What it came to, what was wrong, and the form for another one: the page as it is then.
            return HttpResponseClientRefresh()
        return _page(request)
    if request.POST.get("act") == "drop":
        states.drop_imports(request.user)
        return _back()
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile):
            return _page(request, problem=_("Choose the ZIP first."), status=422)
        states.begin(request.user, file.size or 0)
        states.add_piece(request.user, 0, file)
    except UserFacingError as error:
        return _page(request, problem=error.message, status=error.status)
    return _back()


@never_cache
@login_required
@require_POST
def import_piece(request: MemberRequest) -> JsonResponse:
    """One piece of a copy: `at` bytes lie before it, the whole has `size`. Answers how many are here, so that whoever
    was cut off goes on from there."""
    at, size = _bytes(request.POST.get("at")), _bytes(request.POST.get("size"))
    piece = request.FILES.get("piece")
    try:
        if at is None or size is None or not isinstance(piece, UploadedFile):
            raise Invalid("bring_not_here")
        run = states.begin(request.user, size, request.POST.get("label", "").replace("\x00", ""))
        fits = run.received_bytes == at
        if fits:
            run = states.add_piece(request.user, at, piece)
    except UserFacingError as error:
        return JsonResponse({"error": error.code, "message": error.message}, status=error.status)
    return JsonResponse({"received": run.received_bytes}, status=200 if fits else 409)


def _bytes(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) < 16 else None


def _back() -> HttpResponse:
    response = redirect("generation:import_takes")
    response.status_code = 303
    return response


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    run = states.newest(request.user)
    context: dict[str, Any] = {
        "run": run,
        "problem": problem,
        "max_mb": settings.IMPORT_MAX_MB,
        "most_bytes": settings.IMPORT_MAX_MB * 2**20,
        "whole_mb": states.MAX_PIECE_BYTES // 2**20,
        "piece_bytes": states.PIECE_BYTES,
        "per_day": settings.UPLOADS_PER_DAY,
    }
    if run is not None:
        context |= _of(run)
    return render(request, "generation/import_takes.html", context, status=status)


def _of(run: AccountImport) -> dict[str, Any]:
    busy = run.state in (ImportState.WAITING, ImportState.WORKING)
    later = run.not_before if run.not_before and run.not_before > timezone.now() else None
    return {
        "busy": busy and later is None,
        "later": later if busy else None,
        "receiving": run.state == ImportState.RECEIVING,
        "ended": run.state in (ImportState.DONE, ImportState.FAILED),
        "trouble": sentence_of(run.trouble) if run.trouble and run.state == ImportState.FAILED else "",
        "report": report_of(run),
    }
