"""Who is next: whoever is due, else the least served user; of theirs the oldest job (`shares` has why).

A higher priority goes before all that, and a model that is in memory before one that would have to be loaded, for a
while: until its user is due, or has waited for `STARVATION_SECONDS`.

A job whose worker died is tried again like any other, but its last attempt is made alone: a picture that kills its
worker then takes no other one with it, and a plain restart costs nobody the shared calls.

What an image server draws keeps no device busy and kills no worker: it has room of its own beside the others, and
neither waits to be alone nor makes others wait.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from generation.models import Job, ServedShare
from generation.models.queue import JobState
from generation.queueing import shares
from generation.queueing.devices import ANY_CLASS
from generation.queueing.notices import announce

CLAIM_LOCK = 4_907_001
STARVATION_SECONDS = 30
"""How long jobs for a model that is in memory may go before a fairer one whose model would have to be loaded."""
STARTER_PRIORITY = -1
"""A new site's own first pictures make nobody wait."""

_OPEN = """
SELECT NOT EXISTS (SELECT FROM generation_queueorder WHERE "order" <> 'work')
   AND NOT EXISTS (SELECT FROM generation_workerstatus WHERE name = %(owner)s AND "order" <> 'work')
"""
_NEXT = """
WITH k AS (
  SELECT coalesce((SELECT started FROM generation_queueclock), 0) AS started,
         (SELECT count(DISTINCT user_id) FROM generation_job WHERE state = 'queued') AS users
)
SELECT j.id, j.attempt, k.users, c.endpoint <> ''
FROM generation_job j
JOIN generation_generationrequest r ON r.id = j.request_id
JOIN generation_checkpoint c ON c.id = r.checkpoint_id
CROSS JOIN k
LEFT JOIN generation_servedshare s ON s.user_id = j.user_id
WHERE j.state = 'queued' AND NOT r.checkpoint_id = ANY(%(excluded)s)
  AND (%(class)s = 'any' OR c.device_class IN ('any', %(class)s)) AND (%(class)s <> 'remote' OR c.endpoint <> '')
  AND CASE WHEN c.endpoint = '' THEN %(local)s ELSE %(remote)s END
  AND (j.attempt + 1 < %(attempts)s OR NOT CASE WHEN c.endpoint = '' THEN %(last_remote)s ELSE %(alone)s END)
ORDER BY j.priority DESC,
         CASE WHEN s.due_at <= k.started THEN s.due_at END NULLS LAST,
         cardinality(%(resident)s::bigint[]) > 0 AND NOT r.checkpoint_id = ANY(%(resident)s)
         AND greatest(j.created_at, s.updated_at) > clock_timestamp() - make_interval(secs => %(patience)s),
         coalesce(s.cost, 0), j.id
LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_TAKE = """
UPDATE generation_job SET state = 'running', lease_owner = %(owner)s, fence = fence + 1, attempt = attempt + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s), started_at = clock_timestamp(), step = 0
WHERE id = %(job)s
RETURNING user_id, (SELECT role FROM gallery_user u WHERE u.id = user_id), cost, attempt,
          (SELECT count(*) - 1 FROM generation_job o WHERE o.user_id = generation_job.user_id AND o.state = 'queued')
"""


def claim(
    owner: str,
    limit: int,
    *,
    remote_limit: int | None = None,
    resident: Collection[int] = (),
    excluded: Collection[int] = (),
    running: int = 0,
    alone: bool = False,
    last_remote: bool = False,
    device_class: str = ANY_CLASS,
) -> list[Job]:
    """Lease waiting jobs to the worker `owner`, in fair order, and return them with request and model.

    `limit`: at most so many. `remote_limit`: at most so many that image servers draw, beside up to `limit` others;
    without it, they are among the `limit`.
    `resident`: ids of checkpoints that the worker has in memory, which go first for a while. `excluded`: ids of
    checkpoints it can't take now. `device_class`: only models that any worker draws, or one of this class; "any" takes
    all. `running`: how many jobs it draws itself already; a job that `is_drawn_alone` comes only to a worker that
    draws nothing, and as the only one; until then nothing passes but what image servers draw. `alone`: it draws such
    a job now; `last_remote`: an image server draws one for it whose attempt is the last. Those two are kept apart, or
    the one that kills its worker would fail the other for good. Nothing is leased to a worker that an operator stopped,
    or while the whole queue is.
    """
    room = _Room(limit, remote_limit)
    if not room.local and not room.remote:
        return []
    ids: list[int] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # One claim at a time: each looks at the shares that the one before it has charged.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        cursor.execute(_OPEN, {"owner": owner})
        if not cursor.fetchone()[0]:
            return []
        wanted: dict[str, Any] = {
            "excluded": list(excluded),
            "resident": list(resident),
            "patience": STARVATION_SECONDS,
            "class": device_class,
            "attempts": settings.JOB_MAX_ATTEMPTS,
        }
        while room.local or room.remote:
            apart = {"alone": alone, "last_remote": last_remote}
            cursor.execute(_NEXT, wanted | apart | {"local": room.local > 0, "remote": room.remote > 0})
            row = cursor.fetchone()
            if row is None:
                break
            job_id, attempts, users, is_remote = row
            is_last = attempts + 1 >= settings.JOB_MAX_ATTEMPTS
            if is_last and not is_remote and running:
                room.close()
                continue
            cursor.execute(_TAKE, {"owner": owner, "lease": settings.JOB_LEASE_SECONDS, "job": job_id})
            user_id, role, cost, attempt, waiting = cursor.fetchone()
            shares.charge(user_id, role, cost, users=users, waiting=waiting, again=attempt > 1)
            ids.append(job_id)
            room.take(is_remote)
            running += not is_remote
            if is_last and not is_remote:
                alone = True
                room.close()
            last_remote = last_remote or (is_last and is_remote)
        jobs = {job.pk: job for job in Job.objects.filter(pk__in=ids).select_related("request__checkpoint", "user")}
        for pk in ids:
            announce(jobs[pk], "running")
    return [jobs[pk] for pk in ids]


class _Room:
    """How many more jobs a worker takes of what it draws itself, and of what image servers draw."""

    def __init__(self, limit: int, remote_limit: int | None) -> None:
        self.local = max(0, limit)
        self.remote = self.local if remote_limit is None else max(0, remote_limit)
        self._shared = remote_limit is None

    def take(self, is_remote: bool) -> None:
        """One was taken."""
        if self._shared or is_remote:
            self.remote -= 1
        if self._shared or not is_remote:
            self.local = max(0, self.local - 1)

    def close(self) -> None:
        """Nothing more that the worker draws itself."""
        self.local = 0


def is_drawn_alone(job: Job) -> bool:
    """Whether a claimed job was lost so often that nothing else is to be drawn by its worker, other than remotely."""
    return job.attempt >= settings.JOB_MAX_ATTEMPTS and not job.request.checkpoint.endpoint


def is_last_remote(job: Job) -> bool:
    """Whether an image server draws a claimed job that was lost so often that it isn't tried again."""
    return job.attempt >= settings.JOB_MAX_ATTEMPTS and bool(job.request.checkpoint.endpoint)


def waiting_order() -> list[int]:
    """Ids of all waiting jobs in the order in which they will start, if nobody joins and every model is in memory."""
    levels: dict[int, dict[int, deque[tuple[int, float, bool]]]] = defaultdict(lambda: defaultdict(deque))
    waiting = Job.objects.filter(state=JobState.QUEUED).order_by("id")
    left: dict[int, int] = defaultdict(int)
    roles: dict[int, str] = {}
    for pk, user_id, cost, priority, attempt, role in waiting.values_list(
        "id", "user_id", "cost", "priority", "attempt", "user__role"
    ):
        levels[-priority][user_id].append((pk, cost, attempt > 0))
        left[user_id] += 1
        roles[user_id] = role
    served = {
        user_id: (cost, due_at)
        for user_id, cost, due_at in ServedShare.objects.filter(user_id__in=left).values_list(
            "user_id", "cost", "due_at"
        )
    }
    costs = defaultdict(float, {user_id: cost for user_id, (cost, _) in served.items()})
    due = {user_id: due_at for user_id, (_, due_at) in served.items()}
    clock = shares.read_clock()
    order: list[int] = []
    for _priority, queues in sorted(levels.items()):
        by_cost = [(costs[user], jobs[0][0], user) for user, jobs in queues.items()]
        by_due = [(due[user], costs[user], jobs[0][0], user) for user, jobs in queues.items() if user in due]
        heapq.heapify(by_cost)
        heapq.heapify(by_due)
        while queues:
            # What a user's last turn left behind in either heap is told from the present by its job's number.
            _outdated(by_due, queues)
            _outdated(by_cost, queues)
            user_id = (by_due if by_due and by_due[0][0] <= clock.started else by_cost)[0][-1]
            pk, cost, again = queues[user_id].popleft()
            order.append(pk)
            weighted = cost / shares.weight_of(roles[user_id])
            costs[user_id] += 0.0 if again else weighted
            left[user_id] -= 1
            clock, due[user_id] = clock.starts(weighted, len(left), left[user_id])
            if not left[user_id]:
                del left[user_id]
            if queues[user_id]:
                following = queues[user_id][0][0]
                heapq.heappush(by_cost, (costs[user_id], following, user_id))
                heapq.heappush(by_due, (due[user_id], costs[user_id], following, user_id))
            else:
                del queues[user_id]
    return order


def _outdated(heap: list[Any], queues: Mapping[int, deque[tuple[int, float, bool]]]) -> None:
    """Drop entries from the top of `heap` whose job, before the last field, is no longer next of its user, the last."""
    while heap and (heap[0][-1] not in queues or queues[heap[0][-1]][0][0] != heap[0][-2]):
        heapq.heappop(heap)


def positions(job_ids: Iterable[int]) -> dict[int, int]:
    """Places in the queue (1 is next) of those of `job_ids` that wait."""
    wanted = set(job_ids)
    return {pk: place for place, pk in enumerate(waiting_order(), 1) if pk in wanted}


def position(job: Job) -> int:
    """The job's place in the queue: 1 is next, 0 if it doesn't wait."""
    return positions([job.pk]).get(job.pk, 0)
