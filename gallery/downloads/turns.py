"""One picture at a time is coded in this process, and few wait: 40 megapixels take memory and seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from gallery.errors import Busy

WAITING = 8
LONGEST_WAIT = 20.0
"""Seconds; whoever waits longer had better ask again."""


class Turns:
    """One turn at a time, and so many who wait for it. Work of seconds and work of minutes have turns of their own."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._coding = BoundedSemaphore(1)
        self._here = BoundedSemaphore(1 + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the one turn. Raises `Busy` where too many wait or the one before takes too long."""
        if not self._here.acquire(blocking=False):
            raise Busy("downloads_busy")
        try:
            if not self._coding.acquire(timeout=LONGEST_WAIT):
                raise Busy("downloads_busy")
            try:
                yield
            finally:
                self._coding.release()
        finally:
            self._here.release()


turn = Turns().turn
