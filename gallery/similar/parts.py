"""Looking hashes up by parts: multi-index hashing (Norouzi, Punjani, Fleet 2012).

Of two hashes that differ in d bits, one of their 16 parts differs in no more than d/16. So whoever looks up every part
as it is finds all that differ in up to 15 bits, and with each bit of it turned over (17 numbers a part) all up to 31.
Measured against a proximity graph (pgvector's HNSW) in docs/performance.md: as fast, smaller to build, and exact.
"""

from collections.abc import Iterable

PARTS, PART_BITS = 16, 16
# As far as the look-up finds everything.
FARTHEST = 2 * PARTS - 1
_MASK = (1 << PART_BITS) - 1
_TURNED = (0, *(1 << bit for bit in range(PART_BITS)))


def numbers_near(hashes: Iterable[int], distance: int) -> list[int]:
    """What `gallery_pdq_parts` of a hash has in common with these if it is within `distance` of one of them.

    The parts in the function's order, from the highest bits on. Raises ValueError past `FARTHEST`.
    """
    if not 0 <= distance <= FARTHEST:
        raise ValueError(f"distance: 0 to {FARTHEST}")
    changes = _TURNED if distance >= PARTS else (0,)
    return sorted(
        {
            (part << PART_BITS) + ((bits >> (PART_BITS * (PARTS - 1 - part))) & _MASK ^ change)
            for bits in hashes
            for part in range(PARTS)
            for change in changes
        }
    )
