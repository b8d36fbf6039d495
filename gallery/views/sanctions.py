"""Strikes and bans: those of a person, the list of bans, and taking one back. Moderators only."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.accounts.addresses import address_of
from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.links.numbered import numbered
from gallery.models import Ban, Strike, User
from gallery.moderation.sanction_forms import AddressBanForm, BanForm, StrikeForm, TakeBackForm
from gallery.moderation.sanction_pages import listed_bans, person_page
from gallery.moderation.sanctions import ban, ban_addresses, may_sanction, strike, unban, void

BANS_A_PAGE = 50
STATES, KINDS = ("standing", "over", "all"), ("all", "people", "addresses")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_sanctions(request: SignedInRequest, name: str) -> HttpResponse:
    """Somebody's strikes and bans; POST gives one, as `act` says, and keeps what was typed where that is refused."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    if "\x00" in name:
        raise Http404
    person = get_object_or_404(User, username__iexact=name)
    strike_form, ban_form, status = StrikeForm(prefix="strike"), BanForm(), 200
    if request.method == "POST" and request.POST.get("act") == "strike":
        strike_form = StrikeForm(request.POST, prefix="strike")
        status = _carry_out(strike_form, lambda: _strike(request, person, strike_form))
    elif request.method == "POST":
        ban_form = BanForm(request.POST)
        status = _carry_out(ban_form, lambda: _ban(request, person, ban_form))
    if status == 302:
        return redirect("gallery:person_sanctions", person.username)
    context = person_page(request.user, person) | {"strike_form": strike_form, "ban_form": ban_form}
    return render(request, "gallery/person_sanctions.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bans(request: SignedInRequest) -> HttpResponse:
    """All bans, those that stand first of all; POST bans a block of addresses."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form, status = AddressBanForm(), 200
    if request.method == "POST":
        form = AddressBanForm(request.POST)
        status = _carry_out(form, lambda: _ban_addresses(request, form))
        if status == 302:
            return redirect("gallery:bans")
    state, of = request.GET.get("state", ""), request.GET.get("of", "")
    shown = {"state": state if state in STATES else STATES[0], "of": of if of in KINDS else KINDS[0]}
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    context: dict[str, Any] = shown | {"words": words, "form": form}
    try:
        page = numbered(request, listed_bans(shown["state"], shown["of"], words), BANS_A_PAGE)
    except UserFacingError as error:
        return render(request, "gallery/bans.html", context | {"problem": error.message}, status=error.status)
    return render(request, "gallery/bans.html", context | {"listed": page}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_ban(request: SignedInRequest, ban_id: int) -> HttpResponse:
    """A ban with all that is known of it; POST lifts it."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    found = get_object_or_404(Ban.objects.select_related("person", "act__actor", "lifted_by"), pk=ban_id)
    form, status = TakeBackForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _carry_out(form, lambda: unban(request.user, found, form.cleaned_data["reason"]))
        if status == 302:
            messages.success(request, _("The ban is lifted; it stands in the moderation log."))
            if found.person is None:
                return redirect("gallery:bans")
            return redirect("gallery:person_sanctions", found.person.username)
        found.refresh_from_db()
    mine = found.person is None or may_sanction(request.user, found.person)
    context = {"ban": found, "form": form, "stands": found.stands(), "may_lift": mine}
    return render(request, "gallery/ban.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_strike(request: SignedInRequest, strike_id: int) -> HttpResponse:
    """A strike with all that is known of it; POST voids it."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    found = get_object_or_404(Strike.objects.select_related("person", "act__actor", "about", "voided_by"), pk=strike_id)
    form, status = TakeBackForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _carry_out(form, lambda: void(request.user, found, form.cleaned_data["reason"]))
        if status == 302:
            messages.success(request, _("The strike is voided; it stands in the moderation log."))
            return redirect("gallery:person_sanctions", found.person.username)
        found.refresh_from_db()
    context = {
        "strike": found,
        "form": form,
        "stands": found.stands(),
        "may_void": may_sanction(request.user, found.person),
    }
    return render(request, "gallery/strike.html", context, status=status)


def _carry_out(form: StrikeForm | TakeBackForm, act: Callable[[], object]) -> int:
    """Do what a form asks for; 302 when it is done, else the status of the page that says why not."""
    if not form.is_valid():
        return 422
    try:
        act()
    except UserFacingError as error:
        form.refuse(error)
        return error.status
    return 302


def _strike(request: SignedInRequest, person: User, form: StrikeForm) -> None:
    strike(request.user, person, form.rule_chosen(), form.cleaned_data["reason"])
    messages.success(request, _("%(name)s has a strike and is told why.") % {"name": person.username})


@transaction.atomic
def _ban(request: SignedInRequest, person: User, form: BanForm) -> None:
    """The account, and the addresses where some are named: both or neither."""
    seen = request.POST.get("replaces", "")
    replacing = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else None
    until, rule, reason = form.until(), form.rule_chosen(), form.cleaned_data["reason"]
    ban(request.user, person, until=until, rule=rule, reason=reason, replacing=replacing)
    if form.cleaned_data["block"].strip():
        _ban_addresses(request, form)
    messages.success(request, _("%(name)s is banned and is told why.") % {"name": person.username})


def _ban_addresses(request: SignedInRequest, form: BanForm) -> None:
    ban_addresses(
        request.user,
        form.cleaned_data["block"],
        scope=form.cleaned_data["scope"],
        until=form.until(),
        rule=form.rule_chosen(),
        reason=form.cleaned_data["reason"],
        own_address=address_of(request),
    )
    messages.success(request, _("The addresses are banned."))
