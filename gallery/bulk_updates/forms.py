"""The forms of bulk updates. What is right is decided by the functions that they feed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.bulk_updates.requests import MAX_COMMENT, MAX_REASON, MAX_TITLE
from gallery.errors import UserFacingError
from gallery.forms import RefusableForm

SCRIPT_CODES = frozenset({"bad_script_line", "script_empty", "script_too_long", "script_too_many_lines"})


class ProposalForm(RefusableForm):
    """A script with its title and reason."""

    title = forms.CharField(
        label=_("Title"),
        max_length=MAX_TITLE,
        required=False,  # the function behind it asks for it, in the site's words
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    script = forms.CharField(
        label=_("Script"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off", "wrap": "off"}
        ),
        help_text=_("One command a line, up to a hundred. Lines that begin with # are only read by people."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why is this better, and for whom? Others vote on it."),
    )

    def refuse(self, error: UserFacingError) -> None:
        """Put the sentence beside the field it is about."""
        if error.code in SCRIPT_CODES:
            self.add_error("script", error.message)
        elif error.code == "request_title_needed":
            self.add_error("title", error.message)
        else:
            super().refuse(error)


class CommentForm(RefusableForm):
    """A contribution to the discussion."""

    body = forms.CharField(
        label=_("Your comment"), required=False, max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )
