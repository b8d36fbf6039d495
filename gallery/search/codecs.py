"""How the values of an order stand in the address of a page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

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
