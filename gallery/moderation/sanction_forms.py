"""The forms by which moderators give strikes and bans, and take them back."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models.review import SiteRule
from gallery.models.sanction import Scope
from gallery.moderation.lengths import Length, end_of


class StrikeForm(RefusableForm):
    """A strike for somebody."""

    rule = forms.ChoiceField(label=_("Rule"), choices=SiteRule.choices, initial=SiteRule.OTHER)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=_("The person reads it, and it is kept for ever."),
    )

    def rule_chosen(self) -> SiteRule:
        """The rule that it rests on."""
        return SiteRule(self.cleaned_data["rule"])


class BanForm(StrikeForm):
    """A ban: how long, why, and of which addresses."""

    length = forms.ChoiceField(
        label=_("How long"), choices=Length.choices, initial=Length.WEEK, widget=forms.RadioSelect
    )
    day = forms.DateField(
        label=_("The day I choose, its last"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    block = forms.CharField(
        label=_("Addresses, too"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "203.0.113.0/24"}),
        help_text=_("One address, or a block of them. Others behind it are shut out as well: keep it narrow."),
    )
    scope = forms.ChoiceField(
        label=_("What these addresses can’t do"),
        required=False,
        choices=[(scope.value, scope.label) for scope in (Scope.VISITORS, Scope.SIGN_IN)],
        initial=Scope.VISITORS,
        widget=forms.RadioSelect,
    )

    def until(self) -> datetime | None:
        """When it ends; None for good. Raises Invalid."""
        return end_of(Length(self.cleaned_data["length"]), self.cleaned_data["day"])


class AddressBanForm(BanForm):
    """A ban of addresses alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["block"].label = _("Addresses")
        self.fields["reason"].help_text = _("It is kept for ever, and read by moderators.")


class TakeBackForm(RefusableForm):
    """Why a strike is voided or a ban lifted."""

    reason = forms.CharField(
        label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )
