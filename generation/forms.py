"""What the studio's pages are sent, as forms: types and required fields. Limits of a checkpoint are checked by
`generation.requests.submit`, whose complaints are added to the same fields."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models.post import Post, PromptVisibility
from gallery.ratings import Rating
from generation import checkpoints
from generation.models import Checkpoint
from generation.models.queue import MAX_COUNT, MAX_SEED
from generation.shapes import EXACT, shape_of, shapes

SHAPE_NAMES = {
    "portrait": _("Portrait"),
    "square": _("Square"),
    "landscape": _("Landscape"),
    EXACT: _("Exact"),
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


class RecipeForm(forms.Form):
    """The recipe of a request. `cleaned_data` holds what `generation.requests.submit` takes."""

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
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].queryset = checkpoints.available()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill what was left open from the chosen model; a named shape decides the size."""
        data = super().clean() or self.cleaned_data
        model: Checkpoint | None = data.get("model")
        if model is None:
            return data
        size = shapes(model).get(data.get("shape") or "")
        if size:
            data["width"], data["height"] = size
        for field, default in starting_values(model).items():
            if field in self.fields and field not in self.errors and data.get(field) in (None, ""):
                data[field] = default
        data["key"] = data.get("key") or new_key()
        return data


def starting_values(model: Checkpoint) -> dict[str, Any]:
    """What the form shows for `model` before anybody typed."""
    width, height = shapes(model)["square"]
    return {
        "width": width,
        "height": height,
        "steps": model.default_steps,
        "sampler": model.default_sampler,
        "guidance": model.default_guidance,
    }


def recipe_form(model: Checkpoint | None, recipe: dict[str, Any]) -> RecipeForm:
    """A fresh form: the model's starting values, overlaid by `recipe`, with a key of its own."""
    initial: dict[str, Any] = {"count": 4, "key": new_key(), "seed": None}
    if model is not None:
        initial |= {"model": model.slug} | starting_values(model) | recipe
        initial["shape"] = shape_of(initial["width"], initial["height"], model)
    else:
        initial |= recipe
    return RecipeForm(initial=initial)


class TickedTags(forms.MultipleChoiceField):
    """Tags to tick. Any is accepted, as any can be typed into the box; names are checked at publication."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        """The choices only say what the page offers."""
        return True

    def validate(self, value: list[str]) -> None:
        """Refuse what no database text can hold, as a typed field does."""
        super().validate(value)
        for name in value:
            ProhibitNullCharactersValidator()(name)


class PublishForm(RefusableForm):
    """What the maker decides when a take becomes a post."""

    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=8000,
        error_messages={"max_length": _("These are too many tags: %(show_value)d characters of %(limit_value)d.")},
    )
    # Words of the prompt that are no tags yet; each becomes one where it is ticked.
    words = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("“%(value)s” is not a word of this prompt.")},
    )
    # Tags that the tagger sees beyond the prompt's, to tick; tags of the prompt that it doesn't see, to tick away.
    more = TickedTags(required=False)
    left_out = TickedTags(required=False)
    rating = forms.ChoiceField(
        label=_("Rating"),
        choices=Rating.choices,
        error_messages={
            "required": _("Choose a rating, so that everyone sees only what they want to see."),
            "invalid_choice": _("This rating is unknown. Choose general, sensitive, questionable or explicit."),
        },
    )
    prompt_visibility = forms.ChoiceField(
        label=_("Prompt"),
        choices=PromptVisibility.choices,
        error_messages={
            "required": _("Choose who can read the prompt."),
            "invalid_choice": _("Choose who can read the prompt: everyone, or only you."),
        },
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=Post._meta.get_field("title").max_length,
        error_messages={"max_length": _("The title has %(show_value)d characters; at most %(limit_value)d fit.")},
    )
    commentary = forms.CharField(
        label=_("Commentary"),
        required=False,
        max_length=10_000,
        error_messages={"max_length": _("The commentary has %(show_value)d characters; at most %(limit_value)d fit.")},
    )

    def __init__(self, *args: Any, unknown_words: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].choices = [(word, word) for word in unknown_words]  # type: ignore[attr-defined]

    def offer(self, more: list[str], missing: list[str]) -> None:
        """What the tagger would add, and what it would leave out."""
        for field, names in (("more", more), ("left_out", missing)):
            self.fields[field].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def all_tags(self) -> list[str]:
        """The tags of the box but those left out, and all that was ticked, without repeats, in that order."""
        data = self.cleaned_data
        box = [name for name in data["tags"].split() if name not in data["left_out"]]
        return list(dict.fromkeys([*box, *data["more"], *data["words"]]))
