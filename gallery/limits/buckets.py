"""Token buckets in Valkey, taken from by one script, so that two at the same moment never take the same token.

A bucket holds `burst` tokens and gets `per_second` of them back, fractions too. A request may take from several; either
each of them has enough, or nothing is taken from any. What is idle until its bucket is full leaves nothing behind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from gallery.limits.acts import Rate

logger = logging.getLogger(__name__)

SALT = "gallery.limits"
PATIENCE = 0.25
"""Seconds that a request waits for Valkey."""
REST = 5.0
"""Seconds that a Valkey which didn't answer is left alone."""

# ARGV: the moment in seconds ("" for Valkey's own clock), the cost, then rate and burst of each bucket.
# Answers the seconds to wait (0: taken) and the tokens of each bucket after that.
SCRIPT = """
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
end
local cost, wait, held = tonumber(ARGV[2]), 0, {}
for number, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * number + 1]), tonumber(ARGV[2 * number + 2])
  local there = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(there[1] or burst), tonumber(there[2] or now)
  tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
  held[number] = tokens
  local missing = math.min(cost, burst) - tokens
  if missing > 0.000001 then wait = math.max(wait, missing / rate) end
end
local answer = {string.format('%.6f', wait)}
for number, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * number + 1]), tonumber(ARGV[2 * number + 2])
  local tokens = held[number]
  if wait == 0 then
    tokens = math.max(0, tokens - math.min(cost, burst))
    redis.call('HSET', key, 'tokens', string.format('%.9f', tokens), 'at', string.format('%.6f', now))
    redis.call('PEXPIRE', key, math.ceil((burst - tokens) / rate * 1000) + 1000)
  end
  answer[number + 1] = string.format('%.9f', tokens)
end
return answer
"""


@dataclass(frozen=True)
class Bucket:
    """`owner` says whose it is and what for; Valkey keeps a keyed digest of that, no address and no account."""

    owner: str
    rate: Rate

    @property
    def key(self) -> str:
        """Its name in Valkey."""
        return "limits:" + salted_hmac(SALT, self.owner, algorithm="sha256").hexdigest()[:32]


@dataclass(frozen=True)
class Taken:
    """`wait`: seconds until there would be enough, 0 where the tokens were taken. `left`: what each bucket holds."""

    wait: float
    left: tuple[float, ...]


class Buckets:
    """The buckets of one Valkey. `clock` gives the moment in seconds; without it Valkey's own clock counts, the same
    for all processes."""

    def __init__(self, client: Redis, clock: Callable[[], float] | None = None) -> None:
        self._script = client.register_script(SCRIPT)
        self._clock = clock
        self._resting_until = 0.0

    def take(self, buckets: Sequence[Bucket], cost: int = 1) -> Taken | None:
        """Take `cost` tokens from each; more than a bucket ever holds count as all it holds.

        None where Valkey doesn't answer: nobody is turned away for that, and the log says it once.
        """
        if time.monotonic() < self._resting_until:
            return None
        arguments: list[str | float] = [repr(self._clock()) if self._clock else "", cost]
        for bucket in buckets:
            arguments += [repr(bucket.rate.per_second), bucket.rate.burst]
        try:
            wait, *left = self._script(keys=[bucket.key for bucket in buckets], args=arguments)
        except (RedisError, OSError) as error:
            if not self._resting_until:
                logger.error("Valkey doesn't answer (%s): nothing is limited until it does", error)
            self._resting_until = time.monotonic() + REST
            return None
        if self._resting_until:
            logger.warning("Valkey answers again: limits hold")
            self._resting_until = 0.0
        return Taken(float(wait), tuple(float(tokens) for tokens in left))


def the_buckets() -> Buckets | None:
    """Those of this site; None where it has neither a cache nor a broker that speaks Redis's language."""
    url = store_url(settings.CACHE_URL, settings.BROKER_URL)
    return _buckets_at(url) if url else None


def store_url(cache_url: str, broker_url: str) -> str:
    """Where buckets are kept: beside the cache, else beside the broker's messages; "" for nowhere."""
    if cache_url:
        return cache_url
    if broker_url.startswith("redis+socket://"):
        return "unix://" + broker_url.removeprefix("redis+socket://")
    return broker_url if broker_url.startswith(("redis://", "rediss://")) else ""


@cache
def _buckets_at(url: str) -> Buckets:
    return Buckets(_client_at(url))


def _client_at(url: str) -> Redis:
    """A client that doesn't keep people waiting; one more try is for a connection that Valkey closed meanwhile."""
    once_more = Retry(NoBackoff(), 1)
    return Redis.from_url(
        url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=once_more, decode_responses=True
    )
