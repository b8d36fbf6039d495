"""Who draws: the workers' signs of life, and which of them may draw what."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from generation.models import Checkpoint, Job, QueueOrder, WorkerStatus
from generation.models.queue import JobState, WorkerOrder
from generation.models_on_disk.paths import is_there
from generation.queueing.devices import ANY_CLASS, REMOTE_CLASS, DeviceFacts
from generation.queueing.worker_names import machine_of, owner_is_dead

ONLINE_SECONDS = 20
"""A worker reports every five seconds; one that missed four reports is taken for gone."""
FORGET = timedelta(hours=1)


def recent() -> Q:
    """Those that are alive."""
    return Q(seen_at__gte=Now() - timedelta(seconds=ONLINE_SECONDS))


def online() -> bool:
    """Whether at least one worker is alive."""
    return WorkerStatus.objects.filter(recent()).exists()


def routed(checkpoint: Checkpoint, device_class: str) -> bool:
    """Whether a model's jobs go to workers of this class; `generation.queueing.queue` says the same in SQL."""
    if device_class == REMOTE_CLASS and not checkpoint.endpoint:
        return False
    return device_class == ANY_CLASS or checkpoint.device_class in {ANY_CLASS, device_class}


def able(checkpoint: Checkpoint) -> list[WorkerStatus]:
    """The living workers that a model's jobs are routed to, whether they may start any now or not.

    Without those of machines where its files were looked for and not found.
    """
    living = list(WorkerStatus.objects.filter(recent()))
    without = {machine_of(each.name) for each in living if checkpoint.pk in each.missing}
    return [each for each in living if routed(checkpoint, each.device_class) and machine_of(each.name) not in without]


def on_other_machines(name: str, checkpoint: Checkpoint) -> bool:
    """Whether a living worker on another machine than that of the worker `name` may draw with the model."""
    return any(machine_of(each.name) != machine_of(name) for each in able(checkpoint))


def note_missing(name: str, checkpoint: Checkpoint) -> None:
    """Remember that the worker `name` didn't find the model's files; its reports look again."""
    WorkerStatus.objects.filter(name=name).exclude(missing__contains=[checkpoint.pk]).update(
        missing=Func(F("missing"), Value(checkpoint.pk), function="array_append")
    )


def left_to_others(name: str) -> set[int]:
    """Ids of the models that the machine of the worker `name` lacks and another one may have.

    What no other may have is not among them: somebody has to take its jobs, and say that it is missing.
    """
    machine = machine_of(name)
    noted = WorkerStatus.objects.filter(recent()).exclude(missing=[])
    missing = {pk for each in noted if machine_of(each.name) == machine for pk in each.missing}
    return {model.pk for model in Checkpoint.objects.filter(pk__in=missing) if on_other_machines(name, model)}


def others_wanted(name: str, device_class: str) -> bool:
    """Whether jobs wait that the worker `name` may not start and an idle other one may: the bell was for that one."""
    stopped = WorkerStatus.objects.filter(name=name).exclude(order=WorkerOrder.WORK).exists()
    idle = WorkerStatus.objects.filter(recent(), order=WorkerOrder.WORK, running=0).exclude(name=name)
    names = set(idle.values_list("name", flat=True))
    if not names or QueueOrder.objects.exclude(order=WorkerOrder.WORK).exists():
        return False
    waiting = Checkpoint.objects.filter(
        pk__in=Job.objects.filter(state=JobState.QUEUED).values("request__checkpoint_id")
    )
    left = left_to_others(name)
    return any(
        (stopped or checkpoint.pk in left or not routed(checkpoint, device_class))
        and any(each.name in names for each in able(checkpoint))
        for checkpoint in waiting
    )


def report(
    name: str,
    device: str,
    resident: Iterable[str] = (),
    *,
    device_class: str = "",
    facts: DeviceFacts | None = None,
    running: int = 0,
) -> None:
    """Write a worker's sign of life. `resident`: names of the models it holds in memory; `running`: jobs it draws.

    The first report of a process that takes the place of one that was killed takes its order over: what was paused
    stays so. Models that were missing and are there by now are no longer noted.
    """
    facts = facts or DeviceFacts()
    values = {
        "device": device,
        "device_class": device_class or ANY_CLASS,
        "device_name": facts.name[:120],
        "memory_total": facts.memory_total,
        "memory_used": facts.memory_used,
        "running": running,
        "resident": list(resident),
        "seen_at": Now(),
    }
    if WorkerStatus.objects.filter(name=name).update(**values):
        _look_again(name)
        return
    with transaction.atomic():
        order = _succeed(name, device)
        WorkerStatus.objects.update_or_create(
            name=name, defaults=values, create_defaults=values | {"order": order, "started_at": Now()}
        )


def _look_again(name: str) -> None:
    """Take models off the note of what is missing here, once something lies where their files should."""
    noted = {pk for row in WorkerStatus.objects.filter(name=name).exclude(missing=[]) for pk in row.missing}
    if not noted:
        return
    missing = {model.pk for model in Checkpoint.objects.filter(pk__in=noted) if not is_there(model)}
    for pk in noted - missing:
        # One by one: another thread may note a further one meanwhile.
        WorkerStatus.objects.filter(name=name).update(missing=Func(F("missing"), Value(pk), function="array_remove"))


def _succeed(name: str, device: str) -> str:
    """Remove the rows of dead processes that drew on this device of this machine; returns the newest one's order."""
    fellows = WorkerStatus.objects.filter(name__startswith=f"{machine_of(name)}:").exclude(name=name)
    if device != "auto":  # not chosen yet
        fellows = fellows.filter(device=device)
    dead = [each for each in fellows.order_by("-seen_at") if owner_is_dead(each.name)]
    WorkerStatus.objects.filter(name__in=[each.name for each in dead]).delete()
    return dead[0].order if dead else WorkerOrder.WORK.value


def sign_off(name: str) -> None:
    """A worker that stops in order says so, so that the page needn't wait to notice."""
    WorkerStatus.objects.filter(name=name).delete()


def forget_silent() -> int:
    """Remove the rows of workers that were not heard of for an hour; returns how many."""
    return WorkerStatus.objects.filter(seen_at__lt=Now() - FORGET).delete()[0]
