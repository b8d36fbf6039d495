"""One-time sign-in links, for an owner who has no password yet."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gallery.errors import LinkUnusable
from gallery.models import SignInLink, User


def make_link(user: User, hours: int = 24) -> str:
    """A token that signs `user` in once within `hours`; only its hash is kept, so it cannot be shown again."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(token_hash=_hash(token), user=user, expires_at=timezone.now() + timedelta(hours=hours))
    return token


@transaction.atomic
def consume(token: str) -> User:
    """The user of an unused, unexpired token, which is used from now on; of two at the same moment one gets it.

    Raises LinkUnusable.
    """
    now = timezone.now()
    # One statement decides who was first.
    fresh = SignInLink.objects.filter(
        token_hash=_hash(token), used_at__isnull=True, expires_at__gt=now, user__is_active=True
    )
    if not fresh.update(used_at=now):
        raise LinkUnusable("link_unusable")
    return User.objects.get(signinlink__token_hash=_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
