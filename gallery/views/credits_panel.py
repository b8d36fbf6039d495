"""What the page of a post says of credits: what it was made from, what was made from it, and what floors above add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from gallery.cards import cards
from gallery.credits import credits_of
from gallery.models import Post
from gallery.visibility import Viewer


@dataclass(frozen=True)
class Mention:
    """One line that a floor above adds: words before a name, which is a link, and whose it is."""

    label: str
    name: str
    url: str
    by: str = ""


def credits_panel(request: HttpRequest, shown: Post) -> dict[str, Any]:
    """The context of templates/gallery/parts/credits.html."""
    found = credits_of(shown, request.user)
    source = found.source.post if found.source else None
    return {
        "credits": found,
        "source_card": cards([source], viewer=request.user)[0] if source else None,
        "remix_cards": cards(found.remixes, viewer=request.user),
        "remixes_query": urlencode({"tags": f"remixof:{shown.pk}"}),
        "remix_url": _address(shown) if found.source else "",
        "mentions": [mention for tell in _tellers() for mention in tell(shown, request.user)],
    }


def _address(shown: Post) -> str:
    """Where a floor above tells what was changed; empty where there is none."""
    try:
        return reverse(settings.REMIX_URL_NAME, args=[shown.pk]) if settings.REMIX_URL_NAME else ""
    except NoReverseMatch:
        return ""


def _tellers() -> list[Callable[[Post, Viewer], list[Mention]]]:
    """The functions that `config` names."""
    found = []
    for name in settings.POST_MENTIONS:
        module, _dot, function = name.rpartition(".")
        found.append(getattr(import_module(module), function))
    return found
