"""What the page of a new comparison is sent: a recipe, and two axes with their values as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gallery.models import User
from gallery.recipes.axes import LABELS
from generation.door.source import SOURCES
from generation.lab.axes import Axis, AxisRefused, read_axis
from generation.lab.drawing import MAX_TITLE
from generation.lab.values import joined
from generation.models import Lab
from generation.recipe_form import RecipeForm, new_key

KINDS = list(LABELS.items())


class LabForm(RecipeForm):
    """The recipe of all pictures, and what differs: `x` along the columns, `y`, if it is chosen, along the rows."""

    title = forms.CharField(label=_("Title"), required=False, max_length=MAX_TITLE)
    x = forms.ChoiceField(
        label=_("Across"),
        choices=[("", _("Choose what differs")), *KINDS],
        error_messages={
            "required": _("Choose what differs from picture to picture."),
            "invalid_choice": _("Choose what differs from the list."),
        },
    )
    x_values = forms.CharField(label=_("Values across"), required=False, strip=False)
    y = forms.ChoiceField(
        label=_("Down"),
        choices=[("", _("Nothing: one row")), *KINDS],
        required=False,
        error_messages={"invalid_choice": _("Choose what differs from the list.")},
    )
    y_values = forms.CharField(label=_("Values down"), required=False, strip=False)

    def __init__(self, *args: Any, viewer: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        self.fields["count"].required = False
        for name in ("x_values", "y_values"):
            # A NUL is one of the things that `read_axis` has a sentence for.
            self.fields[name].validators = []
        if self.is_bound and "prompt" in (self.data.get("x"), self.data.get("y")):
            self.fields["prompt"].required = False

    def axes(self, user: User) -> tuple[Axis | None, Axis | None]:
        """Both axes of a form that was checked; what is wrong with them stands beside their fields afterwards."""
        columns = self._axis(user, "x")
        rows = self._axis(user, "y")
        if columns is not None and rows is not None and columns.name == rows.name:
            self.add_error("y", _t("Both sides differ in the same thing. Choose another one, or nothing."))
            rows = None
        if rows is None and (self.cleaned_data.get("y_values") or "").strip() and not self.cleaned_data.get("y"):
            self._refuse("y", _t("Say what these values are, or take them out."))
        return columns, rows

    def _axis(self, user: User, side: str) -> Axis | None:
        kind = self.cleaned_data.get(side)
        if not kind:
            return None
        try:
            return read_axis(user, kind, self.cleaned_data.get(f"{side}_values") or "", self.wanted())
        except AxisRefused as refusal:
            self._refuse(f"{side}_values", refusal.message)
            return None

    def _refuse(self, field: str, sentence: str) -> None:
        if field not in self.errors:
            self.add_error(field, sentence)


def initial_of(lab: Lab) -> dict[str, Any]:
    """The form that an earlier comparison would be drawn from again."""
    base = dict(lab.base)
    for kind, name in SOURCES.items():
        if base.get(name):
            base["source"] = f"{kind}:{base.pop(name)}"
    values = {"title": lab.title} | _typed("x", lab.columns)
    return base | values | (_typed("y", lab.rows) if lab.rows else {}) | {"key": new_key()}


def _typed(side: str, axis: Mapping[str, Any]) -> dict[str, str]:
    return {side: axis["name"], f"{side}_values": joined(axis["values"], a_line_each=axis["name"] == "prompt")}
