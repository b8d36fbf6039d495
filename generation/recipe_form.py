"""What the page "Create" is sent, as a form: types and required fields. Limits of a checkpoint are checked by
`generation.requests.submit`, whose complaints are added to the same fields."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gallery.models.refusal import RuleEffect
from gallery.refusals.judging import Verdict
from generation import checkpoints
from generation.access import Viewer
from generation.door.source import DEFAULT_MASK_BLUR, source_named
from generation.errors import Problem
from generation.models import Checkpoint
from generation.models.queue import MAX_COUNT, MAX_SEED, MaskedContent, PromptSyntax, Upscaler
from generation.shapes import AS_SOURCE, EXACT, shape_of, shapes

SHAPE_NAMES = {
    "portrait": _("Portrait"),
    "square": _("Square"),
    "landscape": _("Landscape"),
    EXACT: _("Exact"),
    AS_SOURCE: _("Same"),
}


# What the form shows of a source and a second pass before anybody chose them.
DRAWING_OVER: dict[str, Any] = {
    "strength": 0.6,
    "mask_blur": DEFAULT_MASK_BLUR,
    "hires_strength": 0.6,
}


def new_key() -> str:
    """A key for one rendered form: the same key sent twice is the same request."""
    return uuid.uuid4().hex


class _ModelField(forms.ModelChoiceField):
    """Looks for no slug with a NUL in it, which PostgreSQL refuses to compare with."""

    def to_python(self, value: Any) -> Checkpoint | None:
        if isinstance(value, str) and "\x00" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class FourInputs(forms.Widget):
    """Four inputs of one name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was typed into them."""
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []


class FourNumbers(forms.Field):
    """Keeps what was typed; `generation.door` says what is wrong with it."""

    widget = FourInputs

    def clean(self, value: Any) -> list[str]:
        """Nothing where nothing was typed."""
        typed = [str(margin)[:20] for margin in value or []]
        return typed if any(margin.strip() for margin in typed) else []


class _CreditField(forms.CharField):
    """Whom to credit: what can't be read is nobody, without a word about it."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> str:
        """Nothing but what could be a name there."""
        text = str(value or "")
        return "" if "\x00" in text or len(text) > 100 else text.strip()


class RecipeForm(forms.Form):
    """The recipe of a request. `wanted()` is what `generation.requests.submit` takes.

    `source` names the picture to start from: `take:12`, `post:34` or `upload:` and the key of an own asset; `sketch_on`
    in the same way what that upload was sketched on. `verdict` is what the rules on words said to it, where they have a
    part in its refusal.
    """

    prompt = forms.CharField(
        label=_("Prompt"),
        max_length=settings.PROMPT_MAX_LENGTH,
        error_messages={
            "required": _("The prompt is empty. Write what the picture should show, for example tags with commas."),
            "max_length": _(
                "The prompt has %(show_value)d characters; at most %(limit_value)d fit. Shorten it and draw again."
            ),
        },
    )
    negative_prompt = forms.CharField(
        label=_("Negative prompt"),
        required=False,
        max_length=settings.PROMPT_MAX_LENGTH,
        error_messages={
            "max_length": _(
                "The negative prompt has %(show_value)d characters; at most %(limit_value)d fit. Shorten it."
            ),
        },
    )
    model = _ModelField(
        label=_("Model"),
        queryset=Checkpoint.objects.none(),
        to_field_name="slug",
        error_messages={
            "required": _("Choose a model."),
            "invalid_choice": _("This model is not available. Choose one from the list."),
        },
    )
    shape = forms.ChoiceField(
        label=_("Shape"),
        choices=list(SHAPE_NAMES.items()),
        required=False,
        error_messages={"invalid_choice": _("This shape is unknown. Choose one of the buttons.")},
    )
    width = forms.IntegerField(
        label=_("Width"),
        required=False,
        error_messages={"invalid": _("The width must be a whole number of pixels.")},
    )
    height = forms.IntegerField(
        label=_("Height"),
        required=False,
        error_messages={"invalid": _("The height must be a whole number of pixels.")},
    )
    steps = forms.IntegerField(
        label=_("Steps"), required=False, error_messages={"invalid": _("Steps must be a whole number.")}
    )
    sampler = forms.CharField(label=_("Sampler"), required=False, max_length=60)
    guidance = forms.FloatField(
        label=_("Guidance"), required=False, error_messages={"invalid": _("Guidance must be a number, such as 7.5.")}
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        required=False,
        error_messages={
            "invalid": format_lazy(
                _("The seed must be a whole number from 0 to {limit}; leave it empty for a random one."), limit=MAX_SEED
            )
        },
    )
    count = forms.TypedChoiceField(
        label=_("Pictures"),
        choices=[(number, str(number)) for number in range(1, MAX_COUNT + 1)],
        coerce=int,
        error_messages={
            "required": _("Choose how many pictures to draw."),
            "invalid_choice": _("At most 8 pictures can be drawn at once; choose a number from 1 to 8."),
        },
    )
    source = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    sketch_on = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    strength = forms.FloatField(
        label=_("Strength"),
        required=False,
        error_messages={"invalid": _("Strength must be a number, such as 0.6.")},
    )
    mask = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    mask_refused = forms.BooleanField(required=False, widget=forms.HiddenInput)
    without_mask = forms.BooleanField(label=_("Draw without a mask"), required=False)
    mask_blur = forms.IntegerField(
        label=_("Soft edge of the mask"),
        required=False,
        error_messages={"invalid": _("The soft edge must be a whole number of pixels.")},
    )
    masked_content = forms.ChoiceField(
        label=_("Under the mask at the start"), choices=MaskedContent.choices, required=False
    )
    only_masked = forms.IntegerField(
        label=_("Only the mask’s surroundings"),
        required=False,
        error_messages={"invalid": _("The surroundings must be a whole number of pixels.")},
    )
    outpaint = FourNumbers(label=_("Add at the edges"), required=False)
    hires_scale = forms.FloatField(
        label=_("Enlarge"),
        required=False,
        error_messages={"invalid": _("How much to enlarge must be a number, such as 1.5.")},
    )
    hires_steps = forms.IntegerField(
        label=_("Its steps"), required=False, error_messages={"invalid": _("Steps must be a whole number.")}
    )
    hires_strength = forms.FloatField(
        label=_("Its strength"),
        required=False,
        error_messages={"invalid": _("Strength must be a number, such as 0.6.")},
    )
    hires_upscaler = forms.ChoiceField(label=_("Enlarged by"), choices=Upscaler.choices, required=False)
    syntax = forms.ChoiceField(label=_("Prompt syntax"), choices=PromptSyntax.choices, required=False)
    clip_skip = forms.IntegerField(
        label=_("Clip skip"), required=False, error_messages={"invalid": _("Clip skip must be a whole number.")}
    )
    vae = forms.CharField(label=_("VAE"), required=False, max_length=100)
    exact = forms.BooleanField(label=_("Exact: draw each picture alone"), required=False)
    # Whom it is credited to: the number of a post, the slug of a style.
    remix_of = _CreditField(required=False)
    style_page = _CreditField(required=False)
    # Names of rules whose warnings were read, one a line.
    heeded = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, viewer: Viewer = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.verdict: Verdict | None = None
        self.fields["model"].queryset = checkpoints.available(viewer)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill what was left open from the chosen model; a named shape decides the size."""
        data = super().clean() or self.cleaned_data
        model: Checkpoint | None = data.get("model")
        if model is None:
            return data
        size = shapes(model).get(data.get("shape") or "")
        if size:
            data["width"], data["height"] = size
        elif data.get("shape") == AS_SOURCE:
            data["width"] = data["height"] = None
        for field, default in starting_values(model).items():
            if field in ("width", "height") and data.get("source"):
                continue  # left open, they are the picture's own
            if field in self.fields and field not in self.errors and data.get(field) in (None, ""):
                data[field] = default
        data["key"] = data.get("key") or new_key()
        return data

    def in_sight(self, problems: list[Problem]) -> list[Problem]:
        """Each problem at a field that the page shows."""
        return problems

    @property
    def warned(self) -> str:
        """The names of the rules that warn of it, as `heeded` has them."""
        hits = self.verdict.by(RuleEffect.WARN) if self.verdict and self.verdict.refusing is None else ()
        return "\n".join(hit.name for hit in hits)

    def wanted(self) -> dict[str, Any]:
        """The cleaned values under the names of `generation.requests.submit`."""
        data = dict(self.cleaned_data)
        return data | source_named(data.pop("source", ""))


def starting_values(model: Checkpoint) -> dict[str, Any]:
    """What the form shows for `model` before anybody typed."""
    width, height = shapes(model)["square"]
    return {
        "width": width,
        "height": height,
        "steps": model.default_steps,
        "sampler": model.default_sampler,
        "guidance": model.default_guidance,
        "clip_skip": model.default_clip_skip,
    }


def recipe_form(model: Checkpoint | None, recipe: dict[str, Any], viewer: Viewer) -> RecipeForm:
    """A fresh form: the model's starting values, overlaid by `recipe`, with a key of its own."""
    initial: dict[str, Any] = {"count": 4, "key": new_key(), "seed": None} | DRAWING_OVER
    if model is not None:
        initial |= {"model": model.slug} | starting_values(model) | recipe
        initial["shape"] = recipe.get("shape") or shape_of(initial["width"], initial["height"], model)
    else:
        initial |= recipe
    return RecipeForm(initial=initial, viewer=viewer)
