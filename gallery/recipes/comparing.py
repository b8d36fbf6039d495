"""Two posts side by side: how each was made, with what is different marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gallery.models import Post
from gallery.recipes.fields import FIELDS, rest_texts, texts_of
from gallery.recipes.rows import NOTHING, state_of
from gallery.visibility import Viewer, readable_among
from gallery.wiki import diff


@dataclass(frozen=True)
class Pair:
    """One fact of both posts; None where the viewer may not know it. `lines` compare two long texts word by word."""

    label: Any
    first: str | None
    second: str | None
    lines: Sequence[diff.Line] = ()

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        return self.first is not None and self.second is not None and self.first != self.second


@dataclass(frozen=True)
class Comparison:
    """`prompts` are the long texts; `facts` are all others that at least one of the two posts has."""

    prompts: list[Pair]
    facts: list[Pair]
    reads_first: bool
    reads_second: bool


def compare_recipes(first: Post, second: Post, viewer: Viewer) -> Comparison:
    """How the pictures of two posts that the viewer can open were made, as far as the viewer may know it."""
    readable = readable_among(viewer, [first, second])
    states = [state_of(post) or NOTHING for post in (first, second)]
    reads = [post.pk in readable for post in (first, second)]
    texts = [texts_of(state) for state in states]
    pairs = []
    for field in FIELDS:
        values = [text[field.name] if may or not field.hidden else None for text, may in zip(texts, reads, strict=True)]
        both = None not in values
        lines = diff.compare(values[0] or "", values[1] or "") if field.long and both else ()
        pairs.append((field, Pair(field.label, values[0], values[1], lines)))
    others = [dict(rest_texts(state.rest)) if may else None for state, may in zip(states, reads, strict=True)]
    keys = sorted({key for each in others if each for key in each}, key=str.casefold)
    rest = [Pair(key, *_values(key, others)) for key in keys]
    return Comparison(
        prompts=[pair for field, pair in pairs if field.long],
        # Nothing stands where nobody knows anything; what is hidden is one row's worth only if the other is told.
        facts=[pair for field, pair in pairs if not field.long and (pair.first or pair.second)] + rest,
        reads_first=reads[0],
        reads_second=reads[1],
    )


def _values(key: str, others: list[dict[str, str] | None]) -> tuple[str | None, str | None]:
    first, second = (None if each is None else each.get(key, "") for each in others)
    return first, second
