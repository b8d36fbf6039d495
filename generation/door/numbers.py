"""Numbers as forms and programs send them."""

import math


def whole(value: object, default: int | None) -> int | None:
    """The whole number that was given, `default` for nothing, None for what is no whole number."""
    if value is None or value == "":
        return default
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        return None
    try:
        return int(str(value)) if not isinstance(value, float) else int(value)
    except (TypeError, ValueError):
        return None


def real(value: object, default: float) -> float:
    """The number that was given, `default` for nothing, NaN for what is none."""
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return math.nan
    try:
        return float(str(value))
    except ValueError:
        return math.nan
