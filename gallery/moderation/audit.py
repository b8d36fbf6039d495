"""The chain that the moderation log is: made by a trigger, verified here by other means.

The digest of a link is the SHA-256, in hexadecimal, of its number, the digest before it (nothing for the first), and
of the act its number, time (microseconds since 1970), actor, kind, post, person, reason and details (as PostgreSQL
prints jsonb). Each is written as a netstring in characters, `5:hello,`, so that no two acts are written alike.
Whoever can change the database as its owner can also write the whole chain anew: note `head` somewhere else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

_ROWS = """
SELECT link.number, link.digest, act.id, (extract(epoch FROM act.at) * 1000000)::bigint, act.actor_id, act.kind,
    act.post_id, act.subject_id, act.reason, act.details::text
FROM gallery_auditlink link FULL JOIN gallery_moderationaction act ON act.id = link.act_id
ORDER BY link.number NULLS LAST, act.id
"""
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Head:
    """The last link: how many there are, and the digest that stands for all of them."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True)
class Broken:
    """Where the chain does not hold. `what` is one of gap, digest, gone, loose, short and other_past; `number` is that
    of the link, or of the act where it has no link."""

    what: str
    number: int


def read_head(text: str) -> Head:
    """A head as it was noted. Raises ValueError for anything else."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return Head(int(found[1]), found[2])


def verify(noted: Head | None = None) -> tuple[Head, Broken | None]:
    """The chain's last good head, and the first place where it doesn't hold.

    `noted` is a head of before: the chain must be at least as long and go through it. All is read by one statement, so
    that acts of meanwhile disturb nothing.
    """
    head = Head(0, "")
    for number, digest, *act in _links():
        if number is None:
            return head, Broken("loose", act[0])
        if number != head.number + 1:
            return head, Broken("gap", head.number + 1)
        if act[0] is None:
            return head, Broken("gone", number)
        if digest != digest_of(number, head.digest, act):
            return head, Broken("digest", number)
        head = Head(number, digest)
        if noted and noted.number == number and noted.digest != digest:
            return head, Broken("other_past", number)
    if noted and noted.number > head.number:
        return head, Broken("short", noted.number)
    return head, None


def digest_of(number: int, before: str, act: Iterable[object]) -> str:
    """The digest of a link; `act` holds what the module says, in that order, None for what it lacks."""
    parts = [str(number), before, *("" if part is None else str(part) for part in act)]
    said = "".join(f"{len(part)}:{part}," for part in parts)
    return hashlib.sha256(said.encode()).hexdigest()


def _links() -> Iterator[tuple[Any, ...]]:
    # From the server in parts: a log of many years need not fit into memory.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        yield from cursor
