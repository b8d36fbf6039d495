"""Whom rules refused, and how often within a month: for moderators, who look at people and not at single words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Count, Max, Q
from django.utils import timezone

from gallery.models import Refusal, User
from gallery.refusals.judging import Hit, Refused

P = ParamSpec("P")
R = TypeVar("R")

WINDOW = timedelta(days=30)
MOST_SHOWN = 50


@dataclass(frozen=True)
class Count30:
    """How often somebody was refused within the window; `fixed`: how often by the rule in code."""

    person: User
    refusals: int
    fixed: int
    last: datetime


def note(person: User, hit: Hit) -> None:
    """Remember that a rule refused something of this person's."""
    words = [word[:200] for word in hit.words[:20]]
    refusal = Refusal.objects.create(person=person, rule=hit.name, words=words)
    _add(refusal.at.astimezone(UTC).date(), hit.name)


def counting(act: Callable[Concatenate[User, P], R]) -> Callable[Concatenate[User, P], R]:
    """Around an act of a person, its first argument, that may raise `Refused`: outside its transaction, which is rolled
    back by then. Of several around each other the outermost one remains."""

    @wraps(act)
    def counted(person: User, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(person, *args, **kwargs)
        except Refused as refusal:
            note(person, refusal.hit)
            raise

    return counted


def refused_lately() -> list[Count30]:
    """Who was refused within the window, the most often first."""
    since = timezone.now() - WINDOW
    rows = (
        Refusal.objects.filter(at__gt=since)
        .values("person")
        .annotate(refusals=Count("pk"), fixed=Count("pk", filter=Q(rule="")), last=Max("at"))
        .order_by("-fixed", "-refusals", "person")[:MOST_SHOWN]
    )
    people = User.objects.in_bulk([row["person"] for row in rows])
    return [Count30(people[row["person"]], row["refusals"], row["fixed"], row["last"]) for row in rows]


def _add(day: date, rule: str) -> None:
    """One more to the number of that day, which stays when the refusal is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gallery_refusalcount (day, rule, number) VALUES (%s, %s, 1)"
            " ON CONFLICT (day, rule) DO UPDATE SET number = gallery_refusalcount.number + 1",
            [day, rule],
        )


def drop_old_refusals(now: datetime) -> int:
    """Forget what lies behind the window; returns how many."""
    return Refusal.objects.filter(at__lte=now - WINDOW).delete()[0]
