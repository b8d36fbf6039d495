"""How many jobs one denoiser call may hold: learnt from what calls took, and from those that ran out of memory."""

from collections.abc import Callable, Hashable

_EVERY = 16
"""Calls of a group of which one is watched: the device's books take a tenth of a millisecond to read."""
_USABLE = 0.9
"""Share of the free memory that a call may be expected to take: it lies in pieces, and estimates are estimates."""


class BatchLimits:
    """Limits per group of runs, that is per checkpoint and size. What was never tried is limited by `most` only."""

    def __init__(self, most: int, free: Callable[[], int | None]) -> None:
        """`most` jobs in any call. `free` returns the bytes that a call could take now, None where nobody knows."""
        self.most = most
        self._free = free
        self._bytes_each: dict[Hashable, float] = {}
        self._caps: dict[Hashable, int] = {}
        self._calls: dict[Hashable, int] = {}

    def of(self, group: Hashable, wanted: int) -> int:
        """Return how many of `wanted` jobs of `group` to put into one call, at least one."""
        limit = min(self.most, self._caps.get(group, self.most), wanted)
        each = self._bytes_each.get(group)
        if limit > 1 and each:
            free = self._free()
            if free is not None:
                limit = min(limit, int(free * _USABLE / each))
        return max(1, limit)

    def due(self, group: Hashable) -> bool:
        """Return whether the call that `group` is about to make should be watched and given to `learn`."""
        calls = self._calls.get(group, 0)
        self._calls[group] = calls + 1
        return calls % _EVERY == 0

    def learn(self, group: Hashable, jobs: int, taken: int | None) -> None:
        """Note that a call for `jobs` of `group` took so many bytes at its peak, beyond what was there before.

        The dearest job counts: one with guidance takes twice what one without does.
        """
        if taken:
            self._bytes_each[group] = max(self._bytes_each.get(group, 0.0), taken / jobs)

    def ran_out(self, group: Hashable, jobs: int) -> int:
        """Note that a call for `jobs` of `group`, two or more, did not fit; return how many to try from now on."""
        self._caps[group] = (jobs + 1) // 2
        return self._caps[group]
