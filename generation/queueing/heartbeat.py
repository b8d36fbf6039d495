"""A thread that keeps a worker's leases alive while the main thread loads models, draws and decodes.

It also watches the main thread: a step loop that hasn't moved for `stall_seconds` gets no more renewals.
"""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection

from generation.queueing import leases
from generation.queueing.leases import Lease

logger = logging.getLogger(__name__)

STALL_SECONDS = 600.0
"""Longer than any model takes to load from a slow disk; a hanging device or driver takes forever."""


class Heartbeat:
    """Renews held leases three times a lease, on a database connection of its own. Use it in a `with` statement."""

    def __init__(self, *, stall_seconds: float = STALL_SECONDS, on_stall: Callable[[], None] | None = None) -> None:
        self._stall_seconds = stall_seconds
        self._on_stall = on_stall
        self._held: set[Lease] = set()
        self._lost: set[Lease] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._moved = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lease-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def hold(self, lease: Lease) -> None:
        """Keep `lease` alive from now on."""
        with self._lock:
            self._held.add(lease)

    def drop(self, lease: Lease) -> None:
        """Stop renewing `lease`."""
        with self._lock:
            self._held.discard(lease)
            self._lost.discard(lease)

    def take_lost(self) -> set[Lease]:
        """Leases that turned out to be somebody else's since the last call."""
        with self._lock:
            lost, self._lost = self._lost, set()
        return lost

    def moved(self) -> None:
        """The main thread's sign that it got on."""
        self._moved = time.monotonic()

    def _run(self) -> None:
        pause = settings.JOB_LEASE_SECONDS / 3
        try:
            while not self._stop.wait(pause):
                if self._stalled():
                    return
                try:
                    self._renew()
                    pause = settings.JOB_LEASE_SECONDS / 3
                except Error as error:
                    logger.warning("Leases couldn't be renewed (%s); trying again.", error)
                    connection.close()
                    pause = min(1.0, settings.JOB_LEASE_SECONDS / 10)
        finally:
            connection.close()

    def _renew(self) -> None:
        with self._lock:
            held = set(self._held)
        kept = leases.renew(list(held))
        with self._lock:
            gone = (held - kept) & self._held
            self._held -= gone
            self._lost |= gone

    def _stalled(self) -> bool:
        with self._lock:
            held = set(self._held)
        quiet = time.monotonic() - self._moved
        if not held or quiet < self._stall_seconds:
            return False
        logger.critical("No step for %.0f seconds: %d jobs go back to the queue.", quiet, len(held))
        try:
            leases.abandon(held, code="stalled")
        except Error:
            logger.exception("The stalled jobs couldn't be given up; their leases will run out.")
        if self._on_stall is not None:
            self._on_stall()
        return True
