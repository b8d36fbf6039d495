"""The posts that a viewer asked to see although their filter hides or blurs them: kept in a signed cookie.

It belongs to who made it, lasts as long as the browser is open, and holds so many posts, the newest wishes.
"""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

from gallery.models.user import User

COOKIE, SALT = "shown", "gallery.filters.shown"
MOST = 200
LONGEST = 3000
"""Characters of a cookie that are looked at."""


def asked_for(viewer: User | AnonymousUser) -> frozenset[int]:
    """The numbers of the posts that this viewer asked for in this browser."""
    found: frozenset[int] = getattr(viewer, "asked_for", frozenset())
    return found


def read_asked(text: str, viewer: User | AnonymousUser) -> list[int]:
    """The posts in a cookie, the latest wish last; none in a forged one or in somebody else's."""
    if not text or len(text) > LONGEST:
        return []
    try:
        owner, *numbers = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return []
    return numbers if owner == (viewer.pk or 0) else []


def remember(request: HttpRequest, response: HttpResponse, posts: Iterable[int]) -> None:
    """From the next request on these posts are shown to whoever asked."""
    before = read_asked(request.COOKIES.get(COOKIE, ""), request.user)
    kept = list(dict.fromkeys([*before, *posts]))[-MOST:]
    text = signing.dumps([request.user.pk or 0, *kept], salt=SALT, compress=True)
    response.set_cookie(COOKIE, text, samesite="Lax", secure=settings.HTTPS, httponly=True)


def forget(response: HttpResponse) -> None:
    """Everything is hidden and blurred again."""
    response.delete_cookie(COOKIE, samesite="Lax")
