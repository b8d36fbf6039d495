"""Named picture shapes that every checkpoint offers, so that nobody has to know its numbers. No database."""

from __future__ import annotations

from typing import Protocol

# Long side to short side of a portrait or landscape; 3:2 is what most models were trained on beside the square.
RATIO = 1.5
EXACT = "exact"
AS_SOURCE = "source"


class Limits(Protocol):
    """What a checkpoint says about sizes, in pixels."""

    native_width: int
    native_height: int
    min_side: int
    max_side: int
    side_multiple: int


def shapes(limits: Limits) -> dict[str, tuple[int, int]]:
    """Width and height of `portrait`, `square` and `landscape` for a checkpoint; only those it can draw.

    They keep the native number of pixels where the limits allow it.
    """
    area = limits.native_width * limits.native_height
    side = _fit(area**0.5, limits)
    found = {"square": (side, side)}
    long = _fit((area * RATIO) ** 0.5, limits)
    short = _fit(long / RATIO, limits)
    if long > short:
        found = {"portrait": (short, long), **found, "landscape": (long, short)}
    return found


def shape_of(width: int, height: int, limits: Limits) -> str:
    """The name of the shape with just these sides, or `exact`."""
    return next((name for name, size in shapes(limits).items() if size == (width, height)), EXACT)


def fitted(width: int, height: int, limits: Limits) -> tuple[int, int]:
    """The size at which a checkpoint draws over a picture of this size: its own where that is within the limits, else
    with as many pixels as the checkpoint's native size has, and the picture's proportions as near as can be."""
    step = limits.side_multiple
    if all(limits.min_side <= side <= limits.max_side for side in (width, height)):
        return _fit(width, limits), _fit(height, limits)
    scale = (limits.native_width * limits.native_height / (width * height)) ** 0.5
    scale = min(scale, (limits.max_side // step * step) / max(width, height))
    return _fit(width * scale, limits), _fit(height * scale, limits)


def enlarged(width: int, height: int, scale: float, limits: Limits) -> tuple[int, int]:
    """The size of a second pass: `scale` times as large, in whole steps of the checkpoint."""
    step = limits.side_multiple
    return round(width * scale / step) * step, round(height * scale / step) * step


def _fit(side: float, limits: Limits) -> int:
    """The multiple of `side_multiple` nearest to `side` within the limits."""
    step = limits.side_multiple
    lowest = -(-limits.min_side // step) * step
    highest = limits.max_side // step * step
    return max(lowest, min(highest, round(side / step) * step))
