"""What the page for lettering is sent, as forms: one for each text."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.layers.fonts import typefaces
from generation.layers.texts import (
    LEAST_SIZE,
    LEAST_SPACING,
    LONGEST_TEXT,
    MOST_LINES,
    MOST_OUTLINE,
    MOST_SIZE,
    MOST_SPACING,
    MOST_TEXTS,
    Text,
    written,
)

MOST_NAMED = 8
"""Characters that no font has which a sentence names."""


def _number(low: float, high: float, name: Any) -> dict[str, Any]:
    sentence = gettext_lazy("%(name)s is a number from %(low)g to %(high)g.")
    said = _Filled(sentence, {"name": name, "low": low, "high": high})
    return {
        "min_value": low,
        "max_value": high,
        "error_messages": dict.fromkeys(("required", "invalid", "min_value", "max_value"), said),
    }


class _Filled:
    """A sentence that is filled when it is read, in the reader's language; a form fills it once more with nothing."""

    def __init__(self, sentence: Any, params: dict[str, Any]) -> None:
        self._sentence, self._params = sentence, params

    def __str__(self) -> str:
        return str(self._sentence) % self._params

    def __mod__(self, _params: Any) -> str:
        return str(self)


_COLOUR = {
    "invalid": gettext_lazy("A colour is # and six digits from 0 to f, for example #ffcc00."),
    "required": gettext_lazy("Choose a colour."),
}


class _Written(forms.CharField):
    """A text as it is kept: so it is counted, an end of a line as one character where browsers send two."""

    def to_python(self, value: Any) -> str:
        return written(super().to_python(value) or "")


class TextForm(forms.Form):
    """One text, as its fields come in; `read` is the text itself."""

    text = _Written(
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        error_messages={"max_length": gettext_lazy("A text has at most %(limit_value)d characters here.")},
    )
    face = forms.ChoiceField(
        error_messages={key: gettext_lazy("Choose one of the fonts.") for key in ("required", "invalid_choice")}
    )
    size = forms.IntegerField(**_number(LEAST_SIZE, MOST_SIZE, gettext_lazy("Size")))
    colour = forms.RegexField("^#[0-9A-Fa-f]{6}$", error_messages=_COLOUR)
    outline = forms.RegexField("^#[0-9A-Fa-f]{6}$", error_messages=_COLOUR)
    outline_width = forms.IntegerField(**_number(0, MOST_OUTLINE, gettext_lazy("Outline")))
    x = forms.FloatField(**_number(-50, 150, gettext_lazy("From the left")))
    y = forms.FloatField(**_number(-50, 150, gettext_lazy("From the top")))
    align = forms.ChoiceField(
        choices=[("start", gettext_lazy("Start")), ("middle", gettext_lazy("Middle")), ("end", gettext_lazy("End"))],
        error_messages={"invalid_choice": gettext_lazy("Choose where short lines stand.")},
    )
    spacing = forms.FloatField(**_number(LEAST_SPACING, MOST_SPACING, gettext_lazy("Line distance")))
    vertical = forms.ChoiceField(
        choices=[("0", gettext_lazy("Horizontal")), ("1", gettext_lazy("Vertical"))],
        error_messages={"invalid_choice": gettext_lazy("Choose horizontal or vertical.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["face"].choices = [(key, face.name) for key, face in typefaces().items()]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        """No more lines than there may be."""
        text: str = self.cleaned_data["text"]
        if text.count("\n") >= MOST_LINES:
            raise forms.ValidationError(_("A text has at most %(count)d lines here.") % {"count": MOST_LINES})
        return text

    def clean(self) -> dict[str, Any]:
        """No character that the chosen font hasn't."""
        data = super().clean() or self.cleaned_data
        text, face = data.get("text"), typefaces().get(data.get("face", ""))
        if text and face is not None:
            missing = [one for one in dict.fromkeys(text) if not face.has(one)]
            if missing:
                self.add_error("text", _missing_sentence(missing, str(face.name)))
        return data

    @property
    def read(self) -> Text | None:
        """The text of a form that is valid; None where nothing was written."""
        data = self.cleaned_data
        if not data.get("text", "").strip():  # one of which nothing was sent has no data at all
            return None
        values = {name: data[name] for name in Text.__dataclass_fields__}
        colours = {name: data[name].lower() for name in ("colour", "outline")}
        return Text(**(values | colours | {"vertical": data["vertical"] == "1"}))


def _missing_sentence(missing: list[str], font: str) -> str:
    named = ", ".join(f"“{one}” ({_code(one)})" for one in missing[:MOST_NAMED])
    sentence = ngettext(
        "“%(font)s” has no character %(named)s. Leave it out, or try another font.",
        "“%(font)s” hasn't these characters: %(named)s. Leave them out, or try another font.",
        len(missing),
    )
    return sentence % {"font": font, "named": named + ("…" if len(missing) > MOST_NAMED else "")}


def _code(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{f' {name}' if name else ''}"


class BaseTexts(forms.BaseFormSet):  # type: ignore[type-arg]
    """All texts of a picture, the lowest first."""

    def read(self) -> list[Text]:
        """The texts of forms that are valid, without empty and taken away ones."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [text for form in kept if (text := form.read) is not None]


Texts: type[BaseTexts] = forms.formset_factory(  # type: ignore[assignment]
    TextForm,
    formset=BaseTexts,
    extra=0,
    max_num=MOST_TEXTS,
    absolute_max=MOST_TEXTS,
    validate_max=True,
    can_delete=True,
)


def values_of(text: Text) -> dict[str, Any]:
    """A text as the form's values."""
    numbers = {name: f"{getattr(text, name):g}" for name in ("x", "y", "spacing")}
    return text.to_dict() | numbers | {"vertical": "1" if text.vertical else "0"}
