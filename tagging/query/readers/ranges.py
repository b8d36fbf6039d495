"""One grammar of ranges for everything that can be compared: `5` `>5` `>=5` `<5` `<=5` `5..` `..5` `5..10` `5...10`
(without the end) and lists of these with commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tagging.query.values import Interval, Numbers, Presence

_COMPARISON = re.compile(r"([<>]=?)\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"(?P<low>.*?)(?P<dots>\.{2,3})(?P<high>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """What one word stands for: a point (`low == high`), or a stretch like a day, whose `high` is its open end."""

    low: Any
    high: Any
    high_open: bool = False

    def interval(self) -> Interval:
        return Interval(self.low, self.high, high_open=self.high_open)


Word = Callable[[str], Span | None]
"""Reads one word; None if it isn't one. May raise BadValue for one that is out of bounds."""


def union(text: str, word: Word, bare: Word | None = None) -> Numbers | None:
    """A whole list; None if some part of it is not understood or is an empty range.

    `bare` reads a word that stands without a range, where that means more than the word itself (`1.5mb`).
    """
    points: set[Any] = set()
    intervals: list[Interval] = []
    for part in text.split(","):
        interval = interval_of(part.strip(), word, bare or word)
        if interval is None:
            return None
        if interval.low is not None and interval.low == interval.high:
            points.add(interval.low)
        else:
            intervals.append(interval)
    return Numbers(frozenset(points), tuple(intervals))


def interval_of(text: str, word: Word, bare: Word) -> Interval | None:
    """One part of a list."""
    if match := _COMPARISON.fullmatch(text):
        span = word(match[2])
        return None if span is None else _compared(match[1], span)
    if match := _RANGE.fullmatch(text):
        return _between(match["low"].strip(), match["high"].strip(), match["dots"] == "...", word)
    span = bare(text)
    return None if span is None else span.interval()


def _compared(sign: str, span: Span) -> Interval:
    match sign:
        case "<":
            return Interval(None, span.low, high_open=True)
        case "<=":
            return Interval(None, span.high, high_open=span.high_open)
        case ">":
            return Interval(span.high, None, low_open=not span.high_open)
        case _:
            return Interval(span.low, None)


def _between(first: str, second: str, open_end: bool, word: Word) -> Interval | None:
    if not first and not second:
        return None
    low, high = (word(end) if end else None for end in (first, second))
    if (first and low is None) or (second and high is None):
        return None
    if low is not None and high is not None and low.low > high.low:
        low, high = high, low
    if high is None:
        return None if low is None else Interval(low.low, None)
    end, end_open = (high.low, True) if open_end else (high.high, high.high_open)
    if low is not None and end_open and low.low >= end:
        return None
    return Interval(low.low if low else None, end, high_open=end_open)


def presence(text: str, quoted: bool) -> Presence | None:
    """`any` or `none`, unless it is quoted."""
    word = text.strip().lower()
    return Presence(word == "any") if not quoted and word in ("any", "none") else None
