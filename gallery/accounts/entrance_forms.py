"""allauth's forms at the entrance: in our words, with the caret where one begins to type."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms import Form
from django.utils.translation import gettext_lazy as _


def _tidy(form: Form) -> None:
    """The first field has the focus, for the page has no other purpose; no box repeats its label."""
    for bound in form.visible_fields():
        bound.field.widget.attrs.pop("placeholder", None)
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True


class EntranceLoginForm(LoginForm):
    """Signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")
        _tidy(self)


class EntranceSignupForm(SignupForm):
    """Making an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One paragraph; the list that stands there otherwise is longer than the form.
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())
        _tidy(self)
