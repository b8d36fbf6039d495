"""The operator's page: who draws, who waits, and what can be done about it. Nobody's prompts are on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gallery.errors import UserFacingError
from generation.errors import OrderRefused
from generation.queueing import orders
from generation.queueing.queue_state import queue_state
from generation.views.edge import MemberRequest

View = Callable[[MemberRequest], HttpResponse]
PLACES = {"first": orders.FIRST, "usual": orders.USUAL, "last": orders.LAST}


def admins_only(view: View) -> View:
    """403 for members and moderators."""

    @wraps(view)
    def checked(request: MemberRequest) -> HttpResponse:
        return view(request) if request.user.is_admin else render(request, "errors/403.html", status=403)

    return checked


def _acted(act: Callable[[MemberRequest], str]) -> View:
    """A view that does `act`, says in a message what came of it, and leads back to the page."""

    @login_required
    @require_POST
    @admins_only
    @wraps(act)
    def view(request: MemberRequest) -> HttpResponse:
        try:
            messages.success(request, act(request))
        except (UserFacingError, OrderRefused) as error:
            messages.error(request, str(error.message))
        response = redirect("generation:queue")
        response.status_code = 303
        return response

    return view


@never_cache
@login_required
@require_safe
@admins_only
def queue(request: MemberRequest) -> HttpResponse:
    """The page; for htmx, which asks every few seconds, the part of it that changes."""
    name = "generation/parts/queue_board.html" if request.htmx else "generation/queue.html"
    return render(request, name, {"state": queue_state()})


@_acted
def queue_order(request: MemberRequest) -> str:
    """Stop everything with a reason, or go on."""
    order = request.POST.get("order", "")
    orders.order_queue(request.user, order, request.POST.get("reason", ""))
    return _("Drawing goes on.") if order == "work" else _("Drawing is paused. Whoever waits is shown your reason.")


@_acted
def worker_order(request: MemberRequest) -> str:
    """Pause or drain one worker, or let it work."""
    if not orders.order_worker(request.user, request.POST.get("worker", ""), request.POST.get("order", "")):
        return _("That worker is gone.")
    return _("The worker does so from its next step on.")


@_acted
def queue_jobs(request: MemberRequest) -> str:
    """Cancel one job, or all of a user's, or give them another place."""
    act, which = request.POST.get("act", ""), _which(request)
    if act == "cancel":
        number = orders.cancel_jobs(request.user, which)
        return ngettext("%(count)d picture was cancelled.", "%(count)d pictures were cancelled.", number) % {
            "count": number
        }
    number = orders.put_in_line(request.user, which, PLACES.get(act, -1))
    return ngettext("%(count)d picture has another place.", "%(count)d pictures have another place.", number) % {
        "count": number
    }


def _which(request: MemberRequest) -> Q:
    """The jobs that `job` or `user`, an id, names; none where neither does."""
    for name, field in (("job", "pk"), ("user", "user_id")):
        text = request.POST.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 19:
            return Q(**{field: int(text)})
    return Q(pk__in=[])
