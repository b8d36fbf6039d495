"""One cell of a comparison: the recipe that all share, with one value of each axis put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from gallery.models import User
from generation import checkpoints
from generation.engine.prompt_syntax import NETWORK
from generation.errors import Problem
from generation.lab.axes import NO_LORA, Axis, size_of
from generation.prompt_terms import with_loras_of

_NETWORK = re.compile(NETWORK)
# What is put in later finds what was put in before: words in whole prompts, weights of LoRAs of an axis.
ORDER = (
    "model",
    "prompt",
    "words",
    "lora",
    "lora_weight",
    "sampler",
    "steps",
    "guidance",
    "clip_skip",
    "size",
    "strength",
    "seed",
)
Wanted = dict[str, Any]


class CellRefused(Exception):  # noqa: N818 - named after what happened at the door
    """A value that can't be put into the recipe."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field, sentence)
        self.problem: Problem = (field, sentence)


def wanted_for(user: User, base: Mapping[str, Any], chosen: Sequence[tuple[Axis, int]]) -> Wanted:
    """What `generation.door.read` takes for the cell with these values of the axes. Raises `CellRefused`."""
    wanted: Wanted = dict(base) | {"count": 1}
    axes = {axis.name: axis for axis, _place in chosen}
    for axis, place in sorted(chosen, key=lambda one: ORDER.index(one[0].name)):
        _PUT.get(axis.name, _put_plain)(user, wanted, axis, axis.values[place], axes)
    return wanted


def _put_plain(user: User, wanted: Wanted, axis: Axis, value: str, axes: Mapping[str, Axis]) -> None:
    wanted[axis.name] = value


def _put_words(user: User, wanted: Wanted, axis: Axis, value: str, axes: Mapping[str, Axis]) -> None:
    before = axis.values[0]
    texts = {name: str(wanted.get(name) or "") for name in ("prompt", "negative_prompt")}
    if not before:
        raise CellRefused("words", _("The first value is what stands in the prompt now: it can't be empty."))
    if not any(before in text for text in texts.values()):
        raise CellRefused("words", _("“%(words)s” doesn't stand in the prompt.") % {"words": before[:60]})
    wanted |= {name: _tidied(text.replace(before, value)) if not value else text.replace(before, value)
               for name, text in texts.items()}  # fmt: skip


def _put_lora(user: User, wanted: Wanted, axis: Axis, value: str, axes: Mapping[str, Axis]) -> None:
    named = _named(axis)
    prompt, _gone = with_loras_of(str(wanted.get("prompt") or ""), lambda name: name.casefold() not in named)
    if value != NO_LORA:
        prompt = f"{prompt.rstrip().rstrip(',')}, <lora:{value}>"
    wanted["prompt"] = prompt


def _named(axis: Axis) -> set[str]:
    """The names of the LoRAs of an axis."""
    return {one.partition(":")[0].strip().casefold() for one in axis.values}


def _put_weight(user: User, wanted: Wanted, axis: Axis, value: str, axes: Mapping[str, Axis]) -> None:
    prompt = str(wanted.get("prompt") or "")
    networks = list(_NETWORK.finditer(prompt))
    if "lora" in axes:
        # That of the other axis, which stands there unless this is the picture without.
        named = _named(axes["lora"])
        networks = [match for match in networks if match[0][1:-1].split(":")[1].strip().casefold() in named]
        if not networks:
            return
    if len(networks) != 1:
        raise CellRefused(
            "lora_weight",
            _("There is no LoRA in the prompt whose weight could differ. Add one, as <lora:name:0.8>.")
            if not networks
            else _("There are several LoRAs in the prompt. Leave one, or compare words: <lora:name:0.4>, …"),
        )
    match = networks[0]
    kind, name = match[0][1:-1].split(":")[:2]
    wanted["prompt"] = f"{prompt[: match.start()]}<{kind}:{name}:{value}>{prompt[match.end() :]}"


def _put_size(user: User, wanted: Wanted, axis: Axis, value: str, axes: Mapping[str, Axis]) -> None:
    model = checkpoints.available(user).filter(slug=str(wanted.get("model") or "").replace("\x00", "")).first()
    if model is None:
        return  # the door says so
    size = size_of(value, model)
    if size is None:
        raise CellRefused("size", _("“%(model)s” draws square pictures only.") % {"model": model})
    wanted["width"], wanted["height"] = size


def _tidied(text: str) -> str:
    """Without the comma that stood beside what is gone."""
    text = re.sub(r",\s*(?=,)", "", text)
    return re.sub(r"^\s*,\s*|\s*,\s*$", "", text).strip()


_PUT: dict[str, Callable[[User, Wanted, Axis, str, Mapping[str, Axis]], None]] = {
    "words": _put_words,
    "lora": _put_lora,
    "lora_weight": _put_weight,
    "size": _put_size,
}
