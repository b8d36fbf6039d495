"""Looking hashes up by parts: multi-index hashing (Norouzi, Punjani, Fleet 2012).

Of two hashes that differ in d bits, one of their 16 parts differs in no more than d/16. So whoever looks up every part
as it is finds all that differ in up to 15 bits, and with each bit of it turned over (17 numbers a part) all up to 31.
Measured beside a graph of neighbours (pgvector's HNSW) in docs/performance.md.
"""

from collections.abc import Sequence

PARTS, PART_BITS = 16, 16
# As far as the look-up finds everything.
FARTHEST = 2 * PARTS - 1
_MASK = (1 << PART_BITS) - 1
_TURNED = (0, *(1 << bit for bit in range(PART_BITS)))


def numbers_near(hashes: Sequence[int], distance: int) -> list[list[int]]:
    """A row of numbers for each of the 16 parts. `gallery_pdq_parts` of a hash that is within `distance` of one of
    `hashes` holds a number of at least one row.

    The parts in the function's order, from the highest bits on. Raises ValueError past `FARTHEST`.
    """
    if not 0 <= distance <= FARTHEST:
        raise ValueError(f"distance: 0 to {FARTHEST}")
    changes = _TURNED if distance >= PARTS else (0,)
    return [
        [
            (part << PART_BITS) + ((bits >> (PART_BITS * (PARTS - 1 - part))) & _MASK ^ change)
            for bits in hashes
            for change in changes
        ]
        for part in range(PARTS)
    ]
