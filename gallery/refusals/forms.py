"""The forms of the rules' pages; what is right is decided by `gallery.refusals.rules`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models import RefusalRule
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.refusals.rules import MAX_TERMS, Wanted


class RuleForm(RefusableForm):
    """A rule as an admin writes it."""

    name = forms.CharField(
        label=_("Name"), required=False, help_text=_("Whoever the rule refuses reads it, such as “Real people”.")
    )
    effect = forms.CharField(label=_("Effect"), required=False)
    places = forms.MultipleChoiceField(label=_("Where it looks"), required=False, choices=RulePlace.choices)
    terms = forms.CharField(
        label=_("Words to find"),
        required=False,
        max_length=2 * MAX_TERMS,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "none"}),
    )
    note = forms.CharField(
        label=_("What else people are told"),
        required=False,
        help_text=_("Stands behind the name: why there is this rule, or what is right instead."),
    )
    enabled = forms.BooleanField(label=_("The rule is on"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept for ever in the moderation log."),
    )

    @classmethod
    def of(cls, rule: RefusalRule | None) -> "RuleForm":
        """The form as the rule stands, or as a new one begins."""
        if rule is None:
            places = [RulePlace.PROMPT, RulePlace.TEXT]
            return cls(initial={"effect": RuleEffect.REFUSE, "places": places, "enabled": True})
        names = ("name", "effect", "places", "terms", "note", "enabled")
        return cls(initial={name: getattr(rule, name) for name in names})

    def wanted(self) -> Wanted:
        """What was typed."""
        said: dict[str, Any] = dict(self.cleaned_data)
        said.pop("reason")
        return Wanted(**said | {"places": tuple(said["places"])})
