"""How long a request would take that nobody has sent yet: the time on the big button."""

from __future__ import annotations

from generation.engine.sampler_names import denoiser_calls
from generation.models import Checkpoint, Job
from generation.models.queue import JobState
from generation.pace import pace_of
from generation.standstill import standstill


def forecast(
    checkpoint: Checkpoint, width: int, height: int, steps: int, count: int, sampler: str = ""
) -> float | None:
    """Seconds until the last of `count` pictures should be ready; None where nothing can be said: while
    nothing is drawn or without anything to compare with, and for what is beyond the model's limits.

    Of the pictures that wait already, fairness lets at most as many go first for each other member as this request
    has.
    """
    sides = range(checkpoint.min_side, checkpoint.max_side + 1)
    if width not in sides or height not in sides or not 1 <= steps <= checkpoint.max_steps or standstill(checkpoint):
        return None
    pace = pace_of(checkpoint.pk, width, height, denoiser_calls(sampler or checkpoint.default_sampler, steps))
    if pace is None:
        return None
    waiting = Job.objects.filter(state=JobState.QUEUED)
    ahead = min(waiting.count(), count * waiting.values("user_id").distinct().count())
    return pace.until(ahead + count)
