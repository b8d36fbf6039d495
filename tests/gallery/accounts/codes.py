"""Second factors for tests: what an app on a phone would show."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from gallery.models import User
from tests.factories import PASSWORD


def set_up(user: User) -> str:
    """Give the account an app; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that the app shows at that moment."""
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def sign_in(client: Client, user: User, secret: str = "") -> None:
    """Through the page; with a secret through the second factor too."""
    cache.clear()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    if secret:
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
