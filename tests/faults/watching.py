"""What tests of faults look at: processes, and what they bring about."""

import time
from collections.abc import Callable
from pathlib import Path

from config.embedded.process import Process

SAFETY_SECONDS = 180
"""Of a job that nobody brings back; far above what it takes, so that only that fails here."""


def until(condition: Callable[[], bool], seconds: float, worker: Process) -> None:
    """Wait for something the worker brings about; its log is the message when it doesn't."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, worker.output()[-4000:]
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """The direct children of a process, from /proc."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]
