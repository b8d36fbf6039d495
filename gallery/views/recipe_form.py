"""The form in which generation data are typed. It keeps what was typed; `gallery.recipes.typed` says what is right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gallery.errors import UserFacingError
from gallery.models.post import RecipeSource
from gallery.recipes.fields import FIELDS, rest_texts, texts_of
from gallery.recipes.rows import State
from gallery.recipes.typed import LONGEST_REASON, WHOLE, WrongFields, read_typed

TYPED = tuple(field.name for field in FIELDS if field.typed)
EMPTY_ROWS = 3
_HINTS = {
    "model_hash": _("The first digits are enough; the whole SHA-256 is best."),
    "loras": _("One a line, with its weight: add_detail:0.8"),
    "denoise": _("0 to 1; for pictures drawn over another one."),
}
_MODES = {"cfg": "decimal", "denoise": "decimal", "hires_scale": "decimal", "hires_denoise": "decimal"}
Rows = list[tuple[str, str]]


class RecipeForm(forms.Form):
    """A text for each fact, rows of other keys, and why; `seen` is the number of the version that the editor saw."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    reason = forms.CharField(
        label=_("Why"), required=False, help_text=_("Stands in the history, such as “model named in the source”.")
    )

    def __init__(self, *args: Any, rows: Rows | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in FIELDS:
            if field.typed:
                self.fields[field.name] = _box(field.name, field.label)
        self.fields["reason"].widget.attrs["maxlength"] = LONGEST_REASON
        self.fields["rest"] = forms.CharField(required=False)  # where complaints about the rows stand
        self.rows = rows or []

    @classmethod
    def of(cls, state: State, seen: int) -> RecipeForm:
        """The form as the data stand."""
        return cls(initial=texts_of(state) | {"seen": seen}, rows=rest_texts(state.rest))

    @classmethod
    def sent(cls, data: QueryDict) -> RecipeForm:
        """The form as it was sent."""
        return cls(data, rows=sent_rows(data))

    @property
    def shown_rows(self) -> Rows:
        """The rows with a few empty ones to type in."""
        return [*(row for row in self.rows if any(row)), *[("", "")] * EMPTY_ROWS]

    @property
    def seen_version(self) -> int:
        """The number of the version that the editor saw; 0 for none."""
        text = self.cleaned_data["seen"]
        return int(text) if text.isascii() and text.isdecimal() else 0

    def texts(self) -> dict[str, str]:
        """What was typed for each fact."""
        return {name: self.cleaned_data[name] for name in TYPED}

    def refuse(self, error: UserFacingError) -> None:
        """Put each sentence beside the field that it is about."""
        if not isinstance(error, WrongFields):
            self.add_error("reason" if error.code == "reason_too_long" else None, error.message)
            return
        for name, each in error.by_field.items():
            self.add_error(name, each.message)

    def state_over(self, current: State) -> State:
        """What the data would be. Raises WrongFields."""
        return read_typed(self.texts(), self.rows, current, RecipeSource.TYPED)


def sent_rows(data: QueryDict) -> Rows:
    """The rows of a form that was sent: names and values in their order."""
    return list(zip(data.getlist("key"), data.getlist("value"), strict=False))


def merged(data: QueryDict, seen: State, theirs: State, number: int) -> QueryDict:
    """What was sent, on top of version `number` that somebody else saved: what the sender left as they saw it becomes
    theirs, what they typed stays."""
    result = data.copy()
    saw, now = texts_of(seen), texts_of(theirs)
    for name in TYPED:
        if _plain(data.get(name, "")) == _plain(saw[name]):
            result[name] = now[name]
    if [row for row in sent_rows(data) if any(row)] == rest_texts(seen.rest):
        rows = rest_texts(theirs.rest)
        result.setlist("key", [key for key, _value in rows])
        result.setlist("value", [value for _key, value in rows])
    result["seen"] = str(number)
    return result


def _box(name: str, label: Any) -> forms.CharField:
    if name in ("prompt", "negative_prompt", "loras"):
        rows = {"prompt": 5, "negative_prompt": 3, "loras": 2}[name]
        widget: forms.Widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocapitalize": "none"})
    else:
        mode = "numeric" if name in WHOLE else _MODES.get(name, "text")
        widget = forms.TextInput(
            attrs={"inputmode": mode, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        )
    return forms.CharField(label=label, required=False, widget=widget, help_text=_HINTS.get(name, ""))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
