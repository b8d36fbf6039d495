"""What a bell starts: claim jobs while there is room, step the engine, hand out what it made, claim again."""

import io
import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from PIL import Image

from gallery.storing import OutOfReach
from generation import checkpoints
from generation.engine import (
    Cancelled,
    EngineBusy,
    EngineError,
    Event,
    Failed,
    Finished,
    Preview,
    Progress,
)
from generation.engine_jobs import engine_job
from generation.errors import JobImpossible
from generation.finishing import finish
from generation.models import Job
from generation.models.queue import JobState
from generation.queueing import leases, queue, workers
from generation.queueing.bell import ring
from generation.queueing.devices import ANY_CLASS
from generation.queueing.heartbeat import Heartbeat
from generation.queueing.leases import Lease, LeaseLost
from generation.queueing.notices import announce
from generation.queueing.sweep import release_dead, release_own, sweep

if TYPE_CHECKING:
    from generation.engine import Engine

logger = logging.getLogger(__name__)

SERVE_SECONDS = 600.0
PROGRESS_SECONDS = 0.25
CLAIM_SECONDS = 0.1
AWAY_SECONDS = 10.0
"""From when the place of the pictures was out of reach until the next job is claimed."""
SWEEP_SECONDS = 5.0
GRACE_SECONDS = 4.0
PASS_ON_SECONDS = 0.5


@dataclass(slots=True)
class Running:
    """A job that the engine holds for us."""

    job: Job
    lease: Lease
    told_at: float = 0.0
    step: int = 0
    preview: Preview | None = None


@dataclass(slots=True)
class Served:
    """What one `serve` did: jobs by how they ended, and the engine's denoiser calls, shared or not."""

    ended: dict[str, int] = field(default_factory=dict)
    denoiser_calls: int = 0

    def count(self, how: str) -> None:
        """Note one more job that ended like this."""
        self.ended[how] = self.ended.get(how, 0) + 1


def serve(
    engine: "Engine",
    owner: str,
    *,
    device_class: str = ANY_CLASS,
    seconds: float = SERVE_SECONDS,
    stopping: Callable[[], bool] = lambda: False,
    on_stall: Callable[[], None] | None = None,
) -> Served:
    """Draw until nothing waits, or for `seconds`: then ring for whoever comes next, end what runs, return.

    `owner` names this process in its leases; `device_class` is what jobs are routed to it by. When `stopping()` turns
    true, what isn't done within a few seconds goes back to the queue. `on_stall` is called from another thread when
    the step loop hangs.
    Errors of the database are raised; the leases then run out and the sweeper gives the jobs to somebody else.
    """
    with Heartbeat(on_stall=on_stall) as heartbeat:
        before = engine.denoiser_calls
        served = _Round(engine, owner, heartbeat, time.monotonic() + seconds, stopping, device_class).run()
        served.denoiser_calls = engine.denoiser_calls - before
    gave_all_back = served.ended.keys() <= {JobState.QUEUED.value}
    if gave_all_back and not stopping() and workers.others_wanted(owner, device_class) and ring():
        # While this one is still at its bell, which it can't answer, the new one goes to somebody else.
        time.sleep(PASS_ON_SECONDS)
    if served.ended:
        logger.info("Served %s in %d denoiser calls.", served.ended, served.denoiser_calls)
    return served


class _Round:
    """One call of `serve`."""

    def __init__(
        self,
        engine: "Engine",
        owner: str,
        heartbeat: Heartbeat,
        deadline: float,
        stopping: Callable[[], bool],
        device_class: str,
    ) -> None:
        self.engine = engine
        self.device_class = device_class
        self.owner = owner
        self.heartbeat = heartbeat
        self.deadline = deadline
        self.stopping = stopping
        self.running: dict[Hashable, Running] = {}
        self.served = Served()
        self.excluded: set[int] = set()
        self.missing: set[int] = set()
        self.crowded_out: dict[int, float] = {}
        self.models: dict[Path, list[int]] = {}
        self.claim_at = 0.0
        self.away_until = 0.0
        self.sweep_at = 0.0
        self.rang = False
        self.stop_at: float | None = None

    def run(self) -> Served:
        release_dead()
        release_own(self.owner)
        self.missing = workers.left_to_others(self.owner)
        try:
            while True:
                self.heartbeat.moved()
                self.drop_lost()
                claimed, claims, now = 0, self.may_claim(), time.monotonic()
                away = now < self.away_until
                if claims and not away and (not self.running or now >= self.claim_at):
                    claimed = self.claim()
                if not self.running:
                    if claimed:
                        continue  # none of them could be started here; others may wait behind them
                    if claims and away:
                        time.sleep(CLAIM_SECONDS)
                        continue
                    return self.served
                if self.stop_at is not None and time.monotonic() > self.stop_at:
                    self.give_all_back()
                    return self.served
                for event in self.engine.step():
                    self.handle(event)
                self.sweep_sometimes()
        finally:
            # After an error the engine must not go on with jobs that are no longer ours.
            for key in list(self.running):
                self.forget(key)
            if not self.engine.running and not self.engine.idle:
                self.engine.step()  # fetches the last cancellations, so that the next round starts clean

    def may_claim(self) -> bool:
        """False once this round is to end; the first time that is so, see to it that work goes on elsewhere.

        While an image server keeps the end waiting, whatever can be drawn here meanwhile is.
        """
        if self.stopping():
            self.stop_at = self.stop_at or time.monotonic() + GRACE_SECONDS
        elif not self.late():
            return True
        if not self.rang:
            self.rang = True
            ring()
        return self.stop_at is None and bool(self.running) and not self.drawn_here()

    def late(self) -> bool:
        """Whether the round's time is over: nothing is sent to image servers then, or it might never end."""
        return time.monotonic() >= self.deadline

    def drawn_here(self) -> list[Running]:
        """What keeps this device busy: all but what image servers draw."""
        return [entry for entry in self.running.values() if not entry.job.request.checkpoint.endpoint]

    def claim(self) -> int:
        here = self.drawn_here()
        if not here:
            self.crowded_out.clear()  # nothing is left that keeps them out
        alone = any(queue.is_drawn_alone(entry.job) for entry in here)
        closed = alone or self.makes_room()
        jobs = queue.claim(
            self.owner,
            0 if closed else self.engine.room,
            remote_limit=0 if self.late() else self.engine.remote_room,
            resident=self.resident(),
            excluded=self.excluded | self.missing,
            running=len(here),
            alone=alone,
            last_remote=any(queue.is_last_remote(entry.job) for entry in self.running.values()),
            device_class=self.device_class,
        )
        self.claim_at = 0.0 if jobs else time.monotonic() + CLAIM_SECONDS
        for job in jobs:
            self.heartbeat.hold(Lease(job.pk, job.fence))
        for job in jobs:
            self.start(job)
        return len(jobs)

    def makes_room(self) -> bool:
        """Whether a model has found no room for so long that what runs has to end first: nothing joins it then."""
        if not self.crowded_out:
            return False
        waiting = Job.objects.filter(state=JobState.QUEUED, request__checkpoint__in=self.crowded_out)
        wanted = set(waiting.values_list("request__checkpoint_id", flat=True))
        # Some were cancelled since, or found another worker.
        self.crowded_out = {pk: since for pk, since in self.crowded_out.items() if pk in wanted}
        now = time.monotonic()
        return any(now - since >= queue.STARVATION_SECONDS for since in self.crowded_out.values())

    def start(self, job: Job) -> None:
        lease, request = Lease(job.pk, job.fence), job.request
        crowded_out_since = self.crowded_out.pop(request.checkpoint_id, None)
        self.heartbeat.moved()
        if time.monotonic() < self.away_until:
            self.settle(lease, lambda: leases.give_back(job, lease))
            return
        try:
            self.engine.add(engine_job(job, lease))
        except EngineBusy:
            self.excluded.add(request.checkpoint_id)
            now = time.monotonic()
            self.crowded_out[request.checkpoint_id] = now if crowded_out_since is None else crowded_out_since
            self.settle(lease, lambda: leases.give_back(job, lease))
        except EngineError as error:
            code, params = error.code, error.params
            if code == "missing_checkpoint":
                logger.error("Model %s isn't on this machine: %s", request.checkpoint.slug, error)
                workers.note_missing(self.owner, request.checkpoint)
                if workers.on_other_machines(self.owner, request.checkpoint):
                    # Another machine's disk may have it; the last one that looks fails the job.
                    self.missing.add(request.checkpoint_id)
                    self.settle(lease, lambda: leases.give_back(job, lease))
                    return
            if code == "corrupt_checkpoint":
                checkpoints.mark_corrupt(request.checkpoint, str(error))
            self.settle(lease, lambda: leases.fail(job, lease, code, params))
        except JobImpossible as impossible:
            code, params = impossible.code, impossible.params
            self.settle(lease, lambda: leases.fail(job, lease, code, params))
        except (OperationalError, InterfaceError):
            raise  # not this job's fault: its lease runs out, and it is tried again
        except OutOfReach:
            self.wait_for_files(job)
            self.settle(lease, lambda: leases.give_back(job, lease))
        except Exception:
            logger.exception("Job %d couldn't be started", job.pk)
            self.settle(lease, lambda: leases.fail(job, lease, "engine_error", {}))
        else:
            self.running[lease] = Running(job, lease)

    def handle(self, event: Event) -> None:
        entry = self.running.get(event.job_id)
        if entry is None:
            return  # a job that was dropped in the same step
        job, lease = entry.job, entry.lease
        match event:
            case Progress(step=step):
                entry.step = step
                self.tell(entry)
            case Preview():
                entry.preview = event
                self.tell(entry)
            case Finished():
                self.end(entry, lambda: self.keep(job, lease, event))
            case Failed(code=code, params=params):
                self.end(entry, lambda: leases.fail(job, lease, code, params))
            case Cancelled():
                self.end(entry, lambda: leases.cancel(job, lease))

    def keep(self, job: Job, lease: Lease, finished: Finished) -> JobState:
        try:
            return finish(job, lease, finished)
        except OutOfReach:
            self.wait_for_files(job)
            # Drawing it again costs as much as the first time, so that is done a few times and no more.
            return leases.interrupt(job, lease, code="storage")

    def wait_for_files(self, job: Job) -> None:
        """Claim nothing for a while: what is drawn meanwhile couldn't be kept."""
        logger.exception("Job %d waits until pictures can be had again", job.pk)
        self.away_until = time.monotonic() + AWAY_SECONDS

    def tell(self, entry: Running) -> None:
        """Write progress and preview, a few times a second at most, and see whether the maker wants to stop."""
        now = time.monotonic()
        if entry.told_at and now - entry.told_at < PROGRESS_SECONDS:
            return
        try:
            wants_stop = leases.write_progress(entry.lease, entry.step)
            announce(entry.job, "progress", step=entry.step)
            if entry.preview is not None:
                leases.write_preview(entry.lease, entry.preview.step, _webp(entry.preview.image))
                entry.preview = None
                announce(entry.job, "preview", step=entry.step)
        except LeaseLost:
            self.drop(entry.lease)
            return
        entry.told_at = now
        if wants_stop:
            self.engine.cancel(entry.lease)

    def end(self, entry: Running, write: Callable[[], JobState]) -> None:
        del self.running[entry.lease]
        self.excluded.clear()
        self.settle(entry.lease, write)

    def settle(self, lease: Lease, write: Callable[[], JobState]) -> None:
        """Write how a job ended here, unless it is somebody else's by now."""
        try:
            how = write().value
        except LeaseLost:
            logger.warning("Job %d was somebody else's when it ended here; nothing was written.", lease.job_id)
            how = "lost"
        finally:
            self.heartbeat.drop(lease)
        self.served.count(how)

    def drop_lost(self) -> None:
        for lease in self.heartbeat.take_lost():
            if lease in self.running:
                self.drop(lease)

    def drop(self, lease: Lease) -> None:
        """Stop drawing what is somebody else's by now."""
        logger.warning("Job %d was taken away; dropping it.", lease.job_id)
        self.forget(lease)
        self.served.count("lost")

    def forget(self, key: Hashable) -> None:
        """Drop a job without a word to the database."""
        entry = self.running.pop(key, None)
        if entry is not None:
            self.excluded.clear()
            self.heartbeat.drop(entry.lease)
            self.engine.cancel(key)

    def give_all_back(self) -> None:
        for entry in list(self.running.values()):
            self.engine.cancel(entry.lease)
            self.end(entry, partial(leases.give_back, entry.job, entry.lease))

    def sweep_sometimes(self) -> None:
        # The sweeper's message waits behind this very task; without this, nobody would sweep while one worker draws.
        if time.monotonic() >= self.sweep_at:
            if self.sweep_at:
                sweep(may_ring=False)
                self.missing = workers.left_to_others(self.owner)
            self.sweep_at = time.monotonic() + SWEEP_SECONDS

    def resident(self) -> list[int]:
        """Ids of the models in memory. The rows are read when a folder is met that isn't known yet."""
        folders = self.engine.resident
        if any(folder not in self.models for folder in folders):
            self.models = {folder: [] for folder in folders} | checkpoints.by_folder()
        return [pk for folder in folders for pk in self.models[folder]]


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=70, method=0)
    return buffer.getvalue()
