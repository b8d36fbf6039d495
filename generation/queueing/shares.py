"""What each user was served: the book that the queue's order is read from.

A job costs its megapixel-steps, divided by the weight of its user's role and charged when it starts. The least-served
user is next. Whoever joins while others wait starts at the smallest share among them (else an absence would be
saved-up credit); when nobody waits or runs, all shares return to nothing (else an old debt would last).

That alone is fair in the long run, but would let one picture wait for any number of cheaper ones. So each start also
sets when its user is *due* again: after one start more than there are users waiting; after as many times that as the
picture cost more than pictures usually do, or, for a light user (at most `LIGHT_WAITING` pictures waiting), more than
`QUEUE_LIGHT_COST`. Who is due goes before who is not. That gives nobody who floods the queue more than an equal part,
and every wait an end: with U users, a light user's job starts after at most 2 U other jobs (U + 1 until it is due,
then U - 1 of those who were due before).
"""

import math
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from gallery.models.user import Role
from generation.models import Job, QueueClock, ServedShare
from generation.models.queue import JobState

MEAN_OF = 32
"""How many of the latest starts the usual cost looks back on, roughly."""
LEAST_COST = 1e-6
LIGHT_WAITING = 4

_CHARGE = """
INSERT INTO generation_servedshare AS s (user_id, cost, due_at, updated_at) VALUES (%(user)s, %(cost)s, %(due)s, now())
ON CONFLICT (user_id) DO UPDATE SET cost = s.cost + excluded.cost, due_at = excluded.due_at, updated_at = now()
"""
_JOIN = """
INSERT INTO generation_servedshare AS s (user_id, cost, due_at, updated_at)
SELECT %(user)s, coalesce(min(o.cost), 0), %(due)s, now() FROM generation_servedshare o
WHERE o.user_id IN (
  SELECT user_id FROM generation_job
  WHERE (state = 'queued' OR state = 'running') AND priority >= %(priority)s AND user_id <> %(user)s
)
ON CONFLICT (user_id) DO UPDATE
SET cost = greatest(s.cost, excluded.cost), due_at = greatest(s.due_at, excluded.due_at), updated_at = now()
"""
_TICK = """
INSERT INTO generation_queueclock AS k ("only", started, usual_cost) VALUES (true, %(started)s, %(usual)s)
ON CONFLICT ("only") DO UPDATE SET started = excluded.started, usual_cost = excluded.usual_cost
"""


@dataclass(frozen=True, slots=True)
class Clock:
    """How many jobs were started so far, and what one usually cost lately, by weight.

    That is their geometric mean: one huge picture among small ones doesn't make huge ones usual.
    """

    started: int = 0
    usual_cost: float = 0.0

    def joins(self, users: int) -> int:
        """The start from which on a user is due who now comes to so many who wait, themselves included."""
        return self.started + users + 1

    def starts(self, cost: float, users: int, waiting: int) -> tuple["Clock", int]:
        """The clock when one more job of this cost has started, and from which start on its user is due next.

        `users`: who waited, that job's user included. `waiting`: how many more of their jobs wait.
        """
        cost, started = max(cost, LEAST_COST), self.started + 1
        before = self.usual_cost or cost
        usual = before * (cost / before) ** (1 / min(started, MEAN_OF))
        light = max(before, settings.QUEUE_LIGHT_COST) if waiting <= LIGHT_WAITING else before
        return Clock(started, usual), started + math.ceil((users + 1) * max(1.0, cost / light))


def weight_of(role: str) -> float:
    """How much more than a member's share a role gets; more than 0."""
    return float(settings.QUEUE_WEIGHTS.get(role, settings.QUEUE_WEIGHTS[Role.MEMBER.value]))


def read_clock() -> Clock:
    """The clock as of now; a new site has started nothing."""
    row = QueueClock.objects.values_list("started", "usual_cost").first()
    return Clock(*row) if row else Clock()


def join(user_id: int, priority: int = 0) -> None:
    """Bring a user's share to where the queue is; call it before their jobs are added. Needs a transaction.

    Looked at are those who wait or draw with at least the same priority: who stands behind sets no standard.
    """
    active = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    if active.filter(user_id=user_id).exists():
        return
    if not active.exists():
        ServedShare.objects.exclude(cost=0).update(cost=0)
    waiting = active.filter(state=JobState.QUEUED).values("user_id").distinct().count()
    due = read_clock().joins(waiting + 1)
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, {"user": user_id, "due": due, "priority": priority})


def charge(user_id: int, role: str, cost: float, *, users: int, waiting: int, again: bool = False) -> None:
    """A job starts beside so many users who wait, its own among them: charge it, and say when its user is due next.

    `waiting`: how many more jobs of its user wait. `again`: it was charged before, when it was lost. Needs the
    claim's lock.
    """
    weighted = cost / weight_of(role)
    clock, due = read_clock().starts(weighted, users, waiting)
    with connection.cursor() as cursor:
        cursor.execute(_CHARGE, {"user": user_id, "cost": 0.0 if again else weighted, "due": due})
        cursor.execute(_TICK, {"started": clock.started, "usual": clock.usual_cost})


def pay_back(job: Job) -> None:
    """Undo a first claim's charge: the next one would charge it a second time. The user is due at once."""
    paid = job.cost / weight_of(job.user.role)
    ServedShare.objects.filter(user_id=job.user_id).update(
        cost=Greatest(F("cost") - paid, Value(0.0)), due_at=read_clock().started
    )
