"""Whom rules refused, and how often within a month: for moderators, who look at people and not at single words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

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
    Refusal.objects.create(person=person, rule=hit.name, words=words)


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


def drop_old_refusals(now: datetime) -> int:
    """Forget what lies behind the window; returns how many."""
    return Refusal.objects.filter(at__lte=now - WINDOW).delete()[0]
