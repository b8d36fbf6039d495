"""allauth's hooks: whether people may sign up, and what signing in does besides."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gallery.accounts.barring import refused_sign_in
from gallery.accounts.deletion import call_off
from gallery.errors import InvalidTransition


class AccountAdapter(DefaultAccountAdapter):
    """Registration follows the operator's setting; who signs in keeps their account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION_OPEN

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Before every way to sign in: not from an address where nobody does."""
        answer: HttpResponse | None = refused_sign_in(request, staff=user.is_moderator)
        return answer if answer is not None else super().pre_login(request, user, **more)

    def login(self, request: HttpRequest, user: Any) -> None:
        """The last step of every way to sign in, behind the second factor: a deletion that was asked for is called
        off."""
        try:
            kept = call_off(user)
        except InvalidTransition:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user)) from None
        super().login(request, user)
        if kept:
            messages.success(request, _("Welcome back. Your account stays: its deletion is called off."))
