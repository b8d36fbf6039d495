"""Whose buckets a request takes from, and how many tokens."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import ngettext
from redis import RedisError

from gallery.accounts.addresses import address_of, block_of, is_public
from gallery.errors import TooOften
from gallery.limits.acts import PROVEN, SHARED, Act, Limit, rounded_up
from gallery.limits.buckets import Bucket, the_buckets
from gallery.models import User
from gallery.post_ratings.trust import is_trusted

PROVEN_FOR = 600
"""Seconds that it is remembered whether an account is proven; finding out takes several queries."""
# What visitors may do as often as they like where their address is a proxy's or a neighbour's of the house: one who
# reads much must not close the site for all.
_ONLY_LOOKING = frozenset({Act.READ, Act.SEARCH, Act.FILE, Act.LIGHT})


@dataclass(frozen=True)
class Answer:
    """What came of it, for the headers: `name` is the bucket's, `left` its tokens, `burst` all it holds, `window` the
    seconds in which it fills, `full_in` those until it is full, `wait` those until there is enough (0: it was)."""

    name: str
    burst: int
    window: int
    left: int
    full_in: int
    wait: int


def spend(request: HttpRequest, act: Act, cost: int = 1) -> None:
    """Take `cost` tokens from the buckets of who asks, from all or none.

    What came of it is remembered in the request, for the headers. Raises `TooOften` where there are not enough.
    """
    answer = _asked(request, act, cost) if cost else None
    if answer is None:
        return
    request.limit_answer = answer  # type: ignore[attr-defined]
    if answer.wait:
        raise TooOften("too_often", answer.wait, wait=in_words(answer.wait))


def in_words(seconds: int) -> str:
    """So many seconds, from two minutes on as minutes, in the reader's language."""
    if seconds < 120:
        return ngettext("%(counter)d second", "%(counter)d seconds", seconds) % {"counter": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(counter)d minute", "%(counter)d minutes", minutes) % {"counter": minutes}


def is_proven(person: User) -> bool:
    """Whether the account has proven itself, as it was at most ten minutes ago."""
    key = f"limits:proven:{person.pk}"
    try:
        known = cache.get(key)
        if known is None:
            known = is_trusted(person)
            cache.set(key, known, timeout=PROVEN_FOR)
    except RedisError:
        return is_trusted(person)
    return bool(known)


def _asked(request: HttpRequest, act: Act, cost: int) -> Answer | None:
    limit = settings.RATE_LIMITS.get(act)
    store = the_buckets() if limit else None
    if limit is None or store is None:
        return None
    named = _buckets_of(request, act, limit)
    taken = store.take([bucket for _name, bucket in named], cost) if named else None
    if taken is None:
        return None
    # The one that lets through the least: of one's own where both do.
    answers = []
    for (name, bucket), left in zip(named, taken.left, strict=True):
        rate = bucket.rate
        missing = min(cost, rate.burst) - left if taken.wait else 0.0
        answers.append(
            Answer(
                name=name,
                burst=rate.burst,
                window=rate.window,
                left=int(left + 1e-6),
                full_in=rounded_up((rate.burst - left) / rate.per_second),
                wait=max(1, rounded_up(missing / rate.per_second)) if missing > 1e-6 else 0,
            )
        )
    return max(answers, key=lambda answer: answer.wait)


def _buckets_of(request: HttpRequest, act: Act, limit: Limit) -> list[tuple[str, Bucket]]:
    """Each with the name that headers call it by; none where nothing is counted."""
    user, address = request.user, address_of(request)
    if not isinstance(user, User):
        if limit.address is None or (act in _ONLY_LOOKING and not is_public(address)):
            return []
        return [(act.value, Bucket(f"{act} visitors of {block_of(address)}", limit.address))]
    if limit.account is None or (act == Act.MODERATE and user.is_moderator):
        return []
    if is_proven(user):
        return [(act.value, Bucket(f"{act} account {user.pk}", limit.account.times(PROVEN)))]
    own = (act.value, Bucket(f"{act} account {user.pk}", limit.account))
    if not limit.shared:
        return [own]
    block = Bucket(f"{act} accounts of {block_of(address)}", limit.account.times(SHARED))
    return [own, (f"{act}-network", block)]
