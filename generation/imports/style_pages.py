"""Style pages of a copy become private ones, with the model and the LoRAs of those names that are here for them."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction

from gallery.errors import Invalid, NotAllowed
from gallery.refusals.judging import Refused
from generation.checkpoints import available
from generation.engine.prompt_syntax import MAX_WEIGHT
from generation.imports import states
from generation.imports.rows import object_of, text
from generation.imports.work import Cut, Work
from generation.models import Checkpoint, Resource, StylePage
from generation.models.resource import ResourceKind
from generation.models.style_page import MAX_ABOUT, MAX_STYLE_TEXT, StyleAudience
from generation.style_pages.forms import MOST_LORAS, StylePageForm, rows_of
from generation.style_pages.writing import MAX_STYLES, make
from generation.usable import called, fits, resources

LIMITS = {"about": MAX_ABOUT, "prompt": MAX_STYLE_TEXT, "negative_prompt": MAX_STYLE_TEXT}


def bring_style_pages(work: Work) -> None:
    """Make those that are new. What the form for styles would not take stays away; the posts in one stay where they
    are. Raises `Cut`, and `NotAllowed` (an account that may not act)."""
    for raw in work.archive.rows("style-pages.json"):
        told = object_of(raw)
        if name := " ".join(text(told.get("name"), 80).split()):
            _bring(work, name, told)


def _bring(work: Work, name: str, told: dict[str, Any]) -> None:
    texts = {column: text(told.get(column), most) for column, most in LIMITS.items()}
    there = StylePage.objects.filter(owner=work.user, name=name)
    if there.exists():
        if not there.filter(**texts).exists():
            work.note(Invalid("bring_name_taken", name=name))
        return
    if StylePage.objects.filter(owner=work.user).count() >= MAX_STYLES:
        work.note(Invalid("bring_no_more_texts", limit=MAX_STYLES))
        return
    model = _model(work, name, told)
    typed = {"name": name, **texts, "audience": StyleAudience.ONLY_ME, "model": model.slug if model else ""}
    form = StylePageForm(typed | _loras(work, name, told, model), user=work.user)
    if not form.is_valid():
        work.note(Invalid("bring_style_unsound", name=name))
        return
    if not _still_mine(work):
        raise Cut
    try:
        make(work.user, form.wanted())
    except Refused:
        work.note(Invalid("bring_style_refused", name=name))
    except NotAllowed as error:
        if work.run.counted:
            raise
        work.note(error)


@transaction.atomic
def _still_mine(work: Work) -> bool:
    # What a rule refuses is counted once nothing else is open.
    return states.mine(work.run)


def _model(work: Work, name: str, told: dict[str, Any]) -> Checkpoint | None:
    wanted = text(told.get("model"), 200)
    found = available(work.user).filter(name__iexact=wanted).first() if wanted else None
    if wanted and found is None:
        _without(work, name, wanted)
    return found


def _loras(work: Work, name: str, told: dict[str, Any], model: Checkpoint | None) -> dict[str, Any]:
    """The fields of the form for those LoRAs that are here."""
    usable = list(resources(work.user, ResourceKind.LORA))
    found: dict[str, float] = {}
    listed = told.get("loras")
    for entry in map(object_of, listed[:MOST_LORAS] if isinstance(listed, list) else ()):
        wanted = text(entry.get("resource__name"), 200)
        lora = called(wanted, usable) if wanted else None
        if lora is not None and (model is None or fits(lora, model)):
            found[lora.slug] = _weight(entry.get("weight"), lora)
        elif wanted:
            _without(work, name, wanted)
    return rows_of(found.items())


def _weight(value: Any, lora: Resource) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_WEIGHT
    return float(value) if known and math.isfinite(value) else lora.default_weight


def _without(work: Work, name: str, what: str) -> None:
    work.note(Invalid("bring_style_without", name=name, what=what))
