"""allauth's forms at the entrance, with the caret where one begins to type."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django.forms import Form


def _begin_at_first(form: Form) -> None:
    """Give the first field the focus: the page has no other purpose."""
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True


class EntranceLoginForm(LoginForm):
    """Signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _begin_at_first(self)


class EntranceSignupForm(SignupForm):
    """Making an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _begin_at_first(self)
