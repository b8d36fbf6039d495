"""Limits as a test wants them, in this process's own Valkey, by a clock that stands still until it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis import Redis

from gallery.limits import spending
from gallery.limits.buckets import Buckets, store_url
from gallery.limits.spec import limits_from

HOME, NEXT_DOOR, ABROAD = "8.8.4.1", "8.8.4.250", "9.9.9.9"
"""Addresses of the public internet: the first two of one block."""


@dataclass
class Clock:
    """Seconds; it stands still."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def client_of(broker: str) -> Redis:
    """A client of the fixture `broker`'s server."""
    return Redis.from_url(store_url("", broker), decode_responses=True)


def turn_on(monkeypatch: Any, settings: Any, broker: str, text: str) -> Clock:
    """Limits as the operator writes them hold from now on; everything that is not named in `text` is not limited."""
    table = limits_from(text)
    named = {part.partition("=")[0].partition("@")[0].strip() for part in text.split(";")}
    settings.RATE_LIMITS = {act: limit for act, limit in table.items() if act.value in named}
    clock = Clock()
    buckets = Buckets(client_of(broker), clock)
    monkeypatch.setattr(spending, "the_buckets", lambda: buckets)
    return clock
