"""Pages that belong to no floor: health, display preferences, error pages."""

import logging
import secrets

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from config.context import THEMES
from gallery.errors import TooOften
from gallery.limits.acts import Act
from gallery.limits.refusing import refuse
from gallery.limits.spending import in_words

logger = logging.getLogger(__name__)
A_YEAR = 365 * 24 * 3600
# The longest that allauth refuses for, in seconds.
A_WHILE = 300


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 with `{"database": "ok"}` when the site can answer; for load balancers and the supervisor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok"})


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep theme and language in cookies, so that the server renders both and nothing flashes; go back."""
    target = request.POST.get("next", "/")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS)
    language = request.POST.get("language")
    if language and check_for_language(language) and language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS
        )
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in the site's own words."""
    return render(request, "errors/400.html", status=400)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the site's own words."""
    return render(request, "errors/404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in the site's own words."""
    return render(request, "errors/403.html", status=403)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429 where somebody tried a password or an address too often; allauth doesn't say how long that holds."""
    return refuse(request, TooOften("too_often", A_WHILE, wait=in_words(A_WHILE)), Act.SIGN_IN)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with an id that the operator finds in the log."""
    incident = secrets.token_hex(4)
    logger.error("incident %s at %s", incident, request.path)
    return render(request, "errors/500.html", {"incident": incident}, status=500)
