"""What the views of this floor know about a request, for the type checker."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from gallery.models import User


class PageRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


def local_page(request: HttpRequest) -> str:
    """The page of this site that a form wants to lead to (`next`); empty where it names none."""
    wanted = request.POST.get("next", "")
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else ""


class MemberRequest(PageRequest):
    """A request behind `login_required`."""

    user: User
