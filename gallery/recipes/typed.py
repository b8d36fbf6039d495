"""Generation data that somebody typed, read into a recipe; every wrong field is told of, in the user's words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gallery.errors import Invalid
from gallery.provenance import LoraEntry
from gallery.recipes.fields import FIELDS, rest_texts, texts_of
from gallery.recipes.fitting import LENGTHS, SEEDS
from gallery.recipes.rows import State

MOST_PROMPT = 20_000
MOST_LORAS, MOST_WEIGHT = 100, 100
MOST_REST, LONGEST_KEY, LONGEST_VALUE = 100, 100, 10_000
LONGEST_REASON = 500
# Whole numbers and others with the least and the most that makes sense of them.
WHOLE: dict[str, tuple[int, int]] = {
    "steps": (1, 10_000),
    "width": (1, 100_000),
    "height": (1, 100_000),
    "clip_skip": (1, 100),
    "hires_steps": (0, 10_000),
    "seed": SEEDS,
}
DECIMAL: dict[str, tuple[float, float]] = {
    "cfg": (0, 100),
    "denoise": (0, 1),
    "hires_scale": (1, 16),
    "hires_denoise": (0, 1),
}
NAMES = {**LENGTHS, "vae": 200, "hires_upscaler": 100}
_HASH = re.compile("[0-9a-f]{4,64}")
_WHOLE = re.compile(r"-?\d{1,20}")
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,40})?|-?\.\d{1,40}")


class WrongFields(Invalid):
    """Several fields may be wrong: `by_field` holds a sentence for each; the error itself speaks of the first."""

    def __init__(self, by_field: Mapping[str, Invalid]) -> None:
        first = next(iter(by_field.values()))
        super().__init__(first.code, **first.params)
        self.by_field = dict(by_field)


def read_typed(typed: Mapping[str, str], rest: Iterable[tuple[str, str]] | None, current: State, source: str) -> State:
    """`current` with what was typed: a text for each fact that is to change, and all other keys, where they are given.

    What stands there unchanged stays as it is, even where it could not be typed so. Raises WrongFields.
    """
    before, wrong, values = texts_of(current), {}, {}
    for field in FIELDS:
        if not field.typed or field.name not in typed:
            continue
        text = _cleaned(typed[field.name])
        if text == _cleaned(before[field.name]):
            continue
        try:
            values[field.name] = _value(field.name, text, current)
        except Invalid as error:
            wrong[field.name] = error
    kept = current.rest
    if rest is not None:
        try:
            kept = _rest(rest, current.rest)
        except Invalid as error:
            wrong["rest"] = error
    if wrong:
        raise WrongFields(wrong)
    return State(replace(current.recipe, **values), kept, source)


def _value(name: str, text: str, current: State) -> Any:
    if name in ("prompt", "negative_prompt"):
        if len(text) > MOST_PROMPT:
            raise Invalid("recipe_text_too_long", length=len(text), limit=MOST_PROMPT)
        return text
    if name == "loras":
        return _loras(text, current)
    if name in WHOLE:
        return _whole(name, text)
    if name in DECIMAL:
        return _decimal(name, text)
    text = text.lower().removeprefix("0x") if name == "model_hash" else text
    if len(text) > NAMES[name]:
        raise Invalid("recipe_name_too_long", length=len(text), limit=NAMES[name])
    if "\n" in text:
        raise Invalid("recipe_name_one_line")
    if name == "model_hash" and text and not _HASH.fullmatch(text):
        raise Invalid("recipe_hash", value=text[:60])
    return text


def _whole(name: str, text: str) -> int | None:
    text, (low, high) = _number_text(text), WHOLE[name]
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise Invalid("recipe_whole_number", value=text[:40], low=low, high=high)
    return int(text)


def _decimal(name: str, text: str) -> float | None:
    text, (low, high) = _number_text(text), DECIMAL[name]
    if not text:
        return None
    if not _DECIMAL.fullmatch(text) or not low <= float(text) <= high:
        raise Invalid("recipe_number", value=text[:40], low=low, high=high)
    return float(text)


def _number_text(text: str) -> str:
    """Full-width digits are digits, and `7,5` is 7.5."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    return re.sub(r"^(-?\d+),(\d{1,2})$", r"\1.\2", text)


def _loras(text: str, current: State) -> tuple[LoraEntry, ...]:
    """Lines `name:weight`; a name alone has the weight 1. Hashes are kept where the name is."""
    known = {lora.name: lora for lora in current.recipe.loras}
    found: dict[str, LoraEntry] = {}
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        # `<lora:name:0.8>` is how prompts name them.
        inner = re.fullmatch(r"<(?:lora|lyco):(.+)>", line)
        name, colon, last = (inner[1] if inner else line).rpartition(":")
        weight_text = _number_text(last)
        if not colon:
            name, weight = last, 1.0
        elif _DECIMAL.fullmatch(weight_text) and math.fabs(float(weight_text)) <= MOST_WEIGHT:
            weight = float(weight_text)
        else:
            raise Invalid("recipe_lora", line=line[:80], limit=MOST_WEIGHT)
        name = name.strip()
        if not name or len(name) > 200:
            raise Invalid("recipe_lora_name", line=line[:80], limit=200)
        if name in found:
            raise Invalid("recipe_lora_twice", name=name[:80])
        before = known.get(name)
        if before is None:
            found[name] = LoraEntry(name, weight=weight, text_weight=weight)
        elif before.weight == weight:
            found[name] = before
        else:
            found[name] = replace(before, weight=weight, text_weight=weight)
    if len(found) > MOST_LORAS:
        raise Invalid("recipe_too_many_loras", limit=MOST_LORAS)
    return tuple(found.values())


def _rest(rows: Iterable[tuple[str, str]], before: Mapping[str, Any]) -> dict[str, Any]:
    """Other keys; a value whose text did not change keeps its kind (a number, a list …)."""
    was = dict(rest_texts(before))
    found: dict[str, Any] = {}
    for typed_key, typed_value in rows:
        key, value = _cleaned(typed_key), _cleaned(typed_value)
        if not key and not value:
            continue
        if not key:
            raise Invalid("recipe_key_missing", value=value[:60])
        if not value and key not in was:
            raise Invalid("recipe_value_missing", name=key[:60])
        if key.casefold() in {known.casefold() for known in found}:
            raise Invalid("recipe_key_twice", name=key[:60])
        unchanged = key in was and _cleaned(was[key]) == value
        if not unchanged and (len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE or "\n" in key):
            raise Invalid("recipe_rest_too_long", name=key[:60], key_limit=LONGEST_KEY, limit=LONGEST_VALUE)
        found[key] = before[key] if unchanged else value
    if len(found) > max(MOST_REST, len(was)):
        raise Invalid("recipe_too_many_keys", limit=MOST_REST)
    return found


def _cleaned(text: str) -> str:
    """As a browser's form leaves it, with one kind of line end; no text can hold a NUL."""
    return re.sub("[\x00\ud800-\udfff]", "", text).replace("\r\n", "\n").replace("\r", "\n").strip()
