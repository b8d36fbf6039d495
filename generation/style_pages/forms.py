"""A style as it is typed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.forms import RefusableForm
from gallery.models import User
from generation.checkpoints import available
from generation.engine.prompt_syntax import MAX_WEIGHT, parse
from generation.models import StylePage
from generation.models.resource import ResourceKind
from generation.models.style_page import MAX_ABOUT, MAX_STYLE_TEXT, StyleAudience
from generation.style_pages.seeing import checkpoint_of, loras_of
from generation.style_pages.writing import MAX_STYLES, Wanted
from generation.styles import PLACE
from generation.usable import fits, resources

MOST_LORAS = 6

_TOO_LONG = gettext_lazy("This has %(show_value)d characters; at most %(limit_value)d fit. Shorten it.")


def _text(label: Any, most: int, hint: Any = "", *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        help_text=hint,
        error_messages={"max_length": _TOO_LONG},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class StylePageForm(RefusableForm):
    """Text, model and LoRAs of a style of `user`'s. `wanted()` is what `generation.style_pages.writing` takes."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Give it a name to find it by."), "max_length": _TOO_LONG},
    )
    about = _text(gettext_lazy("About it"), MAX_ABOUT, gettext_lazy("What it is good for, and what to write with it."))
    prompt = _text(
        gettext_lazy("Adds to the prompt"), MAX_STYLE_TEXT, gettext_lazy("{prompt} stands for what somebody writes.")
    )
    negative_prompt = _text(gettext_lazy("Adds to “Leave out”"), MAX_STYLE_TEXT, rows=2)
    model = forms.ChoiceField(
        label=gettext_lazy("Model"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This model is not available. Choose one from the list.")},
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may use it"),
        choices=StyleAudience.choices,
        error_messages={"required": gettext_lazy("Choose who may use it."),
                        "invalid_choice": gettext_lazy("Choose who may use it: everybody, or only you.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user: User, style: StylePage | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.user, self.style = user, style
        self.models = {model.slug: model for model in available(user)}
        self.resources = {lora.slug: lora for lora in resources(user, ResourceKind.LORA)}
        models = [("", _("Any model"))] + [(slug, model.name) for slug, model in self.models.items()]
        self.fields["model"].choices = models  # type: ignore[attr-defined]
        loras = [("", _("No LoRA"))] + [(slug, lora.name) for slug, lora in self.resources.items()]
        for number in range(MOST_LORAS if self.resources else 0):
            self.fields[f"lora{number}"] = forms.ChoiceField(
                label=_("LoRA %(number)d") % {"number": number + 1},
                choices=loras,
                required=False,
                error_messages={"invalid_choice": _("This LoRA is not available. Choose one from the list.")},
            )
            self.fields[f"weight{number}"] = forms.FloatField(
                label=_("Weight of LoRA %(number)d") % {"number": number + 1},
                required=False,
                widget=forms.NumberInput(attrs={"min": -MAX_WEIGHT, "max": MAX_WEIGHT, "step": "0.05"}),
                error_messages={"invalid": _("A weight is a number, such as 0.8.")},
            )

    @property
    def lora_rows(self) -> list[tuple[Any, Any]]:
        """The fields of each LoRA: which, and how strongly."""
        numbers = range(MOST_LORAS if self.resources else 0)
        return [(self[f"lora{number}"], self[f"weight{number}"]) for number in numbers]

    @property
    def loras_chosen(self) -> int:
        """How many rows hold one."""
        return sum(bool(which.value()) for which, _weight in self.lora_rows)

    def clean(self) -> dict[str, Any]:
        """LoRAs stand in their own fields, each once, and fit the model; a style must add something."""
        data = super().clean() or self.cleaned_data
        for field in ("prompt", "negative_prompt"):
            text = data[field] = data.get(field, "").replace("\r\n", "\n").strip()
            if parse(text, "a1111").networks:
                self.add_error(field, _("Choose LoRAs in the list below; they are added to the prompt by themselves."))
            elif text.count(PLACE) > (field == "prompt"):
                self.add_error(field, _("{prompt} may stand once in the prompt, and not in what is left out."))
        self.loras = self._loras(data)
        model = self.models.get(data.get("model") or "")
        for number, (lora, _weight) in self.loras.items():
            if model is not None and not fits(lora, model):
                words = {"name": lora.name, "model": model.name}
                self.add_error(
                    f"lora{number}", _("“%(name)s” was not made for “%(model)s”. Choose another one.") % words
                )
        if not self.errors and not (data["prompt"] or data["negative_prompt"] or self.loras or model):
            self.add_error("prompt", _("A style adds something: words, a LoRA or a model. Write or choose some."))
        mine = StylePage.objects.filter(owner=self.user)
        if self.style is None and mine.count() >= MAX_STYLES:
            raise forms.ValidationError(_("%(limit)d styles are the most. Delete one first.") % {"limit": MAX_STYLES})
        return data

    def _loras(self, data: dict[str, Any]) -> dict[int, tuple[Any, float]]:
        chosen: dict[int, tuple[Any, float]] = {}
        for number in range(MOST_LORAS):
            lora = self.resources.get(data.get(f"lora{number}") or "")
            if lora is None:
                continue
            weight = data.get(f"weight{number}")
            weight = lora.default_weight if weight is None else weight
            if not math.isfinite(weight) or abs(weight) > MAX_WEIGHT:
                self.add_error(f"weight{number}", _("A weight is a number from -%(most)g to %(most)g, such as 0.8.")
                               % {"most": MAX_WEIGHT})  # fmt: skip
            elif any(lora.pk == other.pk for other, _weight in chosen.values()):
                self.add_error(f"lora{number}", _("The LoRA “%(name)s” stands there twice. Keep one.")
                               % {"name": lora.name})  # fmt: skip
            else:
                chosen[number] = (lora, weight)
        return chosen

    def wanted(self) -> Wanted:
        """What was typed, looked at."""
        data = self.cleaned_data
        return Wanted(
            name=" ".join(data["name"].split()),
            about=data["about"].replace("\r\n", "\n").strip(),
            prompt=data["prompt"],
            negative_prompt=data["negative_prompt"],
            checkpoint=self.models.get(data["model"]),
            loras=tuple(self.loras.values()),
            audience=data["audience"],
        )


def initial_of(style: StylePage, user: User) -> dict[str, Any]:
    """The form as the style stands."""
    model = checkpoint_of(style, user)
    plain = {name: getattr(style, name) for name in ("name", "about", "prompt", "negative_prompt", "audience")}
    return plain | {"model": model.slug if model else ""} | rows_of(
        (one.resource.slug, one.weight) for one in loras_of(style, user)
    )  # fmt: skip


def rows_of(loras: Iterable[tuple[str, float]]) -> dict[str, Any]:
    """LoRAs, by slug and weight, in the fields of the form."""
    rows: dict[str, Any] = {}
    for number, (slug, weight) in enumerate(list(loras)[:MOST_LORAS]):
        rows |= {f"lora{number}": slug, f"weight{number}": f"{weight:g}"}
    return rows
