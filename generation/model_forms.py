"""The forms by which admins add and change models; what is right is decided by `models_on_disk`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gallery.models import User
from gallery.models.user import Role
from generation.checkpoints import samplers_of
from generation.engine.limits import cannot
from generation.image_servers import MAX_ENDPOINT, MAX_MODEL, MAX_VARIABLE, PAGE_KEYS
from generation.models import Checkpoint, Resource
from generation.models.resource import ResourceKind
from generation.models_on_disk.adding import named_users, refuse_names, words
from generation.models_on_disk.defaults import BASES, base_name, fits
from generation.models_on_disk.refusals import ModelRefused
from generation.models_on_disk.removing import refuse_closing
from generation.models_on_disk.routing import device_class
from generation.queueing.devices import ANY_CLASS

_BY_FILE = ("", _("As the file says"))
_CLASS_HELP = _(
    "“any” unless the model needs a certain kind of machine: cpu, cuda, or the class that a worker was given. "
    "Then only workers of that class draw it."
)


def _class_field() -> forms.CharField:
    return forms.CharField(
        label=_("Workers that draw it"),
        required=False,
        max_length=20,
        initial=ANY_CLASS,
        help_text=_CLASS_HELP,
        widget=forms.TextInput(attrs={"list": "device-classes", "spellcheck": "false", "autocapitalize": "none"}),
    )


class _AddForm(forms.Form):
    """What is said of every model that is added, wherever it is drawn."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    licence = forms.CharField(label=_("Licence"), required=False, max_length=200)
    trigger_words = forms.CharField(
        label=_("Trigger words"), required=False, max_length=2000, help_text=_("Separated by commas.")
    )
    min_role = forms.ChoiceField(label=_("Lowest role that may use it"), choices=Role.choices, initial=Role.MEMBER)
    users = forms.CharField(
        label=_("Accounts that may use it besides"),
        required=False,
        max_length=2000,
        help_text=_("Names of accounts, separated by commas."),
    )
    device_class = _class_field()

    def refuse(self, refusal: ModelRefused) -> None:
        """Put the sentence beside the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class AddModelForm(_AddForm):
    """A file or folder below `CHECKPOINTS_DIR`, and what whoever adds it knows of it."""

    path = forms.CharField(
        label=_("File or folder"),
        max_length=500,
        help_text=_("Below the folder of models, such as anime/model.safetensors."),
        error_messages={"required": _("Choose a file, or type where it lies below the folder of models.")},
        widget=forms.TextInput(attrs={"list": "offered", "spellcheck": "false", "autocapitalize": "none"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[_BY_FILE, ("checkpoint", _("Model")), *ResourceKind.choices]
    )
    base = forms.ChoiceField(
        label=_("Made for"),
        required=False,
        choices=[_BY_FILE, *((base, base_name(base)) for base in BASES)],
        help_text=_("Of a LoRA, embedding or VAE whose file doesn't say it."),
    )
    vae = forms.ChoiceField(label=_("VAE"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vaes = Resource.objects.filter(kind=ResourceKind.VAE).order_by("name")
        self.fields["vae"].choices = [  # type: ignore[attr-defined]
            ("", _("The file's own")),
            *((vae.slug, f"{vae.name} ({base_name(vae.family)})") for vae in vaes),
        ]


class AddServerForm(_AddForm):
    """A model that an image server draws; its fields are those of `WantedServer`."""

    endpoint = forms.CharField(
        label=_("Address of the server"),
        max_length=MAX_ENDPOINT,
        help_text=_(
            "The part before “/images/generations”, such as http://gpu:8000/v1. The workers must be able to reach it."
        ),
        error_messages={"required": _("Type the address, such as http://gpu:8000/v1.")},
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocapitalize": "none"}),
    )
    model = forms.CharField(
        label=_("What the server calls the model"),
        required=False,
        max_length=MAX_MODEL,
        help_text=_("Such as org/name. Empty for a server that has only one."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )
    key_variable = forms.CharField(
        label=_("Variable with the server’s key"),
        required=False,
        max_length=MAX_VARIABLE,
        help_text=format_lazy(
            _(
                "Never the key itself: set it as an environment variable of the workers, named {prefix} or "
                "{prefix}_ and anything, and type that name. Empty for a server that asks for no key."
            ),
            prefix=PAGE_KEYS,
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )


class _EditForm(forms.ModelForm):  # type: ignore[type-arg]
    """What checkpoints and resources have in common: name, licence, trigger words, who may use it, card."""

    words = forms.CharField(
        label=_("Trigger words"), required=False, max_length=2000, help_text=_("Separated by commas.")
    )
    users = forms.CharField(
        label=_("Accounts that may use it besides"),
        required=False,
        max_length=2000,
        help_text=_("Names of accounts, separated by commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named: list[User] = []
        self.initial["words"] = ", ".join(self.instance.trigger_words)
        self.initial["users"] = ", ".join(
            self.instance.allowed_users.order_by("username").values_list("username", flat=True)
        )

    def clean_users(self) -> str:
        """The accounts behind the names."""
        try:
            self.named = named_users(self.cleaned_data["users"].split(","))
        except ModelRefused as refusal:
            raise ValidationError(refusal.message) from None
        return str(self.cleaned_data["users"])

    def clean_name(self) -> str:
        """No rule of the site refuses it."""
        return _allowed(self.cleaned_data["name"])

    def clean_words(self) -> str:
        """Nor these."""
        return _allowed(self.cleaned_data["words"])

    def save(self, commit: bool = True) -> Any:
        """Write the row and who may use it."""
        self.instance.trigger_words = words(self.cleaned_data["words"].split(","))
        row = super().save(commit)
        row.allowed_users.set(self.named)
        return row


def _allowed(text: str) -> str:
    try:
        refuse_names(text)
    except ModelRefused as refusal:
        raise ValidationError(refusal.message) from None
    return text


_LABELS = {
    "name": _("Name"),
    "licence": _("Licence"),
    "min_role": _("Lowest role that may use it"),
    "card": _("Card"),
    "default_weight": _("Weight"),
    "default_steps": _("Steps"),
    "max_steps": _("Most steps"),
    "default_sampler": _("Sampler"),
    "default_guidance": _("Guidance"),
    "default_clip_skip": _("Clip skip"),
    "default_negative_prompt": _("Negative prompt"),
    "native_width": _("Width it draws best at"),
    "native_height": _("Height it draws best at"),
    "min_side": _("Shortest side"),
    "max_side": _("Longest side"),
    "default_vae": _("VAE"),
}


class CheckpointForm(_EditForm):
    """Everything of a checkpoint that isn't said by its file."""

    class Meta:
        model = Checkpoint
        fields = (
            "name", "licence", "min_role", "default_steps", "max_steps", "default_sampler", "default_guidance",
            "default_clip_skip", "native_width", "native_height", "min_side", "max_side", "default_vae",
            "default_negative_prompt", "device_class", "card",
        )  # fmt: skip
        labels = _LABELS
        widgets = {
            "default_negative_prompt": forms.Textarea(attrs={"rows": 2}),
            "card": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, name) for name in samplers_of(self.instance)]
        self.fields["default_sampler"] = forms.ChoiceField(label=_("Sampler"), choices=named)
        self.fields["device_class"] = _class_field()
        if "clip_skip" in cannot(self.instance.family):
            del self.fields["default_clip_skip"]
            self.instance.default_clip_skip = 1
        self.fields["default_steps"].validators += [MinValueValidator(1)]
        self.fields["max_steps"].validators += [MinValueValidator(1)]
        for name, low, high in (("default_guidance", 0, 30), ("default_clip_skip", 1, 12)):
            if name in self.fields:
                self.fields[name].validators += [MinValueValidator(low), MaxValueValidator(high)]
        fitting = [vae.pk for vae in Resource.objects.filter(kind=ResourceKind.VAE) if self._fits(vae)]
        self.fields["default_vae"].queryset = Resource.objects.filter(pk__in=fitting)  # type: ignore[attr-defined]
        self.fields["default_vae"].empty_label = _("The model's own")  # type: ignore[attr-defined]

    def _fits(self, vae: Resource) -> bool:
        return fits(vae.family, vae.kind, self.instance.family)

    def clean_min_role(self) -> str:
        """The default model stays open to all."""
        try:
            refuse_closing(self.instance, self.cleaned_data["min_role"])
        except ModelRefused as refusal:
            raise ValidationError(refusal.message) from None
        return str(self.cleaned_data["min_role"])

    def clean_device_class(self) -> str:
        """As workers may be given one."""
        try:
            return device_class(self.cleaned_data["device_class"], on_disk=bool(self.instance.path))
        except ModelRefused as refusal:
            raise ValidationError(refusal.message) from None

    def clean(self) -> dict[str, Any]:
        """Sides and steps that don't contradict each other."""
        data = super().clean() or self.cleaned_data
        low, high, multiple = data.get("min_side") or 0, data.get("max_side") or 0, self.instance.side_multiple
        if low and high and not 8 <= low <= high:
            self.add_error("min_side", _t("The shortest side is 8 pixels or more and no longer than the longest side."))
        for side in ("native_width", "native_height"):
            if data.get(side) and low and high and (not low <= data[side] <= high or data[side] % multiple):
                self.add_error(
                    side,
                    _t("This lies between the shortest and the longest side, in steps of %(multiple)s.")
                    % {"multiple": multiple},
                )
        if (data.get("default_steps") or 0) > (data.get("max_steps") or 10**9):
            self.add_error("default_steps", _t("The usual steps are no more than the most steps."))
        return data


class ResourceForm(_EditForm):
    """Everything of a LoRA, embedding or VAE that isn't said by its file."""

    class Meta:
        model = Resource
        fields = ("name", "licence", "min_role", "default_weight", "card")
        labels = _LABELS
        widgets = {"card": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind != ResourceKind.LORA:
            del self.fields["default_weight"]
        else:
            self.fields["default_weight"].validators += [
                MinValueValidator(-10),
                MaxValueValidator(10),
            ]
