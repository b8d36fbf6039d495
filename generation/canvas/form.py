"""What the canvas sends: a recipe, and which part of it counts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from generation.canvas.tasks import CANDIDATES, Task
from generation.errors import Problem
from generation.recipe_form import FourNumbers, RecipeForm

OF_STROKES = frozenset({"mask", "mask_blur", "masked_content", "only_masked"})
SHOWN = OF_STROKES | {
    *("source", "task", "sketch", "prompt", "negative_prompt", "box", "outpaint", "strength", "count"),
    *("model", "steps", "sampler", "guidance", "seed", "heeded"),
}
"""Fields that have a place for what is wrong with them."""


class CanvasForm(RecipeForm):
    """A recipe over a picture. `mask` is what was painted, `box_mask` the mask of the `box`, `sketch` the key of the
    picture with the strokes on it; all are kept while another `task` is chosen, and only its own are sent on."""

    task = forms.ChoiceField(
        label=_("What is drawn anew"),
        choices=Task.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose what is to be drawn anew.")},
    )
    box = FourNumbers(label=_("The part"), required=False)
    box_mask = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    box_padding = forms.IntegerField(required=False, widget=forms.HiddenInput)
    box_blur = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sketch = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    @property
    def chosen(self) -> str:
        """The task, as far as one is known."""
        task = self["task"].value()
        return task if task in Task.values else Task.PAINT

    def in_sight(self, problems: list[Problem]) -> list[Problem]:
        """What stands against the mask of a box at the box, and what has no field here, such as a VAE that came with
        the recipe, above the form."""
        repairing = self.chosen == Task.REPAIR
        placed = [("box" if repairing and field in OF_STROKES else field, sentence) for field, sentence in problems]
        return [(field if field in SHOWN else "", sentence) for field, sentence in placed]

    def wanted(self) -> dict[str, Any]:
        """As `generation.requests.submit` takes it: nothing of another task, no second pass."""
        wanted = super().wanted() | {"hires_scale": None}
        box_mask, padding, blur = (wanted.pop(name, None) for name in ("box_mask", "box_padding", "box_blur"))
        sketch, task = wanted.pop("sketch", ""), self.chosen
        for name in ("task", "box"):
            wanted.pop(name, None)
        if sketch:
            wanted |= {"source_asset": sketch, "sketch_on": self["source"].value()}
            wanted.pop("source_take", None)
            wanted.pop("source_post", None)
        if task == Task.REPAIR:
            wanted |= {"mask": box_mask, "only_masked": padding, "mask_blur": blur, "count": CANDIDATES}
        if task in (Task.EDGES, Task.WHOLE):
            wanted |= {"mask": "", "only_masked": None}
        if task != Task.EDGES:
            wanted["outpaint"] = []
        return wanted
