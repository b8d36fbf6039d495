"""A file is checked for whoever drops it: the page, and the address for programs. Nothing of the file is kept."""

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gallery.api.verify import checked_as_json
from gallery.cards import cards
from gallery.errors import Invalid, NotAllowed, TooOften, UserFacingError
from gallery.ingest import MAX_BYTES
from gallery.ingest.looking import refuse_other_kinds
from gallery.limits.acts import Act
from gallery.limits.spending import spend
from gallery.verifying import Checked, verify
from gallery.visibility import Viewer

# What stands in a file is its owner's business: no cache, not even the browser's, keeps the answer.
NOWHERE = "private, no-store"


@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """The form; with a `file`, what is known of it. For htmx the answer alone."""
    context: dict[str, Any] = {"most_bytes": MAX_BYTES, "most_megabytes": MAX_BYTES // 2**20}
    status, wait = 200, ""
    if request.method == "POST":
        try:
            context |= _shown(_checked(request), request.user)
        except UserFacingError as error:
            context["problem"] = error.message
            status, wait = error.status, _wait(error)
    only_answer = request.method == "POST" and getattr(request, "htmx", False)
    page = "gallery/parts/verify_answer.html" if only_answer else "gallery/verify.html"
    response = render(request, page, context, status=status)
    _mark(response, wait)
    return response


# A program without a session has no token, and nothing that another site could act with: looked at below, by hand.
@csrf_exempt
def verify_json(request: HttpRequest) -> HttpResponse:
    """The same for programs: `file` in a multipart form. Errors are those of the whole interface."""
    if request.method != "POST":
        response = _refusal("method_not_allowed", _("This address answers POST alone."), 405)
        response["Allow"] = "POST"
        return response
    try:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _is_forged(request):
            raise NotAllowed("forged")
        answer = checked_as_json(_checked(request), request.user, request.build_absolute_uri)
    except UserFacingError as error:
        return _refusal(error.code, error.message, error.status, _wait(error))
    response = JsonResponse(answer)
    _mark(response, "")
    return response


def _is_forged(request: HttpRequest) -> bool:
    def nothing(request: HttpRequest) -> HttpResponseBase:
        return HttpResponse()

    middleware = CsrfViewMiddleware(nothing)
    middleware.process_request(request)
    return middleware.process_view(request, nothing, (), {}) is not None


def _checked(request: HttpRequest) -> Checked:
    try:
        file = request.FILES.get("file")
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise Invalid("verify_file_needed") from error
    if file is None:
        raise Invalid("verify_file_needed")
    # What its first bytes refuse starts no process and costs nothing that was not spent on taking it in.
    refuse_other_kinds(file)
    spend(request, Act.VERIFY)
    return verify(request.user, file, file.size or 0)


def _shown(checked: Checked, viewer: Viewer) -> dict[str, Any]:
    pictures = cards([match.line.post for match in checked.matches], viewer=viewer)
    return {"checked": checked, "matches": list(zip(checked.matches, pictures, strict=True))}


def _wait(error: UserFacingError) -> str:
    if isinstance(error, TooOften):
        return str(error.seconds)
    return "10" if error.status == 503 else ""


def _refusal(code: str, message: str, status: int, wait: str = "") -> JsonResponse:
    response = JsonResponse({"success": False, "error": code, "message": message}, status=status)
    _mark(response, wait)
    return response


def _mark(response: HttpResponse, wait: str) -> None:
    response["Cache-Control"] = NOWHERE
    if wait:
        response["Retry-After"] = wait
