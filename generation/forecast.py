"""How long a request would take that nobody has sent yet: the time on the big button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation import queue, workers
from generation.models import Checkpoint, Job
from generation.models.queue import JobState
from generation.workload import workload


def forecast(checkpoint: Checkpoint, values: Mapping[str, Any], count: int) -> float | None:
    """Seconds until the last of `count` pictures with these columns of a request should be ready; None where nothing
    can be said: without a worker or anything to compare with.

    Of the pictures that wait already, fairness lets at most as many go first for each other member as this request
    has.
    """
    if not workers.online():
        return None
    work = workload(values, checkpoint)
    width, height = values["width"], values["height"]
    pace = queue.pace_of(checkpoint.pk, width, height, work.calls)
    if pace is None:
        return None
    # A second pass is drawn at another size than the first.
    pace = replace(pace, seconds=pace.seconds * work.cost / queue.cost_of(width, height, work.calls))
    waiting = Job.objects.filter(state=JobState.QUEUED)
    ahead = min(waiting.count(), count * waiting.values("user_id").distinct().count())
    return pace.until(ahead + count)
