"""The forms by which people say something to moderators; what is right is decided by the functions they feed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models.review import SiteRule
from gallery.moderation.rules import in_words


class VoiceForm(RefusableForm):
    """A report or a flag: one of the `rules`, and what is wrong."""

    rule = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what it is about."),
            "invalid_choice": _("This is no rule that can be named here; choose one from the list."),
        },
    )
    reason = forms.CharField(
        label=_("What is wrong"), required=False, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )
    # As text: that it is no address is said in the site's words.
    contact = forms.CharField(
        label=_("Your e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        help_text=_("Only moderators see it, to ask you back. Nothing is sent to it by itself."),
    )

    def __init__(self, *args: Any, rules: tuple[SiteRule, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = in_words(rules)
        self.fields["rule"].choices = [(rule.value, rule.label) for rule in rules]  # type: ignore[attr-defined]


class HideForm(RefusableForm):
    """Why a moderator hides something, or shows it again."""

    rule = forms.ChoiceField(label=_("Rule"), choices=SiteRule.choices, required=False, initial=SiteRule.OTHER)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,  # the function behind it asks for it, in the site's words
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=_("Whom it concerns reads it, and it is kept for ever."),
    )


class AppealForm(RefusableForm):
    """What somebody says against a decision about them."""

    reason = forms.CharField(
        label=_("Why the decision is wrong"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
        help_text=_("Another moderator reads it beside the decision. You can write once, so say all that counts."),
    )
