"""What a metatag's value can be, once it is read: immutable, typed, compared by meaning.

The readers that make values from text stand in `tagging.query.readers`. A value says nothing of columns or SQL; its
`contains` is the meaning that every engine must agree with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LARGEST_INTEGER = 2**63 - 1  # PostgreSQL's bigint

Quantity = Any  # int, float or aware datetime: all ends of one interval are of one type


class BadValue(Exception):  # noqa: N818 - it never leaves the package: the registry makes a QueryError of it
    """A text that a reader cannot take: `expected` names what it takes instead, `params` the details."""

    def __init__(self, expected: str, **params: Any) -> None:
        self.expected = expected
        self.params = params
        super().__init__(expected)


@dataclass(frozen=True, slots=True)
class Clock:
    """When the search is made: `now` is aware, in the reader's time zone, which decides where a day begins."""

    now: datetime

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("a clock needs a time zone")

    @classmethod
    def utc(cls) -> Clock:
        """Now, in UTC."""
        return cls(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, of whole numbers, numbers or aware datetimes; None stands for no bound (never on both
    sides). The ends are included unless `low_open` or `high_open` says otherwise. It is never empty.
    """

    low: Quantity | None
    high: Quantity | None
    low_open: bool = False
    high_open: bool = False

    def contains(self, value: Any) -> bool:
        above = self.low is None or (self.low < value if self.low_open else self.low <= value)
        return above and (self.high is None or (value < self.high if self.high_open else value <= self.high))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The union of single values and intervals: `5,7..9,>20`. A missing value is in none."""

    points: frozenset[Any]
    intervals: tuple[Interval, ...] = ()

    def contains(self, value: Any) -> bool:
        if value is None:
            return False
        return value in self.points or any(interval.contains(value) for interval in self.intervals)


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
    """The order of a result: by `key`, upwards or downwards, ties by id. `seed` is the number after the second colon
    (`order:random:7`), for orders that take one.
    """

    key: str
    ascending: bool
    seed: int | None = None


Value = Numbers | Presence | Choices | Text | UserName | Order
Reader = Callable[[str, bool, Clock], Value]
"""`(text, quoted, clock) -> value`; raises BadValue, and nothing else, whatever the text."""
