"""What is answered to who did something too often: a page, a line beside the form, or JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from gallery.errors import TooOften
from gallery.limits.acts import Act

CSRF = "csrfmiddlewaretoken"
LONG = 60
"""A text of more characters is shown, and can be changed, before it is sent again."""
SECRET = ("password", "code", "token")


def refuse(request: HttpRequest, error: TooOften, act: Act | None = None) -> HttpResponse:
    """429 with the sentence of `error` and the seconds to wait, in the form that the asker reads.

    For a form the page holds what was typed, to be sent once more; not passwords and codes, nor files, which stay with
    the browser. With htmx the form is still there and only a line appears.
    """
    response = _answer(request, error, act)
    response["Retry-After"] = str(error.seconds)
    response["Cache-Control"] = "private, no-store"
    return response


def _answer(request: HttpRequest, error: TooOften, act: Act | None) -> HttpResponse:
    if request.path.endswith(".json") or _only(request, "application/json"):
        told = {"success": False, "error": error.code, "message": error.message}
        return JsonResponse(told, status=error.status)
    if act == Act.FILE or _only(request, "text/event-stream"):
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    if request.headers.get("HX-Request"):
        response = render(request, "errors/429_toast.html", {"sentence": error.message}, status=error.status)
        return reswap(retarget(response, "#toasts"), "innerHTML")
    context = {"sentence": error.message, "address": request.get_full_path(), **_typed(request, act)}
    return render(request, "errors/429.html", context, status=error.status)


def _typed(request: HttpRequest, act: Act | None) -> dict[str, Any]:
    """What the page offers to send again: `texts` to be seen, `fields` that go along."""
    if request.method != "POST":
        return {"again": True}
    # Both look into what was sent: a form with a file can't be sent again without it.
    secret = act == Act.SIGN_IN or any(part in name.lower() for name in request.POST for part in SECRET if name != CSRF)
    if secret or request.FILES:
        return {"back": True}
    pairs = [(name, value) for name, values in request.POST.lists() if name != CSRF for value in values]
    texts = [pair for pair in pairs if len(pair[1]) > LONG or "\n" in pair[1]]
    return {"form": True, "texts": texts, "fields": [pair for pair in pairs if pair not in texts]}


def _only(request: HttpRequest, kind: str) -> bool:
    return request.accepts(kind) and not request.accepts("text/html")
