"""Numbers by day or week, grouped by the database: plain lists that can be kept in a cache."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from gallery.dashboard.periods import Period
from gallery.models import ModerationAction, Post, RefusalCount, User, Voice
from gallery.models.moderation import ModerationKind

SECONDS = 60
ACTS = (ModerationKind.REMOVE, ModerationKind.RERATE, ModerationKind.RESTORE, ModerationKind.QUARANTINE)
RULES_SHOWN = 5
OTHERS = "\x00others"

Numbers = dict[str, list[int]]
"""A number for each column, under the word that the rows are told apart by."""


def kept_numbers(period: Period) -> dict[str, Any]:
    """`numbers` out of the cache, a minute old at most; `at` says of when they are."""
    key = f"dashboard.{period.days}.{period.today}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = numbers(period)
        cache.set(key, found, SECONDS)
    return found


def numbers(period: Period) -> dict[str, Any]:
    """Of each chart its columns."""
    begins = period.begins
    return {
        "at": datetime.now(UTC),
        "said": _by_day(period, Voice.objects.filter(at__gte=begins), "at", "case__kind"),
        "acts": _by_day(period, ModerationAction.objects.filter(at__gte=begins, kind__in=ACTS), "at", "kind"),
        "refusals": _frequent(_refusals(period)),
        "posts": _by_day(period, Post.objects.filter(created_at__gte=begins), "created_at", "rating"),
        "sign_ups": _by_day(period, User.objects.filter(date_joined__gte=begins), "date_joined", None),
    }


def _by_day(period: Period, rows: QuerySet[Any], at: str, word: str | None) -> Numbers:
    grouped = rows.annotate(day=TruncDate(at, tzinfo=UTC)).order_by()
    counted = grouped.values_list("day", *([word] if word else [])).annotate(number=Count("pk"))
    return _columns(period, ((row[0], row[1] if word else "", row[-1]) for row in counted))


def _refusals(period: Period) -> Numbers:
    rows = RefusalCount.objects.filter(day__gte=period.first).values_list("day", "rule").annotate(sum=Sum("number"))
    return _columns(period, rows.order_by())


def _columns(period: Period, rows: Any) -> Numbers:
    made: Numbers = {}
    for day, word, number in rows:
        column = period.place(day)
        # What came after this was begun isn't part of it.
        if 0 <= column < period.columns:
            made.setdefault(word, [0] * period.columns)[column] += number
    return made


def _frequent(counted: Numbers) -> Numbers:
    """The most frequent ones by themselves, the rest as one."""
    names = sorted(counted, key=lambda name: (-sum(counted[name]), name))
    made = {name: counted[name] for name in names[:RULES_SHOWN]}
    if rest := names[RULES_SHOWN:]:
        made[OTHERS] = [sum(column) for column in zip(*(counted[name] for name in rest), strict=True)]
    return made
