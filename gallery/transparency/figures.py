"""One year in numbers, counted by the database: plain dicts, ready for a cache and for JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from gallery.models import (
    Appeal,
    Case,
    LabelDispute,
    LabelVersion,
    LockedAway,
    ModerationAction,
    RatingVersion,
    RefusalCount,
    Statement,
    User,
    Voice,
)
from gallery.models.label import DisputeState
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind, CaseState, Outcome, StatementState
from gallery.ratings import Rating

SANCTIONS = (ModerationKind.STRIKE, ModerationKind.VOID, ModerationKind.BAN, ModerationKind.UNBAN)
MACHINES = (RatingKind.RULES, RatingKind.FLOOR, RatingKind.RATER)
SPOKEN = (CaseKind.REPORT, CaseKind.FLAG, CaseKind.RATING)
HOUR, DAY = 3600, 86400


class Median(Aggregate):
    """The middle value of an ordered set; of an even number the mean of the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def first_year() -> int:
    """The year in which the first account was made; this one where there is none."""
    first = User.objects.order_by("pk").values_list("date_joined", flat=True).first()
    return (first or timezone.now()).astimezone(UTC).year


def years(now: datetime) -> list[int]:
    """The years that can be told of, the newest first; the first of them isn't over."""
    return list(range(now.astimezone(UTC).year, first_year() - 1, -1))


def kept_figures(year: int, now: datetime) -> dict[str, Any]:
    """`count` out of the cache: an hour old at most, a day for a year that is over."""
    over = year < now.astimezone(UTC).year
    key = f"transparency.{year}.{'whole' if over else 'part'}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = count(year, now)
        cache.set(key, found, DAY if over else HOUR)
    return found


def count(year: int, now: datetime) -> dict[str, Any]:
    """Everything of one year, UTC; of the one that isn't over what there is until now."""
    begins, ends = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    within = (begins, min(ends, now.astimezone(UTC)))
    return {
        "year": year,
        "complete": ends <= now,
        "from": begins.date().isoformat(),
        "until": (within[1] if within[1] < ends else datetime(year, 12, 31, tzinfo=UTC)).date().isoformat(),
        "counted_at": now.astimezone(UTC).isoformat(timespec="minutes"),
        "notices": {kind.value: _notices(kind, within) for kind in SPOKEN},
        "decisions": _decisions(within),
        "restrictions": _restrictions(within),
        "appeals": _appeals(within),
        "sanctions": _by(ModerationAction.objects.filter(**_in(within, "at"), kind__in=SANCTIONS), "kind"),
        "refusals": _refusals(begins.date().year),
        "held_back": _by(LockedAway.objects.filter(**_in(within, "at")), "why"),
        "automated": _automated(within),
        "labels": _labels(within),
    }


Within = tuple[datetime, datetime]


def _in(within: Within, field: str) -> dict[str, datetime]:
    """The condition that a time lies in the year: its first moment does, that of the next one doesn't."""
    return {f"{field}__gte": within[0], f"{field}__lt": within[1]}


def _by(rows: QuerySet[Any], field: str) -> dict[str, int]:
    return dict(rows.order_by(field).values_list(field).annotate(number=Count("pk")))


def _notices(kind: CaseKind, within: Within) -> dict[str, Any]:
    """What people said: by whom, and on which rule. A report by a member and one by a visitor count alike."""
    said = Voice.objects.filter(**_in(within, "at"), case__kind=kind)
    by_visitor = Q(by__isnull=True)
    rows = (
        said.order_by("rule")
        .values_list("rule")
        .annotate(members=Count("pk", filter=~by_visitor), visitors=Count("pk", filter=by_visitor))
    )
    rules = {rule: {"members": members, "visitors": visitors} for rule, members, visitors in rows}
    return {
        "members": sum(one["members"] for one in rules.values()),
        "visitors": sum(one["visitors"] for one in rules.values()),
        "rules": rules,
    }


def _decisions(within: Within) -> dict[str, Any]:
    opened = _by(Case.objects.filter(**_in(within, "opened_at")), "kind")
    decided = Case.objects.filter(state=CaseState.DECIDED, **_in(within, "decided_at"))
    took = F("decided_at") - F("opened_at")
    times = {
        kind: (number, middle)
        for kind, number, middle in decided.order_by("kind")
        .values_list("kind")
        .annotate(number=Count("pk"), middle=Median(took))
    }
    outcomes: dict[str, dict[str, int]] = {}
    for kind, outcome, number in (
        decided.order_by("kind", "outcome").values_list("kind", "outcome").annotate(number=Count("pk"))
    ):
        outcomes.setdefault(kind, {})[outcome] = number
    return {
        kind.value: {
            "opened": opened.get(kind.value, 0),
            "decided": times.get(kind.value, (0, None))[0],
            "median_hours": _hours(times.get(kind.value, (0, None))[1]),
            "outcomes": outcomes.get(kind.value, {}),
        }
        for kind in CaseKind
    }


def _restrictions(within: Within) -> dict[str, Any]:
    """Statements of reasons: what was taken, on which rule, how it came to light, whether a machine decided."""
    made = Statement.objects.filter(**_in(within, "at"))
    rows = made.order_by("restriction", "rule").values_list("restriction", "rule").annotate(number=Count("pk"))
    rules: dict[str, dict[str, int]] = {}
    for restriction, rule, number in rows:
        rules.setdefault(restriction, {})[rule] = number
    return {
        "total": sum(sum(one.values()) for one in rules.values()),
        "rules": rules,
        "detection": _by(made, "detection"),
        "automated": made.filter(automated=True).count(),
    }


def _appeals(within: Within) -> dict[str, Any]:
    decided = Case.objects.filter(kind=CaseKind.APPEAL, state=CaseState.DECIDED, **_in(within, "decided_at"))
    sums = decided.aggregate(
        overturned=Count("pk", filter=Q(outcome=Outcome.OVERTURNED)),
        upheld=Count("pk", filter=Q(outcome=Outcome.UPHELD)),
        middle=Median(F("decided_at") - F("opened_at")),
    )
    return {
        "received": Appeal.objects.filter(**_in(within, "at")).count(),
        "overturned": sums["overturned"],
        "upheld": sums["upheld"],
        "median_hours": _hours(sums["middle"]),
    }


def _refusals(year: int) -> dict[str, int]:
    rows = RefusalCount.objects.filter(day__year=year).order_by("rule").values_list("rule")
    return dict(rows.annotate(sum=Sum("number")))


def _automated(within: Within) -> dict[str, Any]:
    """What machines did, and in how much of it people found them wrong."""
    checked = Case.objects.filter(kind=CaseKind.SCAN, state=CaseState.DECIDED, **_in(within, "decided_at"))
    made = Statement.objects.filter(**_in(within, "at"))
    overturned = Q(state=StatementState.OVERTURNED)
    by_machine, noticed = Q(automated=True), Q(detection="automated", automated=False)
    return {
        "doubts": checked.aggregate(decided=Count("pk"), left=Count("pk", filter=Q(outcome=Outcome.KEPT))),
        "noticed": made.filter(noticed).aggregate(made=Count("pk"), overturned=Count("pk", filter=overturned)),
        "decided": made.filter(by_machine).aggregate(made=Count("pk"), overturned=Count("pk", filter=overturned)),
        "ratings": _ratings(within),
    }


def _ratings(within: Within) -> dict[str, dict[str, int]]:
    """By each machine that moves ratings: how often it did, and how often a moderator's word came next that was less
    strict."""
    moved = RatingVersion.objects.filter(**_in(within, "at"), kind__in=MACHINES)
    following = RatingVersion.objects.filter(
        post=OuterRef("post"), number=OuterRef("number") + 1, kind=RatingKind.MODERATOR
    )
    rows = (
        moved.annotate(then=Subquery(following.values("rating")))
        .order_by("kind")
        .values_list("kind", "rating", "then")
        .annotate(number=Count("pk"))
    )
    found = {kind.value: {"moved": 0, "lowered": 0} for kind in MACHINES}
    for kind, rating, then, number in rows:
        found[kind]["moved"] += number
        if then is not None and Rating(then).strength < Rating(rating).strength:
            found[kind]["lowered"] += number
    return found


def _labels(within: Within) -> dict[str, Any]:
    disputes = LabelDispute.objects.filter(**_in(within, "decided_at"))
    return {
        "changed": _by(LabelVersion.objects.filter(**_in(within, "at"), number__gt=1), "evidence"),
        "disputes": {
            "raised": LabelDispute.objects.filter(**_in(within, "at")).count(),
            **{state: number for state, number in _by(disputes, "state").items() if state != DisputeState.WITHDRAWN},
        },
    }


def _hours(took: timedelta | None) -> float | None:
    return None if took is None else round(took.total_seconds() / HOUR, 1)
