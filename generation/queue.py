"""Who is next: the least served user's oldest job.

A job costs its megapixel-steps, charged to its user's share when it is claimed. The next job is one of the waiting
user with the smallest share. Whoever joins while others wait starts at the smallest share among them (else an absence
would be saved-up credit); when nobody waits or runs, all shares return to nothing (else an old debt would last).
With F users waiting, someone who joins is therefore served after at most one job of each of the others.

A job whose worker died is tried again like any other, but its last attempt is made alone: a picture that kills its
worker then takes no other one with it, and a plain restart costs nobody the shared calls.
"""

import heapq
import math
import statistics
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from generation.models import GenerationRequest, Job, ServedShare
from generation.models.queue import JobState
from generation.notices import announce

CLAIM_LOCK = 4_907_001
STARVATION_SECONDS = 30
"""How long jobs for a model that is in memory may go before a fairer one whose model would have to be loaded."""
SAMPLE = 25

_NEXT = """
SELECT j.id, j.attempt FROM generation_job j
JOIN generation_generationrequest r ON r.id = j.request_id
LEFT JOIN generation_servedshare s ON s.user_id = j.user_id
WHERE j.state = 'queued' AND NOT r.checkpoint_id = ANY(%(excluded)s)
ORDER BY cardinality(%(resident)s::bigint[]) > 0 AND NOT r.checkpoint_id = ANY(%(resident)s)
         AND j.created_at > clock_timestamp() - make_interval(secs => %(patience)s),
         coalesce(s.cost, 0), j.id
LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_TAKE = """
UPDATE generation_job SET state = 'running', lease_owner = %(owner)s, fence = fence + 1, attempt = attempt + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s), started_at = clock_timestamp(), step = 0
WHERE id = %(job)s RETURNING user_id, cost, attempt
"""
_CHARGE = """
INSERT INTO generation_servedshare AS s (user_id, cost, updated_at) VALUES (%(user)s, %(cost)s, now())
ON CONFLICT (user_id) DO UPDATE SET cost = s.cost + excluded.cost, updated_at = now()
"""
_JOIN = """
INSERT INTO generation_servedshare AS s (user_id, cost, updated_at)
SELECT %(user)s, coalesce(min(o.cost), 0), now() FROM generation_servedshare o
WHERE o.user_id IN (SELECT user_id FROM generation_job WHERE state IN ('queued', 'running'))
ON CONFLICT (user_id) DO UPDATE SET cost = greatest(s.cost, excluded.cost), updated_at = now()
"""


def cost_of(width: int, height: int, denoiser_calls: int) -> float:
    """Megapixel-steps."""
    return width * height / 1e6 * denoiser_calls


def join(user_id: int) -> None:
    """Bring a user's share to where the queue is; call it before their jobs are added. Needs a transaction."""
    active = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    if active.filter(user_id=user_id).exists():
        return
    if not active.exists():
        ServedShare.objects.exclude(cost=0).update(cost=0)
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, {"user": user_id})


def claim(
    owner: str, limit: int, *, resident: Collection[int] = (), excluded: Collection[int] = (), running: int = 0
) -> list[Job]:
    """Lease up to `limit` waiting jobs to the worker `owner`, in fair order, and return them with request and model.

    `resident`: ids of checkpoints that the worker has in memory, which go first for at most `STARVATION_SECONDS`.
    `excluded`: ids of checkpoints it can't take now. `running`: how many jobs it draws already; a job on its last
    attempt comes only to a worker that draws nothing, and alone (`is_last_attempt` tells); until then nothing passes.
    """
    if limit < 1:
        return []
    ids: list[int] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # One claim at a time: each looks at the shares that the one before it has charged.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        for _ in range(limit):
            cursor.execute(
                _NEXT, {"excluded": list(excluded), "resident": list(resident), "patience": STARVATION_SECONDS}
            )
            row = cursor.fetchone()
            if row is None:
                break
            last_attempt = row[1] + 1 >= settings.JOB_MAX_ATTEMPTS
            if last_attempt and (ids or running):
                break
            cursor.execute(_TAKE, {"owner": owner, "lease": settings.JOB_LEASE_SECONDS, "job": row[0]})
            user_id, cost, attempt = cursor.fetchone()
            if attempt == 1:
                cursor.execute(_CHARGE, {"user": user_id, "cost": cost})
            ids.append(row[0])
            if last_attempt:
                break
        jobs = {job.pk: job for job in Job.objects.filter(pk__in=ids).select_related("request__checkpoint", "user")}
        for pk in ids:
            announce(jobs[pk], "running")
    return [jobs[pk] for pk in ids]


def is_last_attempt(job: Job) -> bool:
    """Whether a claimed job was lost so often that it is to be drawn alone."""
    return job.attempt >= settings.JOB_MAX_ATTEMPTS


def waiting_order() -> list[int]:
    """Ids of all waiting jobs in the order in which they will start, if nobody joins and every model is in memory."""
    queues: dict[int, deque[tuple[int, float]]] = defaultdict(deque)
    for pk, user_id, cost in (
        Job.objects.filter(state=JobState.QUEUED).order_by("id").values_list("id", "user_id", "cost")
    ):
        queues[user_id].append((pk, cost))
    shares = dict(ServedShare.objects.filter(user_id__in=queues).values_list("user_id", "cost"))
    heap = [(shares.get(user_id, 0.0), jobs[0][0], user_id) for user_id, jobs in queues.items()]
    heapq.heapify(heap)
    order: list[int] = []
    while heap:
        share, _, user_id = heapq.heappop(heap)
        pk, cost = queues[user_id].popleft()
        order.append(pk)
        if queues[user_id]:
            heapq.heappush(heap, (share + cost, queues[user_id][0][0], user_id))
    return order


def positions(job_ids: Iterable[int]) -> dict[int, int]:
    """Places in the queue (1 is next) of those of `job_ids` that wait."""
    wanted = set(job_ids)
    return {pk: place for place, pk in enumerate(waiting_order(), 1) if pk in wanted}


def position(job: Job) -> int:
    """The job's place in the queue: 1 is next, 0 if it doesn't wait."""
    return positions([job.pk]).get(job.pk, 0)


def estimate(request: GenerationRequest) -> float | None:
    """Seconds until the last picture of `request` should be ready; None when nothing comparable was drawn lately."""
    left = list(request.jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING]))
    if not left:
        return 0.0
    pace = pace_of(request.checkpoint_id, request.width, request.height, left[0].steps_total)
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


def pace_of(checkpoint_id: int, width: int, height: int, calls: int) -> Pace | None:
    """From the latest pictures of the same model, size and denoiser calls, else from any of the model's.

    None when there are none.
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
    cost = cost_of(width, height, calls)
    return Pace(
        seconds=statistics.median(duration.total_seconds() / own * cost for duration, _, own in recent),
        together=max(1, round(statistics.median(batch for _, batch, _ in recent))),
        under_way=Job.objects.filter(state=JobState.RUNNING).exists(),
    )
