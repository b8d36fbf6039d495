"""What changed between two texts, line by line and, within a changed line, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 2
"""Unchanged lines that are shown around a change."""
MOST_LINES = 1_500
MOST_WORD_PAIRS = 500_000
"""Words before times words after, of all changed lines together: comparing takes such time in the worst case."""

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    """What happened to a line or to a part of one."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; `changed` parts are what the line was changed by."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison; a SKIPPED one stands for `count` lines that are the same."""

    change: Change
    pieces: tuple[Piece, ...] = ()
    count: int = 0


def compare(before: str, after: str) -> list[Line]:
    """The lines of both texts, what is the same far from any change left out; empty for equal texts."""
    if before == after:
        return []
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        # Too much to compare: all that was, then all that is.
        return [*_plain(Change.REMOVED, old), *_plain(Change.ADDED, new)]
    return list(_Comparison().lines(old, new))


class _Comparison:
    """One comparison, which may look at so many words and no more."""

    def __init__(self) -> None:
        self.word_pairs_left = MOST_WORD_PAIRS

    def lines(self, old: list[str], new: list[str]) -> Iterator[Line]:
        shown = 0  # lines of `old` that are told of so far
        for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
            if group[0][1] > shown:
                yield Line(Change.SKIPPED, count=group[0][1] - shown)
            for kind, old_start, old_end, new_start, new_end in group:
                if kind == "equal":
                    yield from _plain(Change.SAME, old[old_start:old_end])
                else:
                    yield from self._changed(old[old_start:old_end], new[new_start:new_end])
            shown = group[-1][2]
        if shown < len(old):
            yield Line(Change.SKIPPED, count=len(old) - shown)

    def _changed(self, old: list[str], new: list[str]) -> Iterator[Line]:
        """Lines that replace each other: the first by the first and so on, the rest as they are."""
        pairs = [self._words(was, is_now) for was, is_now in zip(old, new, strict=False)]
        yield from (Line(Change.REMOVED, was) for was, _is_now in pairs)
        yield from _plain(Change.REMOVED, old[len(pairs) :])
        yield from (Line(Change.ADDED, is_now) for _was, is_now in pairs)
        yield from _plain(Change.ADDED, new[len(pairs) :])

    def _words(self, before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        old, new = _WORD.findall(before), _WORD.findall(after)
        if len(old) * len(new) > self.word_pairs_left:
            return (Piece(before),), (Piece(after),)
        self.word_pairs_left -= len(old) * len(new)
        was: list[Piece] = []
        is_now: list[Piece] = []
        opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for kind, old_start, old_end, new_start, new_end in opcodes:
            for pieces, words in ((was, old[old_start:old_end]), (is_now, new[new_start:new_end])):
                if words:
                    pieces.append(Piece("".join(words), kind != "equal"))
        return tuple(was), tuple(is_now)


def _plain(change: Change, lines: list[str]) -> Iterator[Line]:
    return (Line(change, (Piece(text),)) for text in lines)
