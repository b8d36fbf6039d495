"""Words of rules, and all of them found in one pass over a text (Aho and Corasick 1975).

The pass takes time in proportion to the text, however many words there are and whatever they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from gallery.refusals.normal import is_japanese, spelling


class BadTerm(ValueError):  # noqa: N818 - the name is read as a sentence at the call
    """A word of a rule that finds nothing or everything; `line` is what was written."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Word:
    """One or more words in a row as `spelling` writes them. `pattern` has a blank at an end where a word has to end."""

    text: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must all stand in a text, wherever in it."""

    words: tuple[Word, ...]


def word(written: str) -> Word:
    """A whole word, or several in a row; `*` at an end stands for more letters. Japanese, which has no blanks, is found
    within words. Raises BadTerm where nothing or next to nothing is left."""
    written = written.strip()
    text = spelling(written.strip("*"))
    least = 1 if any(map(is_japanese, text)) else 2
    if len(text) < least:
        raise BadTerm(written)
    before = "" if written.startswith("*") or is_japanese(text[0]) else " "
    after = "" if written.endswith("*") or is_japanese(text[-1]) else " "
    return Word(text, before + text + after)


def read_terms(lines: str) -> list[Term]:
    """A term a line, `one + other` for both in the same text; empty lines are left out. Raises BadTerm."""
    return [Term(tuple(word(part) for part in line.split("+"))) for line in lines.splitlines() if line.strip()]


class Finder:
    """Finds words in readings. What stands within one of `innocent` is none: blue has nothing to do with a baby."""

    def __init__(self, wanted: Iterable[Word], innocent: Iterable[Word] = ()) -> None:
        self._words: Sequence[Word] = list(dict.fromkeys(wanted))
        harmless = [one.pattern for one in dict.fromkeys(innocent)]
        self._found = AhoCorasick([one.pattern for one in self._words] + harmless, matchkind=MatchKind.Standard)

    def found(self, reading: str) -> frozenset[Word]:
        """Those of the words that stand in a reading of `normal.readings`."""
        spans, hits = list[tuple[int, int]](), list[tuple[Word, int, int]]()
        for number, start, end in self._found.find_matches_as_indexes(reading, overlapping=True):
            if number < len(self._words):
                hits.append((self._words[number], start, end))
            else:
                spans.append((start, end))
        if not spans:
            return frozenset(one for one, _start, _end in hits)
        covered = _farthest(spans, len(reading))
        return frozenset(one for one, start, end in hits if covered[start] < end)


def _farthest(spans: Iterable[tuple[int, int]], length: int) -> list[int]:
    """For each place, how far a span reaches that begins there or before."""
    reach = [0] * (length + 1)
    for start, end in spans:
        reach[start] = max(reach[start], end)
    for place in range(1, length + 1):
        reach[place] = max(reach[place], reach[place - 1])
    return reach
