"""Places in an order: where a page begins, in the address of a page.

`b123` is what stands below post 123, `a123` what stands above it, whichever way the order runs. In orders other than
by id the token also carries the order and the post's value in it: `b123.score.17`, so that the place stays where it is
when the post changes. A plain number is a numbered page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Value

from gallery.search.expressions import RowCompare

if TYPE_CHECKING:
    from gallery.search.orders import Ordering

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,3})?", re.ASCII)
_LARGEST = 2**63


@dataclass(frozen=True)
class Codec:
    """How a value of an order stands in an address; `read` gives None for what is none."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _read_integer(text: str) -> int | None:
    number = int(text) if _INTEGER.fullmatch(text) else None
    return number if number is not None and -_LARGEST <= number < _LARGEST else None


def _read_time(text: str) -> datetime | None:
    number = _read_integer(text)
    try:
        return None if number is None else _EPOCH + number * _MICROSECOND
    except OverflowError:
        return None


def _read_decimal(text: str) -> float | None:
    number = float(text) if _DECIMAL.fullmatch(text) else None
    return number if number is not None and abs(number) < float("inf") else None


INTEGER = Codec(str, _read_integer)
TIME = Codec(lambda value: str((value - _EPOCH) // _MICROSECOND), _read_time)
DECIMAL = Codec(lambda value: repr(float(value)), _read_decimal)


@dataclass(frozen=True)
class Place:
    """What stands `above` (else below) one post in the order of the values, that post left out.

    `value` is the post's key in the order (in the order by id: the id).
    """

    above: bool
    id: int
    value: Any

    def condition(self, key: Any, tie: Any, *, by_id: bool) -> Q:
        """The place as a condition on the table of these two expressions; `by_id`: the first is the id itself."""
        if by_id:
            return Q(**{f"{key.name}__{'gt' if self.above else 'lt'}": self.id})
        sign = ">" if self.above else "<"
        return Q(RowCompare((key, tie), (Value(self.value), Value(self.id)), sign=sign))

    def within(self, ordering: Ordering) -> Q:
        """The place as a condition on `Post`."""
        return self.condition(ordering.key, ordering.tie, by_id=ordering.by_id)

    def opposite(self) -> Place:
        """The other side of the same post."""
        return Place(not self.above, self.id, self.value)

    def token(self, ordering: Ordering) -> str:
        """The place as it stands in an address."""
        start = f"{'a' if self.above else 'b'}{self.id}"
        return start if ordering.by_id else f"{start}.{ordering.name}.{ordering.codec.write(self.value)}"
