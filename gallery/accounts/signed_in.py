"""The type of a request that `login_required` let through."""

from django.http import HttpRequest

from gallery.models import User


class SignedInRequest(HttpRequest):
    """A request whose user is an account, for the type checker's sake."""

    user: User
