"""Bytes of unknown encoding as text that can be kept, and JSON of unknown intent as values that can."""

import json
import math
import re
from typing import Any

# PostgreSQL takes no NUL, UTF-8 no lone surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Past this many digits Python refuses to print a number, and no format has one.
_MOST_DIGITS = 40
_DEEPEST = 24
_MOST_ITEMS = 20_000
_MOST_CHARACTERS = 500_000
_JSON_LIMIT = 8 * 1024 * 1024
CUT = "…"


def clean(text: str) -> str:
    """`text` without what can be stored nowhere."""
    return _UNSTORABLE.sub("", text)


def decoded(data: bytes) -> str:
    """UTF-8 where it is that, else Latin-1: PNG's tEXt is Latin-1 by its standard and UTF-8 by half its writers."""
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(data.decode("latin-1"))


def repaired(text: str) -> str:
    """UTF-8 that somebody read as Latin-1, read again; other text as it is."""
    if text.isascii():
        return clean(text)
    try:
        return clean(text.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return clean(text)


def read_json(text: str) -> Any:
    """The value that `text` holds, None for what is no JSON, too long or too deep.

    NaN and infinity, which JSON doesn't know and several programs write, become their names; so do numbers that are
    too large for a float or too long to be one.
    """
    start = text[:64].lstrip()[:1]
    if start not in ("{", "[") or len(text) > _JSON_LIMIT:
        return None
    try:
        return json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def read_object(text: str) -> dict[str, Any] | None:
    """The JSON object that `text` holds, if it does."""
    value = read_json(text)
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits[:_MOST_DIGITS] + CUT


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits[:_MOST_DIGITS]


def storable(value: Any) -> Any:
    """A copy of a JSON value that fits into a row: at most 24 deep, 20,000 items, 500,000 characters; `…` for more."""
    return _storable(value, 0, [_MOST_ITEMS, _MOST_CHARACTERS])


def _storable(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or left[1] <= 0:
        return CUT
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**_MOST_DIGITS else CUT
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict | list | tuple) and depth >= _DEEPEST:
        return CUT
    if isinstance(value, dict):
        copy: dict[str, Any] = {}
        for key, item in value.items():
            if left[0] <= 0:
                copy[CUT] = CUT
                break
            name = clean(str(key))[:200]
            left[1] -= len(name)
            copy[name] = _storable(item, depth + 1, left)
        return copy
    if isinstance(value, list | tuple):
        items = []
        for item in value:
            items.append(_storable(item, depth + 1, left))
            if left[0] <= 0:
                break
        return items
    text = clean(str(value))
    kept = text[: max(left[1], 0)]
    left[1] -= len(text)
    return kept if len(kept) == len(text) else kept + CUT
