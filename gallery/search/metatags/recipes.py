"""How a picture was made."""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid
from gallery.provenance.readers import generator_name
from gallery.search.compilation import Compilation, in_recipe
from gallery.search.expressions import Like, like, within
from gallery.search.metatags.kinds import Compile, metatag
from tagging.query.readers import decimals, integers, text
from tagging.query.values import Numbers, Presence, Text

_HASH_START = re.compile("[0-9a-fA-F]{6,64}")
_DIGITS = re.compile("[0-9a-fA-F]{1,64}")


def _name(column: str, *, also: Callable[[Text], Q] | None = None) -> Compile:
    """A text column by its whole value in any case; `*` for any text; unquoted, `_` for a blank as well."""

    def compile_name(value: Presence | Text, compilation: Compilation) -> Q:
        if isinstance(value, Presence):
            given = in_recipe(~Q(**{column: ""}))
            return given if value.present else ~given
        return in_recipe(is_named(F(column), value) | (also(value) if also else Q()))

    return compile_name


def is_named(left: Any, value: Text) -> Q:
    """`left` is this name in any case; `*` stands for any text, `_` outside quotation marks for a blank as well."""
    name = value.text.replace("\x00", "")
    spellings = {name} if value.literal else {name, name.replace("_", " ")}
    result = Q()
    for spelling in sorted(spellings):
        if value.is_pattern:
            result |= Q(Like(Lower(left), Lower(Value(like(spelling)))))
        else:
            result |= Q(_Equal(Lower(left), Lower(Value(spelling))))
    return result


class _Equal(Func):
    output_field = BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = " = "


def _by_hash(value: Text) -> Q:
    """The beginning of the file's SHA-256, in at least six digits."""
    if value.literal or not _HASH_START.fullmatch(value.text):
        return Q()
    return Q(Like(Lower(F("model_hash")), like(value.text.lower()) + "%"))


def _by_key(value: Text) -> Q:
    """What a short key stands for: `a1111` is AUTOMATIC1111."""
    name = generator_name(value.text)
    if value.literal or value.is_pattern or name == value.text:
        return Q()
    return Q(_Equal(Lower(F("generator")), Lower(Value(name))))


def _modelhash(value: Presence | Text, compilation: Compilation) -> Q:
    if isinstance(value, Presence):
        given = in_recipe(~Q(model_hash=""))
        return given if value.present else ~given
    digits = value.text.strip().removesuffix("*")
    if not _DIGITS.fullmatch(digits):
        raise Invalid("model_hash_is_hexadecimal")
    return in_recipe(Q(Like(Lower(F("model_hash")), digits.lower() + "%")))


class _AnyLora(Func):
    """Whether one of the names in an array fits a LIKE pattern."""

    output_field = BooleanField()
    template = "EXISTS (SELECT 1 FROM unnest(%(expressions)s))"
    arg_joiner = ") AS lora(name) WHERE lora.name LIKE ("


def _lora(value: Presence | Text, compilation: Compilation) -> Q:
    if isinstance(value, Presence):
        given = compilation.prompts & in_recipe(Q(loras__len__gt=0))
        return given if value.present else ~given
    name = value.text.replace("\x00", "").lower()
    if value.is_pattern:
        return compilation.prompts & in_recipe(Q(_AnyLora(F("loras"), Value(like(name)))))
    return compilation.prompts & in_recipe(Q(loras__contains=[name]))


def _number(column: str, *, with_prompt: bool = False) -> Compile:
    """A number that may be missing; `with_prompt`: it is hidden together with the prompt."""

    def compile_number(value: Presence | Numbers, compilation: Compilation) -> Q:
        readable = compilation.prompts if with_prompt else Q()
        if isinstance(value, Presence):
            given = readable & in_recipe(Q(**{f"{column}__isnull": False}))
            return given if value.present else ~given
        return readable & in_recipe(within(column, value))

    return compile_number


_ANY_OR_NONE = ("any", "none")
metatag(
    "model",
    text(limit=200, nullable=True),
    _name("model_name", also=_by_hash),
    section="recipe",
    summary=_("The model, by its name or the beginning of its hash; * stands for any text."),
    examples=("model:tiny", 'model:"night sky v2"', "model:none"),
    values=_ANY_OR_NONE,
)
metatag(
    "modelhash",
    text(limit=64, nullable=True),
    _modelhash,
    section="recipe",
    summary=_("The beginning of the SHA-256 of the model's file."),
    examples=("modelhash:0123abcd",),
    values=_ANY_OR_NONE,
)
metatag(
    "lora",
    text(limit=200, nullable=True),
    _lora,
    section="recipe",
    costly=True,
    summary=_("A LoRA by its name; * stands for any text."),
    examples=("lora:add_detail", "lora:any"),
    values=_ANY_OR_NONE,
)
metatag(
    "sampler",
    text(limit=60, nullable=True),
    _name("sampler"),
    section="recipe",
    summary=_("The sampler; _ stands for a blank."),
    examples=("sampler:euler_a",),
    values=_ANY_OR_NONE,
)
metatag(
    "scheduler",
    text(limit=60, nullable=True),
    _name("scheduler"),
    section="recipe",
    summary=_("The schedule of noise levels."),
    examples=("scheduler:karras",),
    values=_ANY_OR_NONE,
)
metatag(
    "generator",
    text(limit=40, nullable=True),
    _name("generator", also=_by_key),
    section="recipe",
    summary=_("The program that drew it."),
    examples=("generator:irodori", "generator:a1111"),
    values=_ANY_OR_NONE,
)
metatag(
    "steps",
    integers(nullable=True),
    _number("steps"),
    section="recipe",
    summary=_("The number of steps."),
    examples=("steps:20..30", "steps:none"),
    values=_ANY_OR_NONE,
)
metatag(
    "cfg",
    decimals(nullable=True),
    _number("cfg"),
    section="recipe",
    summary=_("The guidance scale."),
    examples=("cfg:7", "cfg:5..7.5"),
    values=_ANY_OR_NONE,
)
metatag(
    "denoise",
    decimals(nullable=True),
    _number("denoise"),
    section="recipe",
    summary=_("How much of the picture it began from was drawn anew, from 0 to 1."),
    examples=("denoise:>0.5",),
    values=_ANY_OR_NONE,
)
metatag(
    "seed",
    integers(nullable=True),
    _number("seed", with_prompt=True),
    section="recipe",
    summary=_("The seed of the noise."),
    examples=("seed:42",),
    values=_ANY_OR_NONE,
    few=lambda value: isinstance(value, Numbers) and not value.intervals,
)
