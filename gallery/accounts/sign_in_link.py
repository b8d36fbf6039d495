"""One-time sign-in links, for an owner who has no password yet."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gallery.errors import LinkUnusable
from gallery.models import SignInLink, User


def make_link(user: User, hours: int = 24) -> str:
    """A token that signs `user` in once within `hours`; only its hash is kept, so it cannot be shown again.

    Older ones of theirs that nobody used end now: of many that lie about in terminals and logs the newest works.
    """
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    SignInLink.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)
    SignInLink.objects.create(token_hash=_hash(token), user=user, expires_at=now + timedelta(hours=hours))
    return token


@transaction.atomic
def consume(token: str) -> User:
    """The user of an unused, unexpired token, which is used from now on; of two at the same moment one gets it.

    Raises LinkUnusable.
    """
    # Locked, so that whoever comes second waits and then reads that it was used. An UPDATE with these conditions
    # would not do: with the user's in it, it looks them up in a subquery, which is not looked up again.
    links = SignInLink.objects.select_for_update(of=("self",)).select_related("user")
    link = links.filter(token_hash=_hash(token)).first()
    if link is None or link.used_at or link.expires_at <= timezone.now() or not link.user.is_active:
        raise LinkUnusable("link_unusable")
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link.user


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in whoever had a good link: the answer, which asks for the second factor where there is one."""
    record_authentication(request, user, method="sign_in_link")
    return perform_login(request, Login(user=user))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
