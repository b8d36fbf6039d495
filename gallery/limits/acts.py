"""What is counted, and how much of it is let through.

Read by config/settings.py, so nothing here needs Django's settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil

PROVEN = 4
"""A proven account (`gallery.post_ratings.trust`) has so many times the tokens of a new one."""
SHARED = 5
"""So many times the tokens of one account are there for all the unproven ones of a block of addresses together."""


class Act(StrEnum):
    """A class of things that somebody does."""

    READ = "read"
    SEARCH = "search"
    FILE = "file"
    LIGHT = "light"
    WRITE = "write"
    COMMENT = "comment"
    REPORT = "report"
    UPLOAD = "upload"
    VERIFY = "verify"
    GENERATE = "generate"
    SIGN_IN = "sign_in"
    MODERATE = "moderate"


@dataclass(frozen=True)
class Rate:
    """`burst` tokens at once; used up, they come back at `per_second` (fractions, too)."""

    per_second: float
    burst: int

    def times(self, factor: int) -> Rate:
        """As many times of both."""
        return replace(self, per_second=self.per_second * factor, burst=self.burst * factor)

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket is full again, rounded up."""
        return max(1, rounded_up(self.burst / self.per_second))


@dataclass(frozen=True)
class Limit:
    """`account`: of one account; `address`: of the visitors of one block of addresses; None: as often as they like.

    `shared`: unproven accounts that come from one block of addresses also have a bucket between them.
    """

    account: Rate | None
    address: Rate | None
    shared: bool = False


def a_minute(amount: float, burst: int) -> Rate:
    """`amount` tokens a minute."""
    return Rate(amount / 60, burst)


def an_hour(amount: float, burst: int) -> Rate:
    """`amount` tokens an hour."""
    return Rate(amount / 3600, burst)


DEFAULTS: dict[Act, Limit] = {
    # Pages. A block of addresses can be a school.
    Act.READ: Limit(a_minute(240, 120), a_minute(300, 150)),
    # Lists of posts, and everything for programs: work for the database.
    Act.SEARCH: Limit(a_minute(120, 60), a_minute(150, 75)),
    # Pictures: a page has sixty.
    Act.FILE: Limit(a_minute(3000, 1500), a_minute(3000, 1500)),
    # What scripts send while somebody types or waits: completions, drafts that save themselves, progress.
    Act.LIGHT: Limit(a_minute(600, 200), a_minute(600, 200)),
    # Votes, favourites, tags, edits, settings.
    Act.WRITE: Limit(a_minute(60, 30), a_minute(60, 30), shared=True),
    Act.COMMENT: Limit(a_minute(6, 5), a_minute(6, 5), shared=True),
    Act.REPORT: Limit(a_minute(5, 5), an_hour(20, 5), shared=True),
    # A token for each file; a set comes at once.
    Act.UPLOAD: Limit(a_minute(60, 120), a_minute(10, 5), shared=True),
    # A token for each file that a process has to look at.
    Act.VERIFY: Limit(an_hour(200, 100), an_hour(30, 15)),
    # Beside the queue's own bounds.
    Act.GENERATE: Limit(a_minute(30, 20), a_minute(10, 5), shared=True),
    # allauth counts each address and each name more closely.
    Act.SIGN_IN: Limit(a_minute(30, 15), a_minute(60, 30)),
    # Moderators do it as often as they like.
    Act.MODERATE: Limit(a_minute(60, 30), a_minute(60, 30)),
}


def rounded_up(seconds: float) -> int:
    """Whole seconds; what floats make of a whole number stays that number."""
    return ceil(seconds - 1e-6)
