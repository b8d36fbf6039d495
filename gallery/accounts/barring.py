"""The door where banned accounts and banned addresses are stopped: whatever writes is closed to them unless it is named
here, so that a page that comes new is closed too.

The functions behind the doors ask again (`gallery.accounts.standing`): they are also called from elsewhere.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.decorators import sync_and_async_middleware
from django_htmx.http import reswap, retarget

from gallery.accounts.addresses import address_of
from gallery.accounts.standing import AddressBanned, Banned, standing_ban, standing_block
from gallery.around_views import View, before_views
from gallery.errors import UserFacingError
from gallery.models.sanction import Scope

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
JOINING = frozenset({"account_signup"})
# What whoever may only look can still send.
OPEN = frozenset(
    {
        # How this reader sees the site.
        "preferences",
        "gallery:zone",
        "gallery:settings",
        "gallery:age_notice",
        "gallery:show_post",
        "gallery:count_look",
        "gallery:mute",
        "gallery:filters",
        "gallery:filter_new",
        "gallery:filter_edit",
        "gallery:filter_delete",
        "gallery:filter_shared",
        "gallery:saved",
        "gallery:saved_seen",
        "gallery:undelete_saved",
        "gallery:open_saved",
        "gallery:relabel_saved",
        "gallery:delete_saved",
        # Questions with a file or a text in them.
        "gallery:verify",
        "gallery:api_verify",
        "gallery:api_iqdb_queries",
        "gallery:refusal_help",
        "generation:estimate",
        # Taking back.
        "gallery:post_withdraw",
        "gallery:draft_discard",
        "gallery:delete_list",
        "gallery:withdraw_comment",
        "generation:request_cancel",
        "generation:job_cancel",
        "generation:lab_cancel",
        # Their account: where it is signed in, a copy of all that is theirs, its deletion.
        "gallery:account",
        "gallery:sessions",
        "gallery:account_copy",
        "gallery:delete_account",
        # What was decided about them, and what they may say: one report at a time (`gallery.moderation.voices`).
        "gallery:report_post",
        "gallery:report_user",
        "gallery:report_comment",
        "generation:style_report",
        "gallery:take_voice_back",
        "gallery:receipt",
        "gallery:own_statements",
        "gallery:statement",
    }
)
# Signing in and out, passwords, mail addresses, second factors.
OPEN_PREFIXES = ("account_", "mfa_", "gallery:sign_in_link")
# What visitors of a banned address can't do though members can.
VISITORS_CLOSED = frozenset(
    {"gallery:report_post", "gallery:report_user", "gallery:report_comment", "generation:style_report"}
)


@sync_and_async_middleware
def bar_the_banned(get_response: View) -> View:
    """403 with until when, why and how to object for what a banned account or address may not send; also where the ban
    came while a function behind the door was at work, which refused then."""
    around = _door(get_response)
    around.process_exception = _banned_meanwhile  # type: ignore[attr-defined]
    return around


@before_views
def _door(request: HttpRequest) -> HttpResponse | None:
    name = _name_of(request)
    if name is None or (request.method in READING and name not in JOINING):
        return None
    refusal = _refusal(request, name)
    if refusal is None:
        return None
    return _answer(request, refusal)


def refused_sign_in(request: HttpRequest, *, staff: bool) -> HttpResponse | None:
    """The answer to somebody who signs in from an address where nobody does; None where they may. Whoever moderates
    the site can, or nobody could lift the ban."""
    ban = None if staff else standing_block(address_of(request), Scope.SIGN_IN)
    return None if ban is None else _answer(request, AddressBanned(ban))


def is_open(name: str) -> bool:
    """Whether the route of this name takes what banned accounts send."""
    return name in OPEN or name.startswith(OPEN_PREFIXES)


def _refusal(request: HttpRequest, name: str) -> UserFacingError | None:
    if request.user.is_authenticated:
        if is_open(name):
            return None
        ban = standing_ban(request.user)
        return Banned(ban) if ban else None
    if name in JOINING or name in VISITORS_CLOSED or not is_open(name):
        ban = standing_block(address_of(request))
        return AddressBanned(ban) if ban else None
    return None


def _banned_meanwhile(request: HttpRequest, error: Exception) -> HttpResponse | None:
    return _answer(request, error) if isinstance(error, Banned) else None


def _name_of(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Http404:
        return None


def _answer(request: HttpRequest, refusal: UserFacingError) -> HttpResponse:
    """In the words of whoever asked: a program, a script on a page, or a browser."""
    if request.path.endswith(".json") or "application/json" in request.headers.get("Accept", ""):
        body = {"success": False, "error": refusal.code, "message": refusal.message}
        return JsonResponse(body, status=refusal.status)
    context = {"refusal": refusal, "of_account": isinstance(refusal, Banned)}
    if request.headers.get("HX-Request"):
        response = render(request, "errors/barred_toast.html", context, status=refusal.status)
        return reswap(retarget(response, "#toasts"), "innerHTML")
    return render(request, "errors/barred.html", context, status=refusal.status)
