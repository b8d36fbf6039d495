"""What the rules find in a text that somebody tries on them, and where in its readings."""

import re
from dataclasses import dataclass

from gallery.models.refusal import RulePlace
from gallery.refusals.judging import Hit, Said, judge
from gallery.refusals.normal import readings

MAX_TEXT = 20_000


@dataclass(frozen=True)
class Tried:
    """`hits` with the words that they rest on; `readings` of the text, each in parts with whether they were found."""

    hits: tuple[Hit, ...]
    readings: list[list[tuple[str, bool]]]


def try_text(text: str, place: RulePlace) -> Tried:
    """Judge a text as if somebody sent it; nothing is counted."""
    hits = judge([Said(place, text)]).hits
    words = sorted({word for hit in hits for word in hit.words}, key=len, reverse=True)
    marked = re.compile("|".join(f"({re.escape(word)})" for word in words)) if words else None
    return Tried(hits, [_parts(reading.strip(), marked) for reading in readings(text)])


def _parts(reading: str, marked: re.Pattern[str] | None) -> list[tuple[str, bool]]:
    if marked is None:
        return [(reading, False)]
    parts, place = list[tuple[str, bool]](), 0
    for found in marked.finditer(reading):
        parts += [(reading[place : found.start()], False), (found[0], True)]
        place = found.end()
    return [part for part in [*parts, (reading[place:], False)] if part[0]]
