"""What came of an import, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from gallery.errors import UserFacingError
from gallery.sentences import MESSAGES
from generation.models import AccountImport, BroughtTake
from generation.models.account_import import Brought

SHOWN = 100


@dataclass(frozen=True)
class LeftOut:
    """A reason, the takes that it kept away (their numbers there, the first hundred), and how many those are."""

    sentence: str
    numbers: list[str]
    count: int


@dataclass(frozen=True)
class Report:
    """`came` takes are new here, `known` were here before."""

    came: int
    known: int
    left_out: list[LeftOut]
    notes: list[str]

    @property
    def missing(self) -> int:
        """How many stayed away."""
        return sum(one.count for one in self.left_out)


def report_of(run: AccountImport) -> Report:
    """The report of an import, as far as it is."""
    rows = BroughtTake.objects.filter(run=run)
    found: dict[str, int] = dict(rows.values_list("outcome").annotate(Count("pk")))
    reasons: dict[str, list[str]] = {}
    for key, reason in rows.filter(outcome=Brought.LEFT_OUT).order_by("pk").values_list("key", "reason").iterator():
        reasons.setdefault(sentence_of(reason), []).append(_shown(key))
    left_out = [LeftOut(sentence, numbers[:SHOWN], len(numbers)) for sentence, numbers in reasons.items()]
    return Report(
        found.get(Brought.CAME, 0), found.get(Brought.KNOWN, 0), left_out, [sentence_of(one) for one in run.notes]
    )


def sentence_of(said: Any) -> str:
    """The sentence of what was kept as code and params; one that is no more is the general one."""
    try:
        return UserFacingError(said["code"], **said["params"]).message
    except (TypeError, KeyError, ValueError):
        return str(MESSAGES["bring_failed"])


def _shown(key: str) -> str:
    """`t12@…` is take 12 there, `p5@…` post 5: written with a number sign, as nothing here goes by it."""
    return f"#{key[1:].partition('@')[0]}"
