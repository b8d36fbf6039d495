"""How an operator writes other limits: `write=120/min,burst=40; comment=off; read@address=600/min`."""

from __future__ import annotations

import re
from dataclasses import replace

from django.core.exceptions import ImproperlyConfigured

from gallery.limits.acts import DEFAULTS, Act, Limit, Rate

UNITS = {"s": 1, "sec": 1, "min": 60, "hour": 3600, "day": 86400}
MOST = 1_000_000
_RATE = re.compile(rf"(\d{{1,7}})/({'|'.join(UNITS)})(?:,burst=(\d{{1,7}}))?")


def limits_from(text: str, name: str = "IRODORI_RATE_LIMITS") -> dict[Act, Limit]:
    """The table with what `text` changes; empty where it says "off". Raises `ImproperlyConfigured` for nonsense.

    Parts are separated by `;`. `act=` is the rate of an account, `act@address=` that of the visitors of a block of
    addresses: `amount/unit`, `burst` (without it as many at once as the amount), or "off" for no limit.
    """
    if text.strip().lower() == "off":
        return {}
    table = dict(DEFAULTS)
    for part in filter(None, (part.strip() for part in text.split(";"))):
        key, _sign, value = ("".join(part.split())).partition("=")
        act, at, whom = key.partition("@")
        if act not in list(Act) or (at and whom != "address"):
            raise ImproperlyConfigured(
                f"{name} has {part!r}; begin with one of {', '.join(Act)}, with @address behind it for visitors."
            )
        rate = _rate(value, part, name)
        changed = {"address": rate} if at else {"account": rate}
        table[Act(act)] = replace(table[Act(act)], **changed)  # type: ignore[arg-type]
    return table


def _rate(value: str, part: str, name: str) -> Rate | None:
    if value.lower() == "off":
        return None
    found = _RATE.fullmatch(value)
    amount = int(found[1]) if found else 0
    burst = int(found[3]) if found and found[3] else amount
    if not found or not 1 <= amount <= MOST or not 1 <= burst <= MOST:
        raise ImproperlyConfigured(
            f"{name} has {part!r}; write such as write=60/min,burst=20, or off. Units: {', '.join(UNITS)}."
        )
    return Rate(amount / UNITS[found[2]], burst)
