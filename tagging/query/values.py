"""What metatags take: typed values, and the readers that make them from text.

A reader is a function `(text, quoted) -> value` that raises `BadValue`. The forms are Danbooru's
(https://danbooru.donmai.us/wiki_pages/help:cheatsheet).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST_INTEGER = 2**63 - 1  # PostgreSQL's bigint


class BadValue(Exception):  # noqa: N818 - it never leaves the package: the parser makes a QueryError of it
    """A text that a reader cannot take: `expected` names what it takes instead, `params` the details."""

    def __init__(self, expected: str, **params: Any) -> None:
        self.expected = expected
        self.params = params
        super().__init__(expected)


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole numbers from `low` to `high`, both included; None stands for no bound (never on both sides)."""

    low: int | None
    high: int | None

    def contains(self, number: int) -> bool:
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The union of single numbers and intervals: `5,7..9,>20`."""

    points: frozenset[int]
    intervals: tuple[Interval, ...] = ()

    def contains(self, number: int | None) -> bool:
        if number is None:
            return False
        return number in self.points or any(interval.contains(number) for interval in self.intervals)


@dataclass(frozen=True, slots=True)
class Presence:
    """`any` (present) or `none`: whether there is a value at all."""

    present: bool

    def contains(self, value: object) -> bool:
        return (value is not None) == self.present


@dataclass(frozen=True, slots=True)
class Choices:
    """One of these words, in their canonical spelling."""

    values: frozenset[str]

    def contains(self, value: str | None) -> bool:
        return value in self.values


@dataclass(frozen=True, slots=True)
class Text:
    """Words to look for. `literal` (it was quoted) takes away the meaning of `*` and of special words."""

    text: str
    literal: bool = False

    @property
    def is_pattern(self) -> bool:
        return "*" in self.text and not self.literal


@dataclass(frozen=True, slots=True)
class UserName:
    """The exact name of an account; whether it exists is the engine's matter."""

    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a result: by `key`, upwards or downwards, ties by id."""

    key: str
    ascending: bool


Value = Numbers | Presence | Choices | Text | UserName | Order
Reader = Callable[[str, bool], Value]

_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
_RANGE = re.compile(r"(?P<low>[+-]?[0-9]{1,19})?(?P<dots>\.{2,3})(?P<high>[+-]?[0-9]{1,19})?")
_COMPARISON = re.compile(r"(?P<sign>[<>]=?)(?P<number>[+-]?[0-9]{1,19})")


def integers(*, nullable: bool = False) -> Reader:
    """A reader of whole numbers: `5` `>5` `>=5` `<5` `<=5` `5..` `..5` `5..10` `5...10` (without the end) and lists
    of these; ends in the wrong order are put right. With `nullable` also `any` and `none`.
    """

    def read(text: str, quoted: bool) -> Value:
        if nullable and not quoted and text.lower() in ("any", "none"):
            return Presence(text.lower() == "any")
        points: set[int] = set()
        intervals: list[Interval] = []
        for part in text.split(","):
            interval = _interval(part.strip())
            if interval is None:
                raise BadValue("numbers_or_none" if nullable else "numbers")
            if interval.low is not None and interval.low == interval.high:
                points.add(interval.low)
            else:
                intervals.append(interval)
        return Numbers(frozenset(points), tuple(intervals))

    return read


def _interval(text: str) -> Interval | None:
    """One part of a list of numbers, or None if it isn't one. An empty interval (`5...5`) is no number either."""
    if _NUMBER.fullmatch(text):
        number = _integer(text)
        return Interval(number, number)
    if match := _COMPARISON.fullmatch(text):
        number = _integer(match["number"])
        match match["sign"]:
            case "<":
                return Interval(None, number - 1)
            case "<=":
                return Interval(None, number)
            case ">":
                return Interval(number + 1, None)
            case _:
                return Interval(number, None)
    match = _RANGE.fullmatch(text)
    if match is None or not (match["low"] or match["high"]):
        return None
    low = _integer(match["low"]) if match["low"] else None
    high = _integer(match["high"]) if match["high"] else None
    if low is not None and high is not None and low > high:
        low, high = high, low
    if high is not None and match["dots"] == "...":
        high -= 1
        if low is not None and low > high:
            return None
    return Interval(low, high)


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_INTEGER:
        raise BadValue("smaller_number", limit=LARGEST_INTEGER)
    return number


def choices(spellings: Mapping[str, str]) -> Reader:
    """A reader of a comma list of words in any case; `spellings` maps each accepted word to its canonical one."""
    accepted = {word.lower(): canonical for word, canonical in spellings.items()}

    def read(text: str, quoted: bool) -> Value:
        words = [part.strip().lower() for part in text.split(",")]
        if not all(word in accepted for word in words):
            raise BadValue("choices", choices=tuple(spellings))
        return Choices(frozenset(accepted[word] for word in words))

    return read


def text(limit: int = 1000) -> Reader:
    """A reader of any text that is not empty, up to `limit` characters."""

    def read(text: str, quoted: bool) -> Value:
        if not text.strip() or len(text) > limit:
            raise BadValue("text", limit=limit)
        return Text(text, literal=quoted)

    return read


def user_name(limit: int = 150) -> Reader:
    """A reader of an account's name, up to `limit` characters."""

    def read(text: str, quoted: bool) -> Value:
        if not text.strip() or len(text) > limit:
            raise BadValue("user_name", limit=limit)
        return UserName(text.strip())

    return read
