"""One picture at a time is coded in this process, and few wait: 40 megapixels take memory and seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from gallery.errors import Busy

WAITING = 8
LONGEST_WAIT = 20.0
"""Seconds; whoever waits longer had better ask again."""

_coding = BoundedSemaphore(1)
_here = BoundedSemaphore(1 + WAITING)


@contextmanager
def turn() -> Iterator[None]:
    """Hold the one turn. Raises `Busy` where too many wait or the one before takes too long."""
    if not _here.acquire(blocking=False):
        raise Busy("downloads_busy")
    try:
        if not _coding.acquire(timeout=LONGEST_WAIT):
            raise Busy("downloads_busy")
        try:
            yield
        finally:
            _coding.release()
    finally:
        _here.release()
