"""What the views of this floor know about a request, for the type checker."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from gallery.models import User


class PageRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


class MemberRequest(PageRequest):
    """A request behind `login_required`."""

    user: User
