"""allauth's hooks: whether people may sign up, and sign in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from gallery.accounts.barring import refused_sign_in


class AccountAdapter(DefaultAccountAdapter):
    """Registration follows the operator's setting."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION_OPEN

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Before every way to sign in: not from an address where nobody does."""
        answer: HttpResponse | None = refused_sign_in(request, staff=user.is_moderator)
        return answer if answer is not None else super().pre_login(request, user, **more)
