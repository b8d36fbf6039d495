"""Whole numbers, decimals, ratios of sides and sizes of files."""

from __future__ import annotations

import re
from math import ceil, floor

from tagging.query.readers.ranges import Span, Word, presence, union
from tagging.query.values import LARGEST_INTEGER, BadValue, Clock, Reader, Value

TOLERANCE = 0.05  # what a bare value with a unit allows on both sides, as on Danbooru

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
_RATIO = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(?:[:/]([0-9]{1,6}(?:\.[0-9]{1,6})?))?")
_SIZE = re.compile(r"([0-9]{1,19}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(b|[kmg](?:i?b)?)?", re.IGNORECASE)
_BYTES = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def integers(*, nullable: bool = False) -> Reader:
    """A reader of whole numbers. With `nullable` also `any` and `none`."""
    return _reader("numbers", nullable, _integer)


def decimals(*, nullable: bool = False) -> Reader:
    """A reader of numbers with an optional fraction (floats), taken as they are: `cfg:7` is 7 exactly."""
    return _reader("decimals", nullable, _decimal)


def megapixels() -> Reader:
    """A reader of millions of pixels (floats); a bare one means 5 % more or less."""
    return _reader("megapixels", False, _positive_decimal, _around)


def ratios() -> Reader:
    """A reader of width by height (floats rounded to two decimals): `16:9`, `16/9`, `1.78`."""
    return _reader("ratios", False, _ratio)


def file_sizes() -> Reader:
    """A reader of sizes in bytes (whole numbers): `500`, `200kb`, `1.5m`; a kilobyte has 1,024. A bare one with a unit
    of kilobytes or more means 5 % more or less.
    """
    return _reader("file_sizes", False, _size, _size_or_around)


def _reader(expected: str, nullable: bool, word: Word, bare: Word | None = None) -> Reader:
    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if nullable and (found := presence(text, quoted)):
            return found
        numbers = union(text, word, bare)
        if numbers is None:
            raise BadValue(expected + "_or_none" if nullable else expected)
        return numbers

    return read


def _integer(text: str) -> Span | None:
    return _whole(int(text)) if _INTEGER.fullmatch(text) else None


def _whole(number: int) -> Span:
    if abs(number) > LARGEST_INTEGER:
        raise BadValue("smaller_number", limit=LARGEST_INTEGER)
    return Span(number, number)


def _decimal(text: str) -> Span | None:
    return Span(float(text), float(text)) if _DECIMAL.fullmatch(text) else None


def _positive_decimal(text: str) -> Span | None:
    span = _decimal(text)
    return span if span is not None and span.low >= 0 else None


def _around(text: str) -> Span | None:
    span = _positive_decimal(text)
    return None if span is None else Span(span.low * (1 - TOLERANCE), span.high * (1 + TOLERANCE))


def _ratio(text: str) -> Span | None:
    match = _RATIO.fullmatch(text)
    if match is None or (match[2] and float(match[2]) == 0):
        return None
    ratio = round(float(match[1]) / float(match[2] or 1), 2)
    return Span(ratio, ratio)


def _size(text: str) -> Span | None:
    read = _bytes(text)
    return None if read is None else _whole(round(read[0]))


def _size_or_around(text: str) -> Span | None:
    read = _bytes(text)
    if read is None or read[1] == 1:
        return None if read is None else _whole(round(read[0]))
    size, _unit = read
    return Span(_whole(ceil(size * (1 - TOLERANCE))).low, _whole(floor(size * (1 + TOLERANCE))).high)


def _bytes(text: str) -> tuple[float, int] | None:
    """The size and the bytes of its unit."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    unit = _BYTES[(match[2] or "")[:1].lower()]
    number = int(match[1]) if match[1].isdigit() else float(match[1])  # whole numbers of bytes stay exact
    return number * unit, unit
