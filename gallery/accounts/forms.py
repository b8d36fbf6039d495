"""The form by which somebody leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models import User
from gallery.models.account import PostsChoice
from gallery.sentences import MESSAGES


class DeletionForm(RefusableForm):
    """Somebody leaves: what becomes of their posts, and their name as a proof that they mean it."""

    posts = forms.ChoiceField(
        label=_("Your posts"),
        choices=PostsChoice.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": MESSAGES["deletion_choice"],
            "invalid_choice": MESSAGES["deletion_choice"],
        },
    )
    name = forms.CharField(
        label=_("Type the name of your account"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_name(self) -> str:
        """The name, letter for letter."""
        name: str = self.cleaned_data["name"].strip()
        if name != self.user.username:
            raise forms.ValidationError(MESSAGES["deletion_name"])
        return name
