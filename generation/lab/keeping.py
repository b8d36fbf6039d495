"""A comparison's pictures laid out as one, kept as a take: what is published of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from gallery import ingest
from gallery.accounts.standing import require_may_act
from gallery.models import User
from gallery.models.refusal import LockedBy
from gallery.provenance import Axis as ToldAxis
from gallery.provenance import Label, Recipe
from gallery.refusals.arrivals import known_picture
from gallery.refusals.holding import hold_back
from generation.lab.axes import Axis
from generation.lab.drawing import axes_of
from generation.lab.sheet import Side, lay_out
from generation.models import Lab, Take
from generation.models.take import TakeKind
from generation.stacking import stack_of
from generation.wildcards import names_in

LEAST = 2
"""So many pictures have to be there: one alone is no comparison."""
# The fields of a recipe that say nothing of a sheet along whose axis they differ.
_DIFFERING: dict[str, dict[str, Any]] = {
    "model": {"model_name": "", "model_hash": ""},
    "sampler": {"sampler": ""},
    "steps": {"steps": None},
    "guidance": {"cfg": None},
    "clip_skip": {"clip_skip": None},
    "size": {"width": None, "height": None},
    "strength": {"denoise": None},
    "seed": {"seed": None},
}
_OF_PROMPT = {"words", "prompt", "lora", "lora_weight"}


class SheetRefused(Exception):  # noqa: N818 - named after what happened at the door
    """No sheet can be made now; the message is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def takes_of(lab: Lab) -> dict[tuple[int, int], Take]:
    """What came out of a comparison, by column and row, but for what is in the bin."""
    takes = Take.objects.filter(job__request__lab_cell__lab=lab, owner=lab.owner_id, purged_at=None)
    found = takes.select_related("asset", "job__request__lab_cell").prefetch_related("asset__files")
    return {(cell.column, cell.row): take for take in found if take.job and (cell := take.job.request.lab_cell)}


def current_sheet(lab: Lab) -> Take | None:
    """The sheet that shows what the comparison shows: none was drawn since, and it isn't in the bin."""
    sheet = lab.sheet
    if sheet is None or sheet.purged_at is not None:
        return None
    drawn_since = Take.objects.filter(job__request__lab_cell__lab=lab, created_at__gt=sheet.created_at)
    return None if drawn_since.exists() else sheet


def make_sheet(user: User, lab: Lab) -> Take:
    """The sheet of `user`'s own comparison as a take of theirs; asked again, also at the same moment, it returns the
    one that there is. Raises `SheetRefused`, `NotAllowed`, and `OSError` where files can't be kept."""
    require_may_act(user)
    there = current_sheet(lab)
    if there is not None:
        return there
    takes = takes_of(lab)
    if len(takes) < LEAST:
        raise SheetRefused(_("A sheet needs at least two pictures that came out. Wait for them, or draw them again."))
    columns, rows = axes_of(lab)
    recipe = recipe_of_sheet(lab, takes)
    size = (max(take.asset.width for take in takes.values()), max(take.asset.height for take in takes.values()))
    image = lay_out(
        _side(columns), _side(rows) if rows else None, size, lambda *at: _picture(takes.get((at[0], at[1])))
    )
    # Encoding takes its time: not under the row's lock. Files that nobody names are swept.
    prepared = ingest.prepare(image, Label.of_drawn(recipe, include_prompt=True))
    known = known_picture(prepared)
    if known:
        hold_back(ingest.record(user, prepared), LockedBy.LIST, {"lists": known, "lab": lab.pk})
        raise SheetRefused(
            _("This picture is held back for a check and can’t be used here. The moderators know of it.")
        )
    with transaction.atomic():
        locked = Lab.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=lab.pk, owner=user)
        there = current_sheet(locked)
        if there is not None:
            return there
        # What came out while it was laid out would never be on it: a sheet is current until something newer is there.
        if takes_of(locked) == takes:
            whole = recipe.to_dict()
            stack = stack_of(
                whole, prompt=recipe.prompt, negative_prompt=recipe.negative_prompt, over=f"sheet:{lab.pk}"
            )
            locked.sheet = Take.objects.create(
                kind=TakeKind.SHEET, owner=user, asset=ingest.record(user, prepared), recipe=whole, stack=stack
            )
            locked.save(update_fields=["sheet"])
            return locked.sheet
    return make_sheet(user, lab)


def recipe_of_sheet(lab: Lab, takes: dict[tuple[int, int], Take]) -> Recipe:
    """What all pictures have in common, with the axes; what differs is said by these alone."""
    columns, rows = axes_of(lab)
    axes = [axis for axis in (columns, rows) if axis is not None]
    recipes = [Recipe.from_dict(take.recipe) for _place, take in sorted(takes.items())]
    differing: dict[str, Any] = {}
    for axis in axes:
        differing |= _DIFFERING.get(axis.name, {})
    if any(axis.name in _OF_PROMPT for axis in axes):
        first = recipes[0]
        differing |= _prompts(lab, axes, first) | {
            "loras": tuple(one for one in first.loras if all(one in each.loras for each in recipes)),
            "embeddings": tuple(one for one in first.embeddings if all(one in each.embeddings for each in recipes)),
        }
    if any(recipe.composite for recipe in recipes):
        differing["composite"] = True
    told = tuple(ToldAxis(axis.name, tuple(_told(axis, place) for place in range(len(axis.values)))) for axis in axes)
    return replace(recipes[0], **differing, axes=told)


def _prompts(lab: Lab, axes: Sequence[Axis], first: Recipe) -> dict[str, Any]:
    """The prompts that all were drawn from, as typed; those of the first picture where none was: where each picture
    has a prompt of its own, and where wildcards drew words, whose lists are their owner's."""
    texts = {name: str(lab.base.get(name) or "") for name in ("prompt", "negative_prompt")}
    if any(axis.name == "prompt" for axis in axes) or any(names_in(text) for text in texts.values()):
        return {name: getattr(first, name) for name in texts}
    return texts


def _told(axis: Axis, place: int) -> str:
    """A value as everybody reads it, in whatever language: names of models, sizes in pixels."""
    return axis.labels[place] if axis.name == "model" else axis.values[place]


def _side(axis: Axis) -> Side:
    return Side(axis.title, [axis.shown(place) for place in range(len(axis.values))])


def _picture(take: Take | None) -> Image.Image | None:
    if take is None:
        return None
    try:
        return ingest.picture_of(take.asset)
    except OSError:  # its files are out of reach
        return None
