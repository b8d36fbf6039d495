"""How long a request would take that nobody has sent yet: the time on the big button."""

from __future__ import annotations

import math
import statistics

from django.db.models import F

from generation import workers
from generation.engine.sampler_names import denoiser_calls
from generation.models import Checkpoint, Job
from generation.models.queue import JobState
from generation.queue import cost_of

SAMPLE = 25


def forecast(
    checkpoint: Checkpoint, width: int, height: int, steps: int, count: int, sampler: str = ""
) -> float | None:
    """Seconds until the last of `count` pictures should be ready; None without a worker or anything to compare with.

    From the model's recent pictures: their time for a megapixel-step, and how many were drawn together. Of the
    pictures that wait already, fairness lets at most as many go first for each other member as this request has.
    """
    if not workers.online():
        return None
    recent = list(
        Job.objects.filter(state=JobState.DONE, request__checkpoint=checkpoint, started_at__isnull=False, cost__gt=0)
        .order_by("-finished_at")
        .annotate(seconds=F("finished_at") - F("started_at"))
        .values_list("seconds", "cost", "max_batch")[:SAMPLE]
    )
    if not recent:
        return None
    per_cost = statistics.median(seconds.total_seconds() / cost for seconds, cost, _ in recent)
    together = max(1, round(statistics.median(batch for *_, batch in recent)))
    one = per_cost * cost_of(width, height, denoiser_calls(sampler or checkpoint.default_sampler, steps))
    waiting = Job.objects.filter(state=JobState.QUEUED)
    ahead = min(waiting.count(), count * waiting.values("user_id").distinct().count())
    return one * math.ceil((ahead + count) / together)
