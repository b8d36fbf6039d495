"""Statements of reasons: what was decided about oneself, and the one appeal against it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.links.numbered import numbered
from gallery.moderation.forms import AppealForm
from gallery.moderation.reading import statement_page, told_statements
from gallery.moderation.rules import STATES, in_words
from gallery.moderation.statements import APPEAL_DAYS, appeal, mark_seen, statements_of

STATEMENTS_A_PAGE = 20


@login_required
@never_cache
@require_safe
def own_statements(request: SignedInRequest) -> HttpResponse:
    """What was decided about oneself, the newest first."""
    try:
        page = numbered(request, statements_of(request.user), STATEMENTS_A_PAGE)
    except UserFacingError as error:
        return render(request, "gallery/own_statements.html", {"problem": error.message}, status=error.status)
    context = {"lines": told_statements(page.rows, request.user), "listed": page}
    return render(request, "gallery/own_statements.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: SignedInRequest, statement_id: int) -> HttpResponse:
    """One decision with its reasons, and the form to appeal. Looking at it marks it as read; others' answer 404."""
    found = get_object_or_404(statements_of(request.user).select_related("act"), pk=statement_id)
    form, status = AppealForm(), 200
    if request.method == "POST":
        form, status = AppealForm(request.POST), 422
        if form.is_valid():
            try:
                appeal(request.user, found, form.cleaned_data["reason"])
            except UserFacingError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Your appeal is sent. Another moderator reads it and decides."))
                return redirect("gallery:statement", found.pk)
        found = statements_of(request.user).select_related("act").get(pk=statement_id)
    elif request.method == "GET":
        mark_seen(request.user, found)
    context: dict[str, Any] = {"told": statement_page(found, request.user), "form": form}
    return render(request, "gallery/statement.html", context, status=status)


@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules of the site in a sentence each, and how decisions are made, told and appealed."""
    states = [(state.label, sentence) for state, sentence in STATES.items()]
    return render(request, "gallery/rules.html", {"rules": in_words(), "states": states, "days": APPEAL_DAYS})
