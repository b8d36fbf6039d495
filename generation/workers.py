"""Who draws: the workers' signs of life."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from generation.models import WorkerStatus

ONLINE_SECONDS = 20
"""A worker reports every five seconds; one that missed four reports is taken for gone."""
FORGET = timedelta(hours=1)


def _recent() -> Q:
    return Q(seen_at__gte=Now() - timedelta(seconds=ONLINE_SECONDS))


def online() -> bool:
    """Whether at least one worker is alive."""
    return WorkerStatus.objects.filter(_recent()).exists()


def report(name: str, device: str, resident: Iterable[str] = ()) -> None:
    """Write a worker's sign of life. `resident`: slugs of the models it holds in memory."""
    WorkerStatus.objects.update_or_create(
        name=name, defaults={"device": device, "seen_at": Now(), "resident": list(resident)}
    )


def sign_off(name: str) -> None:
    """A worker that stops in order says so, so that the page needn't wait to notice."""
    WorkerStatus.objects.filter(name=name).delete()


def forget_silent() -> int:
    """Remove the rows of workers that were not heard of for an hour; returns how many."""
    return WorkerStatus.objects.filter(seen_at__lt=Now() - FORGET).delete()[0]
