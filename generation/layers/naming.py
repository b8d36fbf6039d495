"""What the layers of takes are called: how each came to be, in short."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.provenance import Recipe
from generation.models import Take
from generation.models.take import TakeKind

LONGEST_WORDS = 40
"""Characters of the prompt."""


def name_of(take: Take, recipe: Recipe) -> str:
    """Such as `hand · inpaint · seed 123 · 28 steps · Euler`; the words of the prompt come first."""
    if take.kind == TakeKind.LETTERED:
        return _("Letters")
    parts = [shortened(recipe.prompt), _how(take, recipe)]
    if recipe.seed is not None:
        parts.append(_("seed %(seed)d") % {"seed": recipe.seed})
    if recipe.steps is not None:
        parts.append(ngettext("%(count)d step", "%(count)d steps", recipe.steps) % {"count": recipe.steps})
    parts.append(recipe.sampler)
    return " · ".join(part for part in parts if part)


def shortened(text: str, most: int = LONGEST_WORDS) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip(" ,、") + "…"


def _how(take: Take, recipe: Recipe) -> str:
    """The kind of work, in the words of the craft, which are the same in every language."""
    if take.kind == TakeKind.SHEET:
        return _("sheet")
    if take.kind == TakeKind.IMPORTED:
        return _("imported")
    if recipe.outpaint and any(recipe.outpaint):
        return "outpaint"
    if take.mask_id is not None:
        return "inpaint"
    how = "img2img" if recipe.denoise is not None and recipe.hires_scale is None else "txt2img"
    if take.job is not None:
        how = "img2img" if take.job.request.source_asset_id is not None else "txt2img"
    return f"{how} × {recipe.hires_scale:g}" if recipe.hires_scale else how
