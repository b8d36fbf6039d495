"""Styles and wildcards of a copy become the account's own, as far as their names are free."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gallery.errors import Invalid
from generation.book_forms import MAX_TEXTS, MAX_WILDCARD_BYTES
from generation.imports import states
from generation.imports.rows import text
from generation.imports.work import Cut, Work
from generation.models import PromptStyle, Wildcard
from generation.models.prompt_texts import MAX_STYLE, MAX_WILDCARD_LINES
from generation.wildcards import NAME


def bring_texts(work: Work) -> None:
    """Keep what is new; one of the same name and another text stays away, and the report says so. Raises `Cut`."""
    for raw in work.archive.rows("styles.json"):
        if (style := _style(raw)) is not None:
            _keep(work, PromptStyle, *style)
    for raw in work.archive.rows("wildcards.json"):
        if (wildcard := _wildcard(raw)) is not None:
            _keep(work, Wildcard, *wildcard)


def _style(raw: Any) -> tuple[str, dict[str, str]] | None:
    if not isinstance(raw, dict):
        return None
    name = text(raw.get("name"), 60)
    texts = {side: text(raw.get(side), MAX_STYLE) for side in ("prompt", "negative_prompt")}
    return (name, texts) if name and any(texts.values()) else None


def _wildcard(raw: Any) -> tuple[str, dict[str, str]] | None:
    if not isinstance(raw, dict):
        return None
    name = text(raw.get("name"), 60).strip("_").lower()
    words = text(raw.get("text"), MAX_WILDCARD_BYTES)
    sound = NAME.fullmatch(name) and words.count("\n") < MAX_WILDCARD_LINES
    if not sound or len(words.encode()) > MAX_WILDCARD_BYTES or not Wildcard(text=words).lines:
        return None
    return name, {"text": words}


def _keep(work: Work, model: type[PromptStyle] | type[Wildcard], name: str, texts: dict[str, str]) -> None:
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        rows: Any = model._default_manager.filter(owner=work.user)
        there = rows.filter(name=name).first()
        if there is not None:
            if any(getattr(there, side) != words for side, words in texts.items()):
                work.note(Invalid("bring_name_taken", name=name))
        elif rows.count() >= MAX_TEXTS:
            work.note(Invalid("bring_no_more_texts", limit=MAX_TEXTS))
        else:
            model._default_manager.create(owner=work.user, name=name, **texts)
