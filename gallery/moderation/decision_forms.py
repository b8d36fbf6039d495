"""The forms by which a moderator decides a case, or several together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models.review import CaseKind, Outcome, SiteRule
from gallery.moderation.decisions import Decision
from gallery.ratings import Rating


class DecisionForm(RefusableForm):
    """A moderator's decision in a case."""

    outcome = forms.ChoiceField(choices=Outcome.choices, error_messages={"required": _("Choose what you decide.")})
    rating = forms.ChoiceField(label=_("New rating"), choices=Rating.choices, required=False, widget=forms.RadioSelect)
    rule = forms.ChoiceField(label=_("Rule"), choices=SiteRule.choices, required=False, initial=SiteRule.OTHER)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=_("Whom it concerns reads it, and it is kept for ever."),
    )
    strike = forms.BooleanField(label=_("A removal is a strike for its author, too"), required=False)

    def clean(self) -> dict[str, Any]:
        """A new rating has to be chosen before it is given."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == Outcome.RERATED and not cleaned.get("rating") and "rating" not in self.errors:
            self.add_error("rating", _("Choose the new rating first."))
        return cleaned

    def decision(self, kind: CaseKind, named: SiteRule | None = None) -> Decision:
        """What was chosen in a case of this kind; `named` is the rule where none was. A reason that was left empty is
        the rule's own name, or that nothing is against the rules; there is none for “another reason”, and none for
        whoever disputes a label: they said why it is wrong."""
        cleaned = self.cleaned_data
        chosen = Outcome(cleaned["outcome"])
        rule = SiteRule(cleaned["rule"] or named or SiteRule.OTHER)
        reason = cleaned["reason"].strip()
        if not reason and chosen in {Outcome.APPROVED, Outcome.KEPT} and kind != CaseKind.LABEL:
            reason = str(_("Nothing here is against the rules."))
        elif not reason and chosen in {Outcome.REMOVED, Outcome.QUARANTINED} and rule != SiteRule.OTHER:
            reason = str(rule.label)
        elif not reason and chosen == Outcome.RERATED:
            reason = str(SiteRule.RATING.label)
        return Decision(chosen, reason, rating=cleaned["rating"], rule=rule, strike=cleaned["strike"])


class TogetherForm(DecisionForm):
    """A moderator's decision in several cases; unless a rule is chosen, each is decided by the rule that was named."""

    rule = forms.ChoiceField(
        label=_("Rule"), choices=[("", _("What each was reported for")), *SiteRule.choices], required=False
    )
