"""How long open cases have waited, by kind: bands of age, the oldest, and how many are late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy

from gallery.models.review import CaseKind
from gallery.moderation.cases import waiting
from gallery.moderation.service_level import late_before, service_level

BANDS = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7), None)
BAND_WORDS = (
    gettext_lazy("up to 1 hour"),
    gettext_lazy("up to 1 day"),
    gettext_lazy("up to 3 days"),
    gettext_lazy("up to 7 days"),
    gettext_lazy("longer"),
)


@dataclass(frozen=True)
class Part:
    """Cases of one band in the bar of their kind, from `x` on, of a hundred."""

    band: int
    words: str
    number: int
    x: float
    width: float


@dataclass(frozen=True)
class KindAge:
    """One kind. `late`: how many have waited longer than the site promises, `level`."""

    kind: str
    label: str
    number: int
    late: int
    oldest: datetime
    level: timedelta
    parts: list[Part]

    @property
    def hours(self) -> int:
        """The level in whole hours."""
        return int(self.level.total_seconds() // 3600)


def queue_ages(now: datetime) -> list[KindAge]:
    """The kinds of which something waits, in the order of `CaseKind`; bars are drawn to the length of the longest."""
    found: Iterable[Any] = waiting().order_by().values("kind").annotate(**_sums(now))
    rows = {row["kind"]: row for row in found}
    most = max((row["number"] for row in rows.values()), default=0)
    return [_kind(kind, rows[kind.value], most) for kind in CaseKind if kind.value in rows]


def _sums(now: datetime) -> dict[str, Count | Min]:
    """For each band how many opened in it, and beside them how many are late."""
    sums: dict[str, Count | Min] = {"number": Count("pk"), "oldest": Min("opened_at")}
    newer: timedelta | None = None
    for place, older in enumerate(BANDS):
        within = Q() if newer is None else Q(opened_at__lte=now - newer)
        within &= Q() if older is None else Q(opened_at__gt=now - older)
        sums[f"band{place}"] = Count("pk", filter=within)
        newer = older
    return sums | {"late": Count("pk", filter=Q(opened_at__lt=late_before(now)))}


def _kind(kind: CaseKind, row: dict[str, Any], most: int) -> KindAge:
    cells = [row[f"band{place}"] for place in range(len(BANDS))]
    parts, x = [], 0.0
    for place, number in enumerate(cells):
        if number:
            width = 100 * number / most
            parts.append(Part(place, str(BAND_WORDS[place]), number, round(x, 2), round(width, 2)))
            x += width
    return KindAge(kind.value, str(kind.label), row["number"], row["late"], row["oldest"], service_level(), parts)
