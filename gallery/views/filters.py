"""Filters: the list of one's own, the form, a shared one, a visitor's; asking for a post that a filter keeps back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.filters import acts, shown, visitors
from gallery.filters.forms import FilterForm, VisitorForm
from gallery.filters.in_force import in_force, lets_in, said_by
from gallery.filters.spec import MAX_QUERY_RULES, MAX_TAG_RULES
from gallery.models import Post, User, ViewFilter
from gallery.ratings import ORDER
from gallery.visibility import open_to

RULES_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def filters(request: HttpRequest) -> HttpResponse:
    """A member's filters; POST puts the one with number `filter` in force, or none. A visitor's own form."""
    if not isinstance(request.user, User):
        return _visitors_page(request)
    if request.method == "POST":
        number = request.POST.get("filter", "")
        try:
            acts.choose(request.user, _own(request.user, number) if number else None)
        except UserFacingError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Every list keeps to this from now on."))
        return redirect(_back(request, reverse("gallery:filters")))
    rows = ViewFilter.objects.filter(owner=request.user).order_by("name")
    context = {
        "rows": [_line(row) for row in rows],
        "active_id": request.user.active_filter_id,
        "broken": in_force(request.user).broken,
        "limit": acts.MAX_FILTERS,
    }
    return render(request, "gallery/filters.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filter_new(request: SignedInRequest) -> HttpResponse:
    """A new one; 422 with what was typed where something is wrong."""
    let_in = lets_in(request.user)
    if request.method != "POST":
        hide = request.GET.get("hide", "").replace("\x00", "")[:1000]
        return _form_page(request, FilterForm(initial={"activate": True, "hide": hide}, let_in=let_in), None)
    return _save(request, FilterForm(request.POST, let_in=let_in), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filter_edit(request: SignedInRequest, filter_id: int) -> HttpResponse:
    """One's own, to change. Others' answer as if there were none."""
    row, let_in = _own(request.user, str(filter_id)), lets_in(request.user)
    if request.method != "POST":
        active = request.user.active_filter_id == row.pk
        return _form_page(request, FilterForm.of(row, active=active, let_in=let_in), row)
    return _save(request, FilterForm(request.POST, let_in=let_in), row)


@login_required
@require_POST
def filter_delete(request: SignedInRequest, filter_id: int) -> HttpResponse:
    """For good."""
    row = _own(request.user, str(filter_id))
    acts.delete(request.user, row)
    messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": row.name})
    return redirect("gallery:filters")


@login_required
@require_POST
def filter_share(request: SignedInRequest, filter_id: int) -> HttpResponse:
    """`share`: 1 makes a link, anything else makes it lead nowhere."""
    row = _own(request.user, str(filter_id))
    acts.share(request.user, row, shared=request.POST.get("share") == "1")
    return redirect(reverse("gallery:filter_edit", args=[row.pk]) + "#share")


@require_http_methods(["GET", "HEAD", "POST"])
def filter_shared(request: HttpRequest, key: str) -> HttpResponse:
    """What somebody shared, without whom they muted. POST makes a copy of it; with `use` it is in force at once."""
    row = get_object_or_404(ViewFilter.objects.select_related("owner"), shared_key=key, owner__is_active=True)
    if request.method == "POST":
        if not isinstance(request.user, User):
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        try:
            made = acts.copy(request.user, row)
            if request.POST.get("use"):
                acts.choose(request.user, made)
        except UserFacingError as error:
            return _shared_page(request, row, problem=error.message, status=error.status)
        messages.success(request, _("“%(name)s” is among your filters.") % {"name": made.name})
        return redirect("gallery:filters")
    return _shared_page(request, row)


@require_safe
def filter_help(request: HttpRequest) -> HttpResponse:
    """What filters do, for everybody."""
    limits = {
        "filters": acts.MAX_FILTERS,
        "muted": acts.MAX_MUTED,
        "tags": number_format(MAX_TAG_RULES, force_grouping=True),
        "searches": MAX_QUERY_RULES,
        "visitor_tags": visitors.MAX_TAG_RULES,
        "visitor_searches": visitors.MAX_QUERY_RULES,
    }
    return render(request, "gallery/filter_help.html", {"limits": limits})


@require_POST
def show_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show this one although the filter hides or blurs it, as long as the browser is open."""
    post = get_object_or_404(Post.objects.filter(open_to(request.user)).only("pk"), pk=post_id)
    response = redirect(_back(request, reverse("gallery:post", args=[post.pk])))
    shown.remember(request, response, [post.pk])
    return response


@login_required
@require_POST
def mute(request: SignedInRequest, name: str) -> HttpResponse:
    """`mute`: 1 hides all that this account posts, anything else lets it in again."""
    person = get_object_or_404(User, username__iexact=name.replace("\x00", ""), is_active=True)
    muted = request.POST.get("mute") == "1"
    try:
        acts.mute(request.user, person, muted=muted)
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        said = _("You see nothing by %(name)s any more.") if muted else _("You see what %(name)s posts again.")
        messages.success(request, said % {"name": person.username})
    return redirect("gallery:profile", person.username)


def _visitors_page(request: HttpRequest) -> HttpResponse:
    """What a visitor keeps in the browser."""
    form = VisitorForm.of(visitors.visitors_filter(request.user))
    status = 200
    if request.method == "POST":
        form, status = VisitorForm(request.POST), 422
        if form.is_valid():
            response = redirect("gallery:filters")
            try:
                visitors.keep(request, response, form.kept(request.user))
            except UserFacingError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Saved. Every list keeps to this from now on."))
                return response
    broken = in_force(request.user).broken
    context = {"form": form, "broken": broken, "visitor": True, "limit": acts.MAX_FILTERS}
    return render(request, "gallery/filter_edit.html", context, status=status)


def _save(request: SignedInRequest, form: FilterForm, row: ViewFilter | None) -> HttpResponse:
    status = 422
    if form.is_valid():
        try:
            said, name = form.said(request.user), form.cleaned_data["name"]
            if row is None:
                saved = acts.create(request.user, name, said)
            else:
                saved = acts.change(request.user, row, name, said, seen=form.cleaned_data["seen"])
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            active = request.user.active_filter_id == saved.pk
            if form.cleaned_data["activate"] != active:
                acts.choose(request.user, saved if form.cleaned_data["activate"] else None)
            messages.success(request, _("Saved."))
            return redirect(_back(request, reverse("gallery:filters")))
    return _form_page(request, form, row, status=status)


def _form_page(request: SignedInRequest, form: FilterForm, row: ViewFilter | None, status: int = 200) -> HttpResponse:
    shared = reverse("gallery:filter_shared", args=[row.shared_key]) if row and row.shared_key else ""
    force = in_force(request.user)
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "shared_url": request.build_absolute_uri(shared) if shared else "",
        "broken": force.broken if row is not None and force.row_id == row.pk else (),
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "gallery/filter_edit.html", context, status=status)


def _shared_page(request: HttpRequest, row: ViewFilter, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"row": row, "line": _line(row), "problem": problem, "mine": row.owner_id == request.user.pk}
    return render(request, "gallery/filter_shared.html", context, status=status)


def _line(row: ViewFilter) -> dict[str, Any]:
    """A filter as lists and its shared page tell of it."""
    said = said_by(row)
    return {
        "row": row,
        "hidden": [rating for rating in ORDER if rating in said.hidden_ratings],
        "blurred": [rating for rating in ORDER if rating in said.blurred_ratings],
        "hide": row.hide_rules[:RULES_SHOWN],
        "blur": row.blur_rules[:RULES_SHOWN],
        "more": max(0, len(row.hide_rules) - RULES_SHOWN) + max(0, len(row.blur_rules) - RULES_SHOWN),
        "rules": len(row.hide_rules) + len(row.blur_rules),
    }


def _own(user: User, number: str) -> ViewFilter:
    usable = number.isascii() and number.isdecimal() and len(number) <= 18
    return get_object_or_404(ViewFilter, pk=int(number) if usable else 0, owner=user)


def _back(request: HttpRequest, otherwise: str) -> str:
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return otherwise
