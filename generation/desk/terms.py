"""What can be asked of takes: the gallery's language with metatags of its own, each with its condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, BooleanField, Case, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.fields import DecimalField, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid
from gallery.search.expressions import ALL, NOTHING, Like, like, literally, within
from gallery.search.metatags.files import in_pixels, ratio_within
from gallery.search.metatags.prompts import words_in
from gallery.search.metatags.recipes import is_named
from generation.models import Take
from generation.models.take import Fix, Flag, TakeKind
from tagging.query.metatags import MetatagKind, Registry
from tagging.query.readers import (
    ages,
    choices,
    dates,
    decimals,
    id_or_presence,
    integers,
    megapixels,
    ratios,
    text,
)
from tagging.query.values import Choices, Numbers, Presence, Reader, Text

Compile = Callable[[Any, int], Q]
"""The condition for a value, asked by the owner with this number."""

IS: dict[str, Q] = {
    "pick": Q(flag=Flag.PICK),
    "picked": Q(flag=Flag.PICK),
    "reject": Q(flag=Flag.REJECT),
    "rejected": Q(flag=Flag.REJECT),
    "undecided": Q(flag=Flag.NONE),
    "published": Q(post__isnull=False),
    "unpublished": Q(post__isnull=True),
    "archived": Q(archived_at__isnull=False),
    "binned": Q(purged_at__isnull=False),
    **{kind: Q(kind=kind) for kind in TakeKind.values},
}
STATES = {
    "active": Q(archived_at__isnull=True, purged_at__isnull=True),
    "archived": Q(archived_at__isnull=False, purged_at__isnull=True),
    "binned": Q(purged_at__isnull=False),
    "any": ALL,
}
registry = Registry()
CONDITIONS: dict[str, Compile] = {}
_NONE = ("any", "none")


class _Since(Func):
    """A moment in microseconds since 1970; 0 where there is none."""

    output_field = BigIntegerField()
    template = "coalesce((extract(epoch from %(expressions)s) * 1000000)::bigint, 0)"


@dataclass(frozen=True)
class TakeOrder:
    """An order of takes: by this expression, which is never null, ties by id."""

    key: Any
    summary: Any


ORDERS: dict[str, TakeOrder] = {
    "id": TakeOrder(F("id"), _("As they were drawn; order:id_desc is the usual one.")),
    "newest": TakeOrder(F("id"), _("The newest first.")),
    "oldest": TakeOrder(F("id"), _("The oldest first.")),
    "stars": TakeOrder(F("stars"), _("By stars, most first.")),
    "marked": TakeOrder(_Since(F("flagged_at")), _("Those first that were picked or rejected last.")),
    "mpixels": TakeOrder(F("asset__width") * F("asset__height"), _("By size, the largest first.")),
}


def term(name: str, read: Reader, compile: Compile, summary: Any, *examples: str, values: tuple[str, ...] = ()) -> None:
    """Adds a metatag; `summary` is a lazily translated sentence."""
    kind = MetatagKind(name, read, section="takes", summary=lambda: str(summary), examples=examples, values=values)
    registry.register(kind)
    CONDITIONS[name] = compile


def _is(value: Choices, owner: int) -> Q:
    result = Q()
    for word in sorted(value.values):
        result |= IS[word]
    return result


def _status(value: Choices, owner: int) -> Q:
    result = Q()
    for word in sorted(value.values):
        result |= STATES[word]
    return result


def _fix(value: Choices | Presence, owner: int) -> Q:
    if isinstance(value, Presence):
        return Q(to_fix__len__gt=0) if value.present else Q(to_fix__len=0)
    return Q(to_fix__overlap=sorted(value.values))


class _Number(Func):
    """A number of the recipe; null where there is none, whatever else stands there."""

    output_field = DecimalField()

    def __init__(self, name: str) -> None:
        field = f"%(expressions)s -> '{name}'"
        template = f"(CASE WHEN jsonb_typeof({field}) = 'number' THEN ({field})::text::numeric END)"
        super().__init__(F("recipe"), template=template)


def _number(name: str) -> Compile:
    def compile_number(value: Numbers | Presence, owner: int) -> Q:
        # What has no such number is in none of its ranges, also behind a minus.
        given = Q(recipe__has_key=name) & ~Q(**{f"recipe__{name}": None})
        if isinstance(value, Presence):
            return given if value.present else ~given
        matches = Case(When(within(_Number(name), value), then=Value(True)), default=Value(False))
        return Q(_Same(matches, Value(True)))

    return compile_number


def _named(name: str) -> Compile:
    def compile_name(value: Text | Presence, owner: int) -> Q:
        column = Coalesce(KeyTextTransform(name, "recipe"), Value(""), output_field=TextField())
        if isinstance(value, Presence):
            none = Q(_Same(column, Value("")))
            return ~none if value.present else none
        return is_named(column, value)

    return compile_name


class _Same(Func):
    output_field = BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = " = "


class _Lora(Func):
    """Whether one of the recipe's LoRAs has a name like this."""

    output_field = BooleanField()

    def __init__(self, pattern: str) -> None:
        template = (
            "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE WHEN jsonb_typeof({0} -> 'loras') = 'array' "
            "THEN {0} -> 'loras' ELSE '[]'::jsonb END) AS lora WHERE lower(lora ->> 'name') LIKE %(expressions)s)"
        )
        super().__init__(Value(pattern, TextField()), template=template.format('"generation_take"."recipe"'))


def has_lora(pattern: str) -> Q:
    """Takes with a LoRA whose name in small letters is like `pattern`."""
    return Q(_Lora(pattern))


def _lora(value: Text | Presence, owner: int) -> Q:
    if isinstance(value, Presence):
        given = has_lora("%")
        return given if value.present else ~given
    name = value.text.replace("\x00", "").lower()
    return has_lora(literally(name) if value.literal else like(name))


def _prompt(value: Text | Presence, owner: int) -> Q:
    if isinstance(value, Presence):
        return ~Q(words="") if value.present else Q(words="")
    parts = [value.text] if value.literal else [part for part in value.text.split(",") if part.strip()]
    if not parts:
        raise Invalid("no_words", value=value.text[:60])
    condition = Q()
    for part in parts:
        condition &= words_in("words", part, literal=value.literal)
    return condition


def _negative(value: Text | Presence, owner: int) -> Q:
    column = Coalesce(KeyTextTransform("negative_prompt", "recipe"), Value(""), output_field=TextField())
    if isinstance(value, Presence):
        none = Q(_Same(column, Value("")))
        return ~none if value.present else none
    parts = [value.text] if value.literal else [part.strip() for part in value.text.split(",") if part.strip()]
    condition = Q()
    for part in parts:
        condition &= Q(Like(column, like(f"*{part}*"), ignore_case=True))
    return condition


def _note(value: Text | Presence, owner: int) -> Q:
    if isinstance(value, Presence):
        return ~Q(note="") if value.present else Q(note="")
    pattern = f"%{literally(value.text) if value.literal else like(value.text)}%"
    return Q(Like(F("note"), pattern, ignore_case=True))


def _parent(value: Numbers | Presence | Choices, owner: int) -> Q:
    if isinstance(value, Presence):
        return Q(parent__isnull=not value.present)
    return Q(Exists(Take.objects.filter(within("pk", value), pk=OuterRef("parent_id"), owner=owner)))  # type: ignore[arg-type]


def _child(value: Numbers | Presence | Choices, owner: int) -> Q:
    children = Take.objects.filter(parent=OuterRef("pk"), owner=owner)
    if isinstance(value, Presence):
        return Q(Exists(children)) if value.present else ~Q(Exists(children))
    return Q(Exists(children.filter(within("pk", value))))  # type: ignore[arg-type]


def _mpixels(value: Numbers, owner: int) -> Q:
    pixels = in_pixels(value)
    return within(F("asset__width") * F("asset__height"), pixels) if pixels.intervals else NOTHING


term("is", choices({word: word for word in IS}), _is,
     _("What it is: picked, rejected, undecided, published, archived, in the bin, or how it came to be."),
     "is:pick", "is:unpublished", "is:lettered", values=tuple(IS))  # fmt: skip
term("status", choices({word: word for word in STATES}), _status,
     _("Without it, neither the archive nor the bin is searched."), "status:any", "status:archived",
     values=tuple(STATES))  # fmt: skip
term("stars", integers(), lambda value, owner: within("stars", value), _("Stars that you gave, from 0 to 5."),
     "stars:>=3", "stars:5")  # fmt: skip
term("fix", choices({word: word for word in Fix.values}, nullable=True), _fix,
     _("What is still to be fixed."), "fix:hand", "fix:any", values=(*Fix.values, *_NONE))  # fmt: skip
term("note", text(limit=200, nullable=True), _note, _("Words of your note."), 'note:"left hand"', "note:any",
     values=_NONE)  # fmt: skip
term(
    "prompt",
    text(limit=1000, nullable=True),
    _prompt,
    _("Words of the prompt, as words alone are; in quotation marks a phrase."),
    'prompt:"long red hair"',
)
term("negative", text(limit=1000, nullable=True), _negative, _("Words of the negative prompt."), "negative:blurry")
term("model", text(limit=200, nullable=True), _named("model_name"), _("The model, by its name; * stands for any text."),
     "model:tiny", "model:*night*")  # fmt: skip
term("sampler", text(limit=60, nullable=True), _named("sampler"), _("The sampler; _ stands for a blank."),
     "sampler:euler_a")  # fmt: skip
term("lora", text(limit=200, nullable=True), _lora, _("A LoRA by its name."), "lora:add_detail", "lora:any",
     values=_NONE)  # fmt: skip
term("steps", integers(nullable=True), _number("steps"), _("The number of steps."), "steps:20..30")
term("cfg", decimals(nullable=True), _number("cfg"), _("The guidance scale."), "cfg:5..7.5")
term("denoise", decimals(nullable=True), _number("denoise"), _("How much was drawn anew, from 0 to 1."), "denoise:>0.5")
term("seed", integers(nullable=True), _number("seed"), _("The seed of the noise."), "seed:42")
term("width", integers(), lambda value, owner: within(F("asset__width"), value), _("Width in pixels."), "width:>=1024")
term("height", integers(), lambda value, owner: within(F("asset__height"), value), _("Height in pixels."),
     "height:512")  # fmt: skip
term("mpixels", megapixels(), _mpixels, _("Size in millions of pixels."), "mpixels:>1")
term("ratio", ratios(), lambda value, owner: ratio_within(F("asset__width"), F("asset__height"), value),
     _("Width by height."), "ratio:16:9", "ratio:<1")  # fmt: skip
term("date", dates(), lambda value, owner: within("created_at", value), _("The day it was drawn, in your time zone."),
     "date:today", "date:2026-01..2026-03")  # fmt: skip
term("age", ages(), lambda value, owner: within("created_at", value), _("How long ago it was drawn."), "age:<1w")
term("parent", id_or_presence(), _parent, _("What was drawn over this take; none: what began from nothing."),
     "parent:12", "parent:none", values=_NONE)  # fmt: skip
term("child", id_or_presence(), _child, _("What something was drawn over."), "child:any", values=_NONE)
term("id", integers(), lambda value, owner: within("pk", value), _("The number of the take."), "id:1234", "id:10..20")

registry.register_order("id", ascending=True, summary=lambda: str(ORDERS["id"].summary))
registry.register_order("newest", reversible=False, summary=lambda: str(ORDERS["newest"].summary))
registry.register_order("oldest", ascending=True, reversible=False, summary=lambda: str(ORDERS["oldest"].summary))
registry.register_order("stars", summary=lambda: str(ORDERS["stars"].summary))
registry.register_order("marked", summary=lambda: str(ORDERS["marked"].summary))
registry.register_order("mpixels", summary=lambda: str(ORDERS["mpixels"].summary))
