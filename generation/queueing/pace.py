"""How long it will take: from the latest pictures of the same kind, and the place in the queue."""

import math
import statistics
from dataclasses import dataclass

from django.db.models import F

from generation.models import GenerationRequest, Job
from generation.models.queue import JobState
from generation.queueing.costs import cost_of
from generation.queueing.queue import positions

SAMPLE = 25


def estimate(request: GenerationRequest) -> float | None:
    """Seconds until the last picture of `request` should be ready; None when nothing comparable was drawn lately."""
    left = list(request.jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING]))
    if not left:
        return 0.0
    pace = pace_of(request.checkpoint_id, request.width, request.height, left[0].steps_total, left[0].cost)
    if pace is None:
        return None
    last = max(positions(job.pk for job in left).values(), default=0)
    if not last:
        return max(pace.seconds * (1 - job.step / max(1, job.steps_total)) for job in left)
    return pace.until(last)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast pictures of one kind come: seconds of one, how many are drawn together, whether any are right now."""

    seconds: float
    together: int
    under_way: bool

    def until(self, place: int) -> float:
        """Seconds until the picture at this place of the queue is ready; what is under way is half done on average."""
        return self.seconds * (math.ceil(place / self.together) + (0.5 if self.under_way else 0.0))


def pace_of(checkpoint_id: int, width: int, height: int, calls: int, cost: float | None = None) -> Pace | None:
    """From the latest pictures of the same model, size and denoiser calls, else from any of the model's.

    `cost`: megapixel-steps, where that is more than size times calls. None when there are none.
    """
    done = (
        Job.objects.filter(state=JobState.DONE, request__checkpoint=checkpoint_id, started_at__isnull=False, cost__gt=0)
        .order_by("-finished_at")
        .annotate(seconds=F("finished_at") - F("started_at"))
        .values_list("seconds", "max_batch", "cost")
    )
    same = done.filter(request__width=width, request__height=height, steps_total=calls)
    recent = list(same[:SAMPLE]) or list(done[:SAMPLE])
    if not recent:
        return None
    cost = cost_of(width, height, calls) if cost is None else cost
    return Pace(
        seconds=statistics.median(duration.total_seconds() / own * cost for duration, _, own in recent),
        together=max(1, round(statistics.median(batch for _, batch, _ in recent))),
        under_way=Job.objects.filter(state=JobState.RUNNING).exists(),
    )
