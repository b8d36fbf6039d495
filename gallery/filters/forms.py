"""The forms of filters. They keep what was typed; what is right is decided by `reading` and `acts`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.errors import UserFacingError
from gallery.filters.acts import MAX_NAME, muted_people
from gallery.filters.in_force import said_by
from gallery.filters.reading import Problem, RulesUnreadable, read_rules
from gallery.filters.spec import Rules, Said
from gallery.filters.visitors import LONGEST_RULE, MAX_QUERY_RULES, MAX_TAG_RULES, VisitorsFilter
from gallery.models import User, ViewFilter
from gallery.ratings import ORDER, Rating
from gallery.visibility import Viewer

SHOW, BLUR, HIDE = "show", "blur", "hide"
TREATMENTS = [(SHOW, _("Show")), (BLUR, _("Blur")), (HIDE, _("Hide"))]
LONGEST = 200_000
"""Characters of all rules of one kind: five thousand of forty."""
FIELD_OF_CODE = {
    "filter_name_needed": "name",
    "filter_name_too_long": "name",
    "filter_name_unusable": "name",
    "filter_name_taken": "name",
    "mute_oneself": "muted",
    "mute_unknown": "muted",
    "too_many_muted": "muted",
}


def _rules(label: Any, hint: Any) -> forms.CharField:
    attrs = {"rows": 6, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off", "class": "rules"}
    # Over the limit the sentence says how many rules, so the field itself cuts nothing and asks for nothing.
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=LONGEST, widget=forms.Textarea(attrs=attrs), strip=False
    )


class RulesForm(forms.Form):
    """Two boxes of rules. `problems`: the lines that are none."""

    hide = _rules(_("Hide posts that fit"), _("One rule a line: a tag, or a whole search as in the search box."))
    blur = _rules(_("Blur posts that fit"), _("They stay in your lists, as clouds of colour, until you ask for one."))

    problems: list[Problem] = []

    def rules(self, viewer: Viewer, **limits: int) -> Rules:
        """What was typed, as rules. Raises Invalid, with what was wrong in `problems`."""
        try:
            return read_rules(self.cleaned_data["hide"], self.cleaned_data["blur"], viewer, **limits)
        except RulesUnreadable as error:
            self.problems = error.problems
            raise

    def refuse(self, error: UserFacingError) -> None:
        """The sentence beside the field that it is about."""
        field = FIELD_OF_CODE.get(error.code)
        self.add_error(field if field in self.fields else None, error.message)


class FilterForm(RulesForm):
    """A member's filter. `let_in`: the ratings that the account shows at all."""

    name = forms.CharField(label=_("Name"), max_length=10 * MAX_NAME, required=False)
    muted = forms.CharField(
        label=_("Muted people"),
        help_text=_("Names with blanks between them. Nothing they post is in your lists; they are not told."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "none"}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    activate = forms.BooleanField(label=_("Use this filter from now on"), required=False)

    def __init__(self, *args: Any, let_in: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.let_in = let_in
        for rating in ORDER:
            self.fields[f"rating_{rating.value}"] = forms.ChoiceField(
                label=rating.label, choices=TREATMENTS, widget=forms.RadioSelect, required=False, initial=SHOW
            )

    @property
    def ratings(self) -> list[dict[str, Any]]:
        """Each rating with its field and whether the account lets it in."""
        return [
            {"rating": rating, "field": self[f"rating_{rating.value}"], "let_in": rating.value in self.let_in}
            for rating in ORDER
        ]

    @classmethod
    def of(cls, row: ViewFilter, *, active: bool, let_in: frozenset[str]) -> "FilterForm":
        """The form as the filter stands."""
        names = dict(User.objects.filter(pk__in=row.muted_ids).values_list("pk", "username"))
        initial: dict[str, Any] = {
            "name": row.name,
            "hide": "\n".join(row.hide_rules),
            "blur": "\n".join(row.blur_rules),
            "muted": " ".join(names[pk] for pk in row.muted_ids if pk in names),
            "seen": row.version,
            "activate": active,
        }
        said = said_by(row)
        for rating in ORDER:
            hidden, blurred = rating in said.hidden_ratings, rating in said.blurred_ratings
            initial[f"rating_{rating.value}"] = HIDE if hidden else BLUR if blurred else SHOW
        return cls(initial=initial, let_in=let_in)

    def said(self, user: User) -> Said:
        """What was typed. Raises Invalid."""
        chosen = {rating: self.cleaned_data[f"rating_{rating.value}"] for rating in ORDER}
        return Said(
            hidden_ratings=_with(chosen, HIDE),
            blurred_ratings=_with(chosen, BLUR),
            rules=self.rules(user),
            muted=muted_people(self.cleaned_data["muted"].replace("\x00", "").split(), user),
        )


class VisitorForm(RulesForm):
    """A visitor's filter: general and sensitive, a few rules."""

    rating_g = forms.ChoiceField(
        label=Rating.GENERAL.label, choices=TREATMENTS[:2], widget=forms.RadioSelect, required=False
    )
    rating_s = forms.ChoiceField(
        label=Rating.SENSITIVE.label, choices=TREATMENTS, widget=forms.RadioSelect, required=False
    )

    @classmethod
    def of(cls, kept: VisitorsFilter | None) -> "VisitorForm":
        """The form as the cookie has it."""
        said = kept.said if kept else Said()
        sensitive = bool(kept and kept.sensitive)
        return cls(
            initial={
                "rating_g": BLUR if Rating.GENERAL in said.blurred_ratings else SHOW,
                "rating_s": HIDE if not sensitive else BLUR if Rating.SENSITIVE in said.blurred_ratings else SHOW,
                "hide": "\n".join(said.rules.hide),
                "blur": "\n".join(said.rules.blur),
            }
        )

    @property
    def ratings(self) -> list[dict[str, Any]]:
        """As in FilterForm."""
        both = ((Rating.GENERAL, self["rating_g"]), (Rating.SENSITIVE, self["rating_s"]))
        return [{"rating": rating, "field": field, "let_in": True} for rating, field in both]

    def kept(self, viewer: Viewer) -> VisitorsFilter:
        """What was typed. Raises Invalid."""
        limits = {"max_tags": MAX_TAG_RULES, "max_queries": MAX_QUERY_RULES, "longest": LONGEST_RULE}
        chosen = {
            Rating.GENERAL: self.cleaned_data["rating_g"],
            Rating.SENSITIVE: self.cleaned_data["rating_s"] or HIDE,
        }
        said = Said(blurred_ratings=_with(chosen, BLUR), rules=self.rules(viewer, **limits))
        return VisitorsFilter(chosen[Rating.SENSITIVE] != HIDE, said)


def _with(chosen: dict[Rating, str], treatment: str) -> frozenset[Rating]:
    return frozenset(rating for rating, one in chosen.items() if one == treatment)
