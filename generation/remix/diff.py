"""Two prompts compared word by word. Whole terms are matched first, then words within what is left, and of what is the
same the weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from generation.remix.common import common
from generation.remix.words import Word, terms_of, words_of

_GAP = " ,、，。;|\t\r\n"


class Kind(StrEnum):
    """What became of a piece."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row. All `before` after each other are the first prompt, all `after` the second.

    `weights` are what the words counted and count, where that is what changed.
    """

    kind: Kind
    before: str
    after: str
    weights: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """What a page marks of it: as it is now, or else as it was, without the `gap` behind it."""
        return (self.after or self.before)[: -len(self.gap) or None]

    @property
    def gap(self) -> str:
        """The commas and spaces behind it, which nobody marks."""
        whole = self.after or self.before
        return whole[len(whole.rstrip(_GAP)) :]


def compare_prompts(before: str, after: str) -> list[Piece]:
    """How `before` became `after`, in the order of `after`; what was taken out stands where it was."""
    return list(_joined(_paired(words_of(before), words_of(after))))


Pair = tuple[Word | None, Word | None]


def _paired(old: list[Word], new: list[Word]) -> Iterator[Pair]:
    old_terms, new_terms = terms_of(old), terms_of(new)
    keys = [[tuple(word.text for word in term) for term in terms] for terms in (old_terms, new_terms)]
    from_old = from_new = 0
    for was, is_now in [*common(*keys), (len(old_terms), len(new_terms))]:
        yield from _between(old_terms[from_old:was], new_terms[from_new:is_now])
        if was < len(old_terms):
            yield from zip(old_terms[was], new_terms[is_now], strict=True)
        from_old, from_new = was + 1, is_now + 1


def _between(old_terms: list[list[Word]], new_terms: list[list[Word]]) -> Iterator[Pair]:
    """Terms that changed: what words they share."""
    old = [word for term in old_terms for word in term]
    new = [word for term in new_terms for word in term]
    from_old = from_new = 0
    pairs = common([word.text for word in old], [word.text for word in new])
    for was, is_now in [*pairs, (len(old), len(new))]:
        yield from ((word, None) for word in old[from_old:was])
        yield from ((None, word) for word in new[from_new:is_now])
        if was < len(old):
            yield old[was], new[is_now]
        from_old, from_new = was + 1, is_now + 1


def _joined(pairs: Iterable[Pair]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    kind, weights, before, after = Kind.SAME, None, list[str](), list[str]()
    for old, new in pairs:
        changed = old is not None and new is not None and old.weight != new.weight
        now = Kind.WEIGHT if changed else Kind.SAME if old and new else Kind.REMOVED if old else Kind.ADDED
        weighs = (old.weight, new.weight) if changed and old and new else None
        if (now, weighs) != (kind, weights):
            if before or after:
                yield Piece(kind, "".join(before), "".join(after), weights)
            kind, weights, before, after = now, weighs, [], []
        if old is not None:
            before.append(old.raw)
        if new is not None:
            after.append(new.raw)
    if before or after:
        yield Piece(kind, "".join(before), "".join(after), weights)
