"""Arrays on disk that one process fills from the first row on while others already read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

BLOCK = 256  # rows that are copied to a device at once


class GrowingArray:
    """An ``.npy`` file and, beside it, a counter of the rows that are complete; a file without counter is complete.

    The rows are in the file before the counter says so, hence a reader never sees half a row, and a writer that was
    killed goes on at the counter.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counter = path.with_suffix(".count")

    def start(self, shape: tuple[int, ...], dtype: Any) -> None:
        """Begin anew with room for ``shape[0]`` rows, none of them complete."""
        self.counter.parent.mkdir(parents=True, exist_ok=True)
        self.complete(0)
        part = self.path.with_suffix(".part")
        rows = np.lib.format.open_memmap(part, mode="w+", dtype=dtype, shape=shape)
        rows.flush()
        del rows
        os.replace(part, self.path)  # noqa: PTH105 - os.replace is atomic on every platform

    def complete(self, count: int) -> None:
        """Say that the first ``count`` rows are complete."""
        part = self.counter.with_suffix(".count.part")
        part.write_text(f"{count}\n")
        os.replace(part, self.counter)  # noqa: PTH105

    def shape(self) -> tuple[int, ...]:
        """Rows there is room for, and the shape of one; ``()`` before the file is there."""
        return tuple(np.load(self.path, mmap_mode="r").shape) if self.path.exists() else ()

    def count(self) -> int:
        """How many rows are complete."""
        if not self.path.exists():
            return 0
        return int(self.counter.read_text()) if self.counter.exists() else self.shape()[0]

    def rows(self, mode: Any = "r") -> np.ndarray:
        """All rows, memory-mapped; those from ``count()`` on hold nothing yet."""
        found: np.ndarray = np.load(self.path, mmap_mode=mode)
        return found


class Rows:
    """The complete rows of a growing array at hand on a device: on the CPU the file itself, elsewhere a copy.

    ``count`` grows only in ``refresh``.
    """

    def __init__(self, array: GrowingArray, device: str) -> None:
        self.array, self.count = array, 0
        # "c": torch wants memory that may be written to; nothing is, so the pages stay those of the file.
        self.stored = torch.from_numpy(array.rows("c"))
        on_device = device != "cpu"
        self.at_hand = torch.empty(self.stored.shape, dtype=self.stored.dtype, device=device) if on_device else None
        self.refresh()

    def refresh(self) -> None:
        """Bring the rows that were completed since."""
        complete = self.array.count()
        if self.at_hand is not None:
            for start in range(self.count, complete, BLOCK):
                end = min(start + BLOCK, complete)
                self.at_hand[start:end] = self.stored[start:end].to(self.at_hand.device)
        self.count = complete

    def pick(self, index: torch.Tensor) -> torch.Tensor:
        """The rows with these numbers (a tensor on the device), as a tensor on the device."""
        return (self.stored if self.at_hand is None else self.at_hand)[index]
