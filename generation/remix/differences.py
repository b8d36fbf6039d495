"""What differs between two recipes, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gallery.provenance import Recipe
from gallery.recipes.axes import LABELS
from gallery.recipes.fields import BY_NAME, text_of
from generation.remix.diff import Kind, Piece, compare_prompts


@dataclass(frozen=True)
class Setting:
    """One setting of both; empty where it isn't told."""

    label: Any
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether it was changed."""
        return self.before != self.after


@dataclass(frozen=True)
class Text:
    """A prompt of both, in pieces."""

    label: Any
    pieces: list[Piece]

    @property
    def differs(self) -> bool:
        """Whether any word, or the weight of one, was changed."""
        return any(piece.kind != Kind.SAME for piece in self.pieces)


@dataclass(frozen=True)
class Differences:
    """`texts` are None where they may not be read; `changed` and `kept` are all settings that one of the two has."""

    texts: list[Text] | None
    changed: list[Setting]
    kept: list[Setting]

    def __bool__(self) -> bool:
        return bool(self.changed) or any(text.differs for text in self.texts or ())


_FIRST = ("model_name", "model_hash")
_NUMBERS = ("sampler", "scheduler", "steps", "cfg")
_LAST = ("denoise", "clip_skip", "vae", "hires_scale", "hires_steps", "hires_denoise", "hires_upscaler")


def differences(before: Recipe, after: Recipe, *, private: bool = True) -> Differences:
    """How the recipe `before` became `after`. Without `private` nothing of prompts, seeds, LoRAs and embeddings, nor
    of axes that name them."""
    both = (before, after)
    rows = [_fact(name, *both) for name in _FIRST]
    # A hash says something where it alone differs: one name, two models.
    if rows[0].differs or not rows[1].differs:
        rows = rows[:1]
    if private:
        rows += _loras(before, after)
    rows += [_fact(name, *both) for name in _NUMBERS]
    if private:
        rows.append(_fact("seed", *both))
    rows.append(Setting(_("Size"), _size(before), _size(after)))
    rows += [_fact(name, *both) for name in _LAST]
    rows.append(Setting(_("Added at the edges"), _margins(before), _margins(after)))
    if private:
        rows.append(Setting(BY_NAME["embeddings"].label, _embeddings(before), _embeddings(after)))
    rows += _axes(before, after, private=private)
    told = [row for row in rows if row.before or row.after]
    texts = [
        Text(BY_NAME[name].label, compare_prompts(getattr(before, name), getattr(after, name)))
        for name in ("prompt", "negative_prompt")
    ]
    return Differences(
        [text for text in texts if text.pieces] if private else None,
        [row for row in told if row.differs],
        [row for row in told if not row.differs],
    )


def _fact(name: str, before: Recipe, after: Recipe) -> Setting:
    return Setting(BY_NAME[name].label, text_of(getattr(before, name)), text_of(getattr(after, name)))


def _loras(before: Recipe, after: Recipe) -> list[Setting]:
    """Each by its name, with its weight in both."""
    old, new = ({lora.name: text_of(lora.weight) for lora in recipe.loras} for recipe in (before, after))
    return [
        Setting(_("LoRA %(name)s") % {"name": name}, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
    ]


def _axes(before: Recipe, after: Recipe, *, private: bool) -> list[Setting]:
    """What the pictures of a sheet differ in: each axis by its name, with its values in both."""
    old, new = (
        {axis.name: ", ".join(value or _("(nothing)") for value in axis.values)
         for axis in recipe.axes if private or not axis.secret}
        for recipe in (before, after)
    )  # fmt: skip
    return [
        Setting(_("Compared: %(name)s") % {"name": LABELS.get(name, name)}, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
    ]


def _size(recipe: Recipe) -> str:
    return f"{recipe.width} × {recipe.height}" if recipe.width and recipe.height else ""


def _margins(recipe: Recipe) -> str:
    return ", ".join(map(str, recipe.outpaint)) if recipe.outpaint else ""


def _embeddings(recipe: Recipe) -> str:
    return ", ".join(one.name for one in recipe.embeddings)
