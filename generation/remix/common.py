"""What two lists have in common, in order.

difflib looks for the longest block again and again: with the same term a thousand times, which prompts have, that takes
minutes, and what limits it (`autojunk`) makes it blind for frequent words. This is the longest common subsequence
itself, a row of the table held in the bits of one integer (Hyyrö, "Bit-parallel LCS-length computation revisited",
2004): ten thousand words against ten thousand take a tenth of a second whatever they are.
"""

from collections.abc import Hashable, Sequence

MOST_CELLS = 200_000_000
"""Bits of the table; the answer is read from all its rows, so they are kept: 25 MB."""


def common(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places in `before` and in `after` that hold the same, both rising, as many as there can be.

    Beyond MOST_CELLS only what is the same at both ends.
    """
    start, ends = 0, (len(before), len(after))
    while start < min(ends) and before[start] == after[start]:
        start += 1
    old, new = ends
    while old > start and new > start and before[old - 1] == after[new - 1]:
        old, new = old - 1, new - 1
    pairs = [(place, place) for place in range(start)]
    pairs += [(start + one, start + other) for one, other in _between(before[start:old], after[start:new])]
    return pairs + [(old + more, new + more) for more in range(ends[0] - old)]


def _between(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    if not before or not after or len(before) * len(after) > MOST_CELLS:
        return []
    masks: dict[Hashable, int] = {}
    for place, item in enumerate(before):
        masks[item] = masks.get(item, 0) | (1 << place)
    every = (1 << len(before)) - 1
    row = every
    rows = [row]
    for item in after:
        matches = row & masks.get(item, 0)
        row = ((row + matches) | (row - matches)) & every
        rows.append(row)
    # A zero bit says that one more of `before` is in common up to there.
    pairs = []
    old, new = len(before) - 1, len(after)
    while old >= 0 and new > 0:
        if rows[new] >> old & 1:
            old -= 1
        elif not rows[new - 1] >> old & 1:
            new -= 1
        else:
            pairs.append((old, new - 1))
            old, new = old - 1, new - 1
    return pairs[::-1]
