"""How long a request would take that nobody has sent yet: the time on the big button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.models import Checkpoint, Job
from generation.models.queue import JobState
from generation.queueing.pace import pace_of
from generation.queueing.standstill import standstill
from generation.queueing.workload import workload


def forecast(checkpoint: Checkpoint, values: Mapping[str, Any], count: int) -> float | None:
    """Seconds until the last of `count` pictures with these columns of a request should be ready; None where nothing
    can be said: while nothing is drawn or without anything to compare with.

    Of the pictures that wait already, fairness lets at most as many go first for each other member as this request
    has.
    """
    if standstill(checkpoint):
        return None
    work = workload(values, checkpoint)
    pace = pace_of(checkpoint.pk, values["width"], values["height"], work.calls, work.cost)
    if pace is None:
        return None
    waiting = Job.objects.filter(state=JobState.QUEUED)
    ahead = min(waiting.count(), count * waiting.values("user_id").distinct().count())
    return pace.until(ahead + count)
