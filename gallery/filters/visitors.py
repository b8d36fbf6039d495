"""A visitor's filter, in a signed cookie: small enough to travel with every request."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

from gallery.errors import Invalid
from gallery.filters.spec import Rules, Said
from gallery.ratings import Rating

COOKIE, SALT = "filter", "gallery.filters.visitors"
A_YEAR = 365 * 24 * 3600
LONGEST = 2500
"""Characters of the cookie; browsers keep 4096 with its name and attributes."""
MAX_TAG_RULES, MAX_QUERY_RULES, LONGEST_RULE = 100, 5, 200


@dataclass(frozen=True)
class VisitorsFilter:
    """`sensitive`: the visitor turned that rating on, the highest that visitors may. `scope` names this very filter."""

    sensitive: bool = False
    said: Said = field(default_factory=Said)
    scope: str = field(default_factory=lambda: f"visitor {secrets.token_urlsafe(6)}")


def visitors_filter(viewer: Any) -> VisitorsFilter | None:
    """What the middleware read from the cookie; None for members and for who keeps none."""
    found: VisitorsFilter | None = getattr(viewer, "visitors_filter", None)
    return found if isinstance(viewer, AnonymousUser) else None


def read_cookie(text: str) -> VisitorsFilter | None:
    """None for none, and for one that the site did not make."""
    if not text or len(text) > LONGEST:
        return None
    try:
        kept = signing.loads(text, salt=SALT)
        said = Said(blurred_ratings=frozenset(map(Rating, kept["b"])), rules=Rules(tuple(kept["h"]), tuple(kept["u"])))
        return VisitorsFilter(bool(kept["s"]), said, kept["n"])
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        return None


def write_cookie(kept: VisitorsFilter) -> str:
    """The text of the cookie. Raises Invalid for more than a cookie holds."""
    said = kept.said
    content = {
        "s": kept.sensitive,
        "b": sorted(said.blurred_ratings),
        "h": said.rules.hide,
        "u": said.rules.blur,
        "n": kept.scope,
    }
    text = signing.dumps(content, salt=SALT, compress=True)
    if len(text) > LONGEST:
        raise Invalid("filter_cookie_full")
    return text


def keep(request: HttpRequest, response: HttpResponse, kept: VisitorsFilter) -> None:
    """Sends the cookie. Raises Invalid for more than it holds."""
    text = write_cookie(kept)
    response.set_cookie(COOKIE, text, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
