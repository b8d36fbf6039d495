"""Styles and wildcards: the site's and one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.models import User
from generation import styles, wildcards
from generation.book_forms import OwnedForm, StyleForm, WildcardForm
from generation.views.edge import MemberRequest
from generation.views.starting import id_in

FORMS: dict[str, type[OwnedForm]] = {"style": StyleForm, "wildcard": WildcardForm}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: MemberRequest) -> HttpResponse:
    """All that somebody can use, each in a form where they may change it. POST saves or deletes one of them."""
    sent = None
    if request.method == "POST":
        sent = _sent(request)
        if request.POST.get("act") == "delete":
            if sent.instance is None:
                raise Http404
            sent.instance.delete()
            messages.success(request, _("“%(name)s” is deleted.") % {"name": sent.instance.name})
            return redirect("generation:book")
        if sent.is_valid():
            sent.save()
            messages.success(request, _("“%(name)s” is saved.") % {"name": sent.cleaned_data["name"]})
            return redirect("generation:book")
    return render(request, "generation/book.html", _context(request.user, sent), status=422 if sent else 200)


def _sent(request: MemberRequest) -> OwnedForm:
    """The form that was sent, for a new one or one that this member may change; else 404."""
    kind = FORMS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    number = id_in(request.POST.get("id", ""))
    instance: Any = None
    if number is not None:
        instance = kind.model._default_manager.filter(_changeable(request.user), pk=number).first()
        if instance is None:
            raise Http404
    return kind(request.POST, user=request.user, instance=instance)


def _changeable(user: User) -> Q:
    """One's own; the site's for admins."""
    return Q(owner=user) | Q(owner=None) if user.is_admin else Q(owner=user)


def _context(user: User, sent: OwnedForm | None) -> dict[str, Any]:
    def form_of(kind: type[OwnedForm], instance: Any) -> OwnedForm:
        same = sent is not None and type(sent) is kind and sent.instance == instance
        return sent if same and sent is not None else kind(user=user, instance=instance)

    def entries(kind: type[OwnedForm], rows: Any) -> list[dict[str, Any]]:
        mine = user.is_admin
        return [{"row": row, "form": form_of(kind, row) if mine or row.owner_id == user.pk else None} for row in rows]

    return {
        "styles": entries(StyleForm, styles.usable(user)),
        "wildcards": entries(WildcardForm, wildcards.usable(user)),
        "new_style": form_of(StyleForm, None),
        "new_wildcard": form_of(WildcardForm, None),
    }
