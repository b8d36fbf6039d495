"""An axis of a comparison: what differs, and the values that were typed for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import User
from gallery.recipes.axes import LABELS
from generation import checkpoints
from generation.door.source import SOURCES
from generation.engine.sampler_names import SAMPLER_NAMES
from generation.lab.values import is_number, split_lines, split_list, split_numbers
from generation.models.lab import MAX_VALUES
from generation.recipe_form import SHAPE_NAMES
from generation.shapes import shapes

LONGEST_TEXT = 40_000
"""Characters of all values of an axis together, as typed."""
LONGEST_VALUE = 200
"""Of a value that is no whole prompt; how long that may be is the door's to say."""
NO_LORA = "none"

NUMBERS = ("lora_weight", "steps", "guidance", "clip_skip", "strength", "seed")
HINTS: dict[str, Any] = {
    "model": gettext_lazy("Names of models, one a line or with commas."),
    "lora": gettext_lazy("Names, with a weight if you like: more-detail:0.8. “none” draws without."),
    "lora_weight": gettext_lazy("Numbers or a range: 0.2-1 (+0.2). It is the weight of the LoRA in the prompt."),
    "sampler": gettext_lazy("Names of samplers, one a line or with commas."),
    "steps": gettext_lazy("Whole numbers or a range: 10-30 (+10)."),
    "guidance": gettext_lazy("Numbers or a range: 5-9 (+2), or 5..9 step 2."),
    "words": gettext_lazy(
        "The first value stands in the prompt and is replaced by each of them: red hair, blue hair. Put a value with "
        'commas in quotes; "" is nothing.'
    ),
    "prompt": gettext_lazy("One whole prompt a line; each takes the place of the prompt above."),
    "clip_skip": gettext_lazy("Whole numbers or a range: 1-3."),
    "size": gettext_lazy("Sizes in pixels, or shapes: 512x768, square, landscape."),
    "strength": gettext_lazy("Numbers or a range: 0.3-0.9 (+0.2)."),
    "seed": gettext_lazy("Whole numbers or a range: 1-4."),
}

_SIZE = re.compile(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", re.IGNORECASE)
_LORA = re.compile(r"<(?:lora|lyco):([^<>]+)>")


class AxisRefused(Exception):  # noqa: N818 - named after what happened at the door
    """What was typed for an axis can't be drawn; the message is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Axis:
    """`values` are what `generation.lab.applying` puts into a recipe, `labels` what people read; both are as long."""

    name: str
    values: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def title(self) -> str:
        """What differs."""
        return str(LABELS.get(self.name, self.name))

    def to_dict(self) -> dict[str, Any]:
        """As `Lab` keeps it."""
        return {"name": self.name, "values": list(self.values), "labels": list(self.labels)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Axis:
        """What `to_dict` made."""
        values = tuple(data["values"])
        return cls(data["name"], values, tuple(data.get("labels") or values))

    def shown(self, place: int) -> str:
        """The value at `place` for people."""
        return self.labels[place] or _("(nothing)")


def read_axis(user: User, name: str, text: str, base: Mapping[str, Any]) -> Axis:
    """The axis `name` with the values in `text`. Raises `AxisRefused`; whether each of them can be drawn is for the
    door to say. `base` is the recipe that all pictures share."""
    if name not in LABELS:
        raise AxisRefused(_("Choose what differs from the list."))
    if len(text) > LONGEST_TEXT:
        raise AxisRefused(
            _("These values have %(length)s characters; the most is %(limit)s.")
            % {"length": len(text), "limit": LONGEST_TEXT}
        )
    if "\x00" in text:
        raise AxisRefused(_("This text contains a character that can't be stored. Type it again."))
    if name == "strength" and not any(base.get(source) for source in SOURCES.values()):
        raise AxisRefused(_("Strength is for pictures that start from another one. Choose something else to compare."))
    typed = _split(name, text)
    _require_a_list(name, typed)
    values, labels = zip(*(_value(user, name, value) for value in typed), strict=True)
    twice = next((label for place, label in enumerate(labels) if values[place] in values[:place]), None)
    if twice is not None:
        raise AxisRefused(_("“%(value)s” stands there twice. Keep one.") % {"value": twice[:60]})
    return Axis(name, values, labels)


def _split(name: str, text: str) -> list[str]:
    if name == "prompt":
        return split_lines(text)
    return split_numbers(text, MAX_VALUES) if name in NUMBERS else split_list(text)


def _require_a_list(name: str, typed: list[str]) -> None:
    if not typed:
        raise AxisRefused(_("Type the values to compare, for example two of them with a comma."))
    if len(typed) > MAX_VALUES:
        raise AxisRefused(_("At most %(limit)s values can be compared along one side.") % {"limit": MAX_VALUES})
    too_long = next((value for value in typed if len(value) > LONGEST_VALUE), None)
    if name != "prompt" and too_long is not None:
        raise AxisRefused(
            _("“%(value)s…” has %(length)s characters; a value has %(limit)s at most.")
            % {"value": too_long[:30], "length": len(too_long), "limit": LONGEST_VALUE}
        )


def _value(user: User, name: str, typed: str) -> tuple[str, str]:
    """The value, and its label."""
    if name in NUMBERS:
        if not is_number(typed):
            raise AxisRefused(
                _("“%(value)s” is no number. Write numbers such as 7 or 7.5, or a range: 5-9 (+2).")
                % {"value": typed[:60]}
            )
        if name == "seed" and typed.startswith("-"):
            raise AxisRefused(_("Name each seed: a random one couldn't be compared with anything."))
        return typed, typed
    if not typed and name != "words":
        raise AxisRefused(_("A value is empty. Take it out, or type what it is to be."))
    return _READERS.get(name, _as_typed)(user, typed)


def _as_typed(user: User, typed: str) -> tuple[str, str]:
    return typed, typed


def _model(user: User, typed: str) -> tuple[str, str]:
    """What nobody may use is left as it is: the door says of it what it says of what isn't there."""
    wanted = typed.casefold()
    models = list(checkpoints.available(user))
    found = next((one for one in models if one.slug.casefold() == wanted), None)
    found = found or next((one for one in models if one.name.casefold() == wanted), None)
    return (found.slug, found.name) if found else (typed, typed)


def _sampler(user: User, typed: str) -> tuple[str, str]:
    known = {name.casefold(): name for name in SAMPLER_NAMES}
    name = known.get(typed.casefold(), typed)
    return name, name


def _lora(user: User, typed: str) -> tuple[str, str]:
    inner = _LORA.fullmatch(typed)
    text = " ".join((inner[1] if inner else typed).split())
    if text.casefold() in (NO_LORA, "-", "なし"):
        return NO_LORA, _("none")
    if any(mark in text for mark in "<>"):
        raise AxisRefused(_("“%(value)s” can't be read. Write it as name:0.8.") % {"value": typed[:60]})
    return text, text


def _size(user: User, typed: str) -> tuple[str, str]:
    text = unicodedata.normalize("NFKC", typed).strip()
    match = _SIZE.fullmatch(text)
    if match:
        size = f"{int(match[1])} × {int(match[2])}"
        return size, size
    for shape in ("portrait", "square", "landscape"):
        label = str(SHAPE_NAMES[shape])
        if text.casefold() in (shape, label.casefold()):
            return shape, label
    raise AxisRefused(
        _("“%(value)s” is no size. Write it as 512x768, or one of: portrait, square, landscape.")
        % {"value": typed[:60]}
    )


_READERS: dict[str, Callable[[User, str], tuple[str, str]]] = {
    "model": _model,
    "sampler": _sampler,
    "lora": _lora,
    "size": _size,
}


def size_of(value: str, model: Any) -> tuple[int, int] | None:
    """Width and height that a value of the size axis means for a model; None for a shape that it can't draw."""
    match = _SIZE.fullmatch(value)
    return (int(match[1]), int(match[2])) if match else shapes(model).get(value)
