"""A model's card as safe HTML. Cards come with the models, so whoever made a model wrote its card.

`gallery.markup` reads the Markdown; here is what only a card has: front matter, a title, translations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString

from gallery.markup import LONG_TABLE, Heading, render_markdown
from generation.models import Checkpoint

__all__ = ["LONGEST", "LONG_TABLE", "Card", "card_of", "read_card"]

LONGEST = 100_000
"""Characters of a card that are read; cards seen in the wild have less than half of it."""

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Card:
    """What a page shows of a card. `contents` are its main headings; `cut` says that the end of it was left out."""

    html: SafeString
    contents: tuple[Heading, ...] = ()
    cut: bool = False
    language: str = ""


def card_of(checkpoint: Checkpoint, language: str | None) -> Card:
    """The model's card in `language` (a code like "ja" or "en-gb"), or else as the model brings it.

    `language` of the result is empty where the card doesn't say what it is written in.
    """
    wanted = (language or "").lower()
    for code in (wanted, wanted.partition("-")[0]):
        if text := checkpoint.card_translations.get(code):
            return read_card(text, code)
    return read_card(checkpoint.card)


@lru_cache(maxsize=32)
def read_card(text: str, language: str = "") -> Card:
    """Read a card's Markdown, with or without front matter. A first heading of level 1 is dropped: it is the name."""
    source = text[:LONGEST].replace("\r\n", "\n")
    read = render_markdown(_FRONT_MATTER.sub("", source), anchors="card", drop_title=True)
    return Card(read.html, read.contents, len(text) > LONGEST, language)
