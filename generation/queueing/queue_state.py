"""What an operator sees of the queue: workers, who waits for how much, and the jobs, without their prompts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from gallery.models import User
from generation.models import Checkpoint, Job, QueueOrder, WorkerStatus
from generation.models.queue import JobState, WorkerOrder
from generation.queueing import shares, workers
from generation.wording import duration

SHOWN = 60
"""Most jobs listed; who floods the queue is seen in the table of users."""


@dataclass(frozen=True)
class WorkerRow:
    """A worker; `silent` when it was not heard of for longer than it takes to say something."""

    status: WorkerStatus
    silent: bool
    seen: str
    runs: str
    memory_percent: int | None

    @property
    def works(self) -> bool:
        """Whether it may start jobs."""
        return self.status.order == WorkerOrder.WORK


@dataclass(frozen=True)
class UserRow:
    """What one user has in the queue; `cost` in megapixel-steps."""

    user: User
    waiting: int
    running: int
    cost: float
    waits: str
    weight: float
    priority: int


@dataclass(frozen=True)
class JobRow:
    """A job; `waits`: for how long it has."""

    job: Job
    waits: str


@dataclass(frozen=True)
class QueueState:
    """All of it, as of now."""

    stop: QueueOrder | None
    workers: list[WorkerRow]
    users: list[UserRow]
    jobs: list[JobRow]
    more: int
    waiting: int
    running: int
    undrawable: list[Checkpoint]

    @property
    def just_stopped(self) -> bool:
        """Whether drawing was paused less than a minute ago, of which nobody says "0 minutes"."""
        return self.stop is not None and timezone.now() - self.stop.changed_at < timedelta(minutes=1)


def queue_state() -> QueueState:
    """Read it."""
    active = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    waiting = active.filter(state=JobState.QUEUED)
    total, running = active.count(), active.filter(state=JobState.RUNNING).count()
    shown = active.select_related("request__checkpoint", "user").defer(
        "request__prompt", "request__negative_prompt", "request__publish_as"
    )
    models = Checkpoint.objects.filter(pk__in=waiting.values("request__checkpoint_id"))
    return QueueState(
        stop=QueueOrder.objects.exclude(order=WorkerOrder.WORK).select_related("changed_by").first(),
        workers=_workers(),
        users=_users(),
        jobs=[JobRow(job, _ago(job.created_at)) for job in shown.order_by("-state", "-priority", "pk")[:SHOWN]],
        more=max(0, total - SHOWN),
        waiting=total - running,
        running=running,
        undrawable=[model for model in models.order_by("name") if not workers.able(model)],
    )


def _ago(since: datetime) -> str:
    return duration((timezone.now() - since).total_seconds())


def _workers() -> list[WorkerRow]:
    now = timezone.now()
    return [
        WorkerRow(
            status,
            (now - status.seen_at).total_seconds() > workers.ONLINE_SECONDS,
            _ago(status.seen_at),
            _ago(status.started_at) if status.started_at else "",
            round(100 * status.memory_used / status.memory_total) if status.memory_total else None,
        )
        for status in WorkerStatus.objects.order_by("started_at", "name")
    ]


def _users() -> list[UserRow]:
    queued = Q(state=JobState.QUEUED)
    rows = (
        Job.objects.filter(queued | Q(state=JobState.RUNNING))
        .values("user_id")
        .annotate(
            waiting=Count("pk", filter=queued),
            running=Count("pk", filter=~queued),
            cost=Sum("cost", filter=queued, default=0.0),
            since=Min("created_at", filter=queued),
            priority=Min("priority", filter=queued, default=0),
        )
        .order_by("-waiting", "user_id")
    )
    users = User.objects.in_bulk([row["user_id"] for row in rows])
    return [
        UserRow(
            user=users[row["user_id"]],
            waiting=row["waiting"],
            running=row["running"],
            cost=row["cost"],
            waits=_ago(row["since"]) if row["since"] else "",
            weight=shares.weight_of(users[row["user_id"]].role),
            priority=row["priority"],
        )
        for row in rows
    ]
