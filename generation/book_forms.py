"""Styles and wildcards as they are typed and saved; both keep to one rule each, checked here once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import User
from generation.models import PromptStyle, Wildcard
from generation.models.prompt_texts import MAX_STYLE, MAX_WILDCARD_LINES
from generation.wildcards import NAME

MAX_TEXTS = 500
"""Most styles, and most wildcards, that one member can have."""
MAX_WILDCARD_BYTES = 2**20


class OwnedForm(forms.Form):
    """A style or a wildcard of `user`'s, or of the site where they may change it. `instance` is one to change."""

    model: type[PromptStyle] | type[Wildcard]
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give it a name to choose it by.")},
    )
    for_everybody = forms.BooleanField(label=gettext_lazy("For everybody on this site"), required=False)

    def __init__(self, data: Any = None, *, user: User, instance: Any = None) -> None:
        self.user, self.instance = user, instance
        initial: dict[str, Any] = {}
        if instance is not None:
            initial = {field.name: getattr(instance, field.name) for field in instance._meta.fields}
            initial["for_everybody"] = instance.owner_id is None
        prefix = f"{self.model._meta.model_name}-{instance.pk if instance else 'new'}"
        super().__init__(data, prefix=prefix, initial=initial)

    def clean(self) -> dict[str, Any]:
        """One name once, and no more than anybody needs."""
        data = super().clean() or self.cleaned_data
        self.owner = None if data.get("for_everybody") and self.user.is_admin else self.user
        others = self.model._default_manager.filter(owner=self.owner)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if data.get("name") and others.filter(name=data["name"]).exists():
            self.add_error("name", _("There is one of this name already. Choose another name, or change that one."))
        elif others.count() >= MAX_TEXTS:
            raise forms.ValidationError(_("%(limit)d are the most. Delete one first.") % {"limit": MAX_TEXTS})
        return data

    def save(self) -> None:
        """Write what was typed."""
        texts = {name: value for name, value in self.cleaned_data.items() if name != "for_everybody"}
        row = self.instance or self.model()
        row.owner = self.owner
        for name, value in texts.items():
            setattr(row, name, value)
        row.save()


class StyleForm(OwnedForm):
    """Text for the prompt, for what is left out, or for both."""

    model = PromptStyle
    prompt = forms.CharField(label=gettext_lazy("Adds to the prompt"), required=False, max_length=MAX_STYLE)
    negative_prompt = forms.CharField(label=gettext_lazy("Adds to “Leave out”"), required=False, max_length=MAX_STYLE)

    def clean(self) -> dict[str, Any]:
        """A style without words would do nothing."""
        data = super().clean()
        if not self.errors and not data.get("prompt") and not data.get("negative_prompt"):
            self.add_error("prompt", _("A style adds text to one of the two boxes. Write some."))
        return data


class WildcardForm(OwnedForm):
    """A list of lines."""

    model = Wildcard
    text = forms.CharField(
        label=gettext_lazy("One line each"),
        error_messages={"required": gettext_lazy("Write at least one line to draw from.")},
    )

    def clean_name(self) -> str:
        """As it stands between the underscores."""
        name = str(self.cleaned_data["name"]).strip("_").lower()
        if not NAME.fullmatch(name):
            raise forms.ValidationError(
                _("A wildcard’s name is made of letters and digits, with - _ or / between them, such as hair-color.")
            )
        return name

    def clean_text(self) -> str:
        """At most 10,000 lines, at least one of which can be drawn."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        count = text.count("\n") + 1
        if count > MAX_WILDCARD_LINES:
            raise forms.ValidationError(
                _("The list has %(count)d lines; %(limit)d are the most.")
                % {"count": count, "limit": MAX_WILDCARD_LINES}
            )
        if len(text.encode()) > MAX_WILDCARD_BYTES:
            raise forms.ValidationError(_("The list is longer than a megabyte. Split it into several lists."))
        if not Wildcard(text=text).lines:
            raise forms.ValidationError(
                _("Write at least one line to draw from; lines that start with # aren’t drawn.")
            )
        return text
