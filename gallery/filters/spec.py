"""What a filter says, wherever it is kept."""

from dataclasses import dataclass, field
from typing import Any

from gallery.ratings import Rating

MAX_TAG_RULES, MAX_QUERY_RULES = 5000, 50
HIDE, BLUR = "hide", "blur"


@dataclass(frozen=True)
class Resolved:
    """The rules as what they come to: keys of tags for plain tags, texts for the rest, and what the names in those
    stand for (`gallery.search.rules.look_up`). `watches_new_tags`: a tag that is made later may be meant."""

    hide_tags: list[int] = field(default_factory=list)
    hide_queries: list[str] = field(default_factory=list)
    blur_tags: list[int] = field(default_factory=list)
    blur_queries: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    watches_new_tags: bool = False


@dataclass(frozen=True)
class Rules:
    """Rules in canonical text, each once."""

    hide: tuple[str, ...] = ()
    blur: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """All of a filter but its name: ratings to hide and to blur, the rest of them shown; rules; muted accounts."""

    hidden_ratings: frozenset[Rating] = frozenset()
    blurred_ratings: frozenset[Rating] = frozenset()
    rules: Rules = field(default_factory=Rules)
    muted: tuple[int, ...] = ()
