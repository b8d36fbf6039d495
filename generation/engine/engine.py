"""The loop: who runs, who shares a denoiser call, who is decoded, who leaves."""

import logging
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import TypeVar

import torch

from generation.engine.batch_limits import BatchLimits
from generation.engine.errors import EngineError
from generation.engine.events import Cancelled, Event, Failed, Finished, Preview, Progress
from generation.engine.families import LoadedCheckpoint, Run
from generation.engine.jobs import EngineJob
from generation.engine.memory import DeviceMemory, default_byte_budget, free_caches, is_out_of_memory
from generation.engine.remote import is_remote
from generation.engine.resident import ResidentSet

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.05
"""How long a step with nothing to do here waits for what is drawn elsewhere."""

_Result = TypeVar("_Result")

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


class _Task:
    """A run with the checkpoint it holds and the record of the calls it shared."""

    def __init__(self, run: Run, loaded: LoadedCheckpoint) -> None:
        self.run = run
        self.loaded = loaded
        self.batch_sizes: list[int] = []


class Engine:
    """Advances all added jobs together; see the package docstring. Not thread-safe."""

    def __init__(
        self,
        device: str = "cpu",
        dtype: str = "auto",
        byte_budget: int | None = None,
        max_batch: int = 8,
        max_running: int | None = None,
    ) -> None:
        """`device` as torch writes it. `dtype`: float32, float16, bfloat16 or auto (float32 on a CPU, else float16).

        `byte_budget`: bytes of weights that stay loaded (None: a share of the memory). `max_batch`: most jobs in one
        denoiser call. `max_running`: how many jobs `room` allows at once, and `remote_room` beside them (None: twice
        max_batch).
        """
        self.device = torch.device(device)
        self.dtype = "float32" if self.device.type == "cpu" else "float16"
        if dtype != "auto":
            self.dtype = dtype
        budget = default_byte_budget(self.device) if byte_budget is None else byte_budget
        self._residents = ResidentSet(self.device, _DTYPES[self.dtype], budget)
        self.max_batch = max_batch
        self.max_running = 2 * max_batch if max_running is None else max_running
        self.denoiser_calls = 0
        """Denoiser calls made since the start, all jobs together."""
        self._tasks: dict[Hashable, _Task] = {}
        self._slow: deque[Hashable] = deque()
        """Jobs that wait for the VAE: to be prepared before a pass, or to be decoded at the end."""
        self._cancelled: list[Hashable] = []
        self._memory = DeviceMemory(self.device)
        self._limits = BatchLimits(max_batch, lambda: self._memory.free())

    @property
    def running(self) -> int:
        """Jobs that were added and have not ended."""
        return len(self._tasks)

    @property
    def room(self) -> int:
        """How many more jobs to draw here are welcome now."""
        return max(0, self.max_running - (len(self._tasks) - self._remote))

    @property
    def remote_room(self) -> int:
        """How many more jobs that an image server draws are welcome now; they take no room from the others."""
        return max(0, self.max_running - self._remote)

    @property
    def idle(self) -> bool:
        """True when `step` would have nothing to do or to report."""
        return not self._tasks and not self._cancelled

    @property
    def resident(self) -> tuple[Path, ...]:
        """Folders of the loaded checkpoints, least recently used first."""
        return self._residents.paths

    def accepts(self, checkpoint: str | Path) -> bool:
        """Return False when a job for `checkpoint` must wait until other jobs have ended.

        Raises EngineError missing_checkpoint, corrupt_checkpoint, unsupported_checkpoint.
        """
        return self._residents.accepts(checkpoint)

    def add(self, job: EngineJob) -> int:
        """Take a job in; it joins at the next `step`. Returns the denoiser calls it will need.

        Loads the checkpoint if need be, which can take seconds. Raises EngineError (any code that `ERROR_CODES`
        lists under Engine.add, or out_of_memory) and EngineBusy; the engine is then as it was before.
        """
        job.check()
        if job.id in self._tasks or job.id in self._cancelled:
            raise EngineError("duplicate_job", job=str(job.id))
        try:
            task = self._start(job)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            logger.warning("Out of memory while job %s was starting; trying again with free caches", job.id)
            task = None
        if task is None:
            self._residents.evict_unused()
            try:
                task = self._start(job)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                raise EngineError("out_of_memory") from error
        self._residents.trim()
        self._tasks[job.id] = task
        if task.run.unprepared:
            self._slow.append(job.id)
        return task.run.total

    def cancel(self, job_id: Hashable) -> bool:
        """Let a job leave now, between two steps; `Cancelled` comes with the next `step`. False if unknown."""
        if job_id not in self._tasks:
            return False
        self._remove(job_id)
        self._cancelled.append(job_id)
        return True

    @torch.inference_mode()
    def step(self) -> list[Event]:
        """Advance every running job by one denoiser call, take at most one through the VAE, and report."""
        events: list[Event] = [Cancelled(job_id) for job_id in self._cancelled]
        self._cancelled.clear()
        # Whoever waits longest has its turn; who gets ready to start does so before the others step, and joins them.
        free = True
        if self._slow and self._tasks[self._slow[0]].run.unprepared:
            free = False
            events += self._prepare(self._slow.popleft())
        events += (Progress(job_id, task.run.step, task.run.total) for job_id, task in self._waiting())
        batches = self._batches()
        for batch in batches:
            events += self._advance(batch)
        if not batches and free and not self._slow and self._waiting():
            time.sleep(WAIT_SECONDS)
        if free and self._slow:
            job_id = self._slow.popleft()
            if self._tasks[job_id].run.unprepared:
                events += self._prepare(job_id)
            else:
                events.append(self._decode(job_id))
        return events

    def _start(self, job: EngineJob) -> _Task:
        # Loaded outside inference mode: weights born inside it could never be changed (adapters do).
        loaded = self._residents.acquire(job.checkpoint, job.vae)
        try:
            with torch.inference_mode():
                return _Task(loaded.start(job), loaded)
        except BaseException:
            self._residents.release(loaded)
            raise

    @property
    def _remote(self) -> int:
        """How many jobs image servers draw."""
        return sum(is_remote(task.run.job.checkpoint) for task in self._tasks.values())

    def _waiting(self) -> list[tuple[Hashable, _Task]]:
        """Jobs that are drawn elsewhere. They report where they stand, so that whoever asked can still cancel them."""
        return [(job_id, task) for job_id, task in self._tasks.items() if task.run.waiting]

    def _batches(self) -> list[list[_Task]]:
        """Split the running jobs into denoiser calls: equal groups together, exact jobs alone."""
        groups: dict[Hashable, list[_Task]] = {}
        for job_id, task in self._tasks.items():
            if task.run.step < task.run.total and not task.run.unprepared and not task.run.waiting:
                key = ("exact", job_id) if task.run.job.exact else ("shared", task.run.group)
                groups.setdefault(key, []).append(task)
        batches = []
        for tasks in groups.values():
            size = self._limits.of(tasks[0].run.group, len(tasks))
            batches += [tasks[start : start + size] for start in range(0, len(tasks), size)]
        return batches

    def _advance(self, batch: list[_Task]) -> Iterator[Event]:
        """Make one denoiser call for `batch`; when it fails, smaller ones, so that only the guilty job fails."""
        group = batch[0].run.group
        watched = self._limits.due(group)
        if watched:
            self._memory.start()
        try:
            predictions = batch[0].loaded.predict([task.run for task in batch])
        except Exception as error:
            out_of_memory = is_out_of_memory(error)
            if not out_of_memory and not isinstance(error, EngineError):
                logger.exception("A denoiser call for %d jobs failed", len(batch))
            failure = error.with_traceback(None)  # the traceback's frames would keep the call's tensors alive
        else:
            self.denoiser_calls += 1
            if watched:
                self._limits.learn(group, len(batch), self._memory.taken())
            for task, prediction in zip(batch, predictions, strict=True):
                task.batch_sizes.append(len(batch))
                yield from self._apply(task, prediction)
            return
        if out_of_memory:
            logger.warning("Out of memory in a denoiser call for %d jobs", len(batch))
            self._residents.evict_unused()
        if len(batch) > 1:
            size = self._limits.ran_out(group, len(batch)) if out_of_memory else 1
            for start in range(0, len(batch), size):
                yield from self._advance(batch[start : start + size])
        elif out_of_memory:
            yield from self._advance_last_chance(batch[0])
        else:
            yield self._fail(batch[0], failure)

    def _advance_last_chance(self, task: _Task) -> Iterator[Event]:
        """Try a job that ran out of memory alone once more, now that caches are free."""
        try:
            prediction = task.loaded.predict([task.run])[0]
        except Exception as error:
            yield self._fail(task, error)
            return
        self.denoiser_calls += 1
        task.batch_sizes.append(1)
        yield from self._apply(task, prediction)

    def _apply(self, task: _Task, prediction: object) -> Iterator[Event]:
        run, job = task.run, task.run.job
        try:
            run.apply(prediction)
            last = run.step == run.total
            preview_due = job.preview_every > 0 and (run.step == 1 or run.step % job.preview_every == 0) and not last
            # Not after every step: each look makes a GPU wait for the CPU.
            if (last or preview_due or run.step == 1 or run.unprepared) and not run.is_finite():
                raise EngineError("not_a_number", step=run.step)
            preview = task.loaded.preview(run) if preview_due else None
        except Exception as error:
            yield self._fail(task, error)
            return
        yield Progress(job.id, run.step, run.total)
        if preview is not None:
            yield Preview(job.id, run.step, preview)
        if last or run.unprepared:
            self._slow.append(job.id)

    def _prepare(self, job_id: Hashable) -> list[Event]:
        task = self._tasks[job_id]
        try:
            self._with_free_caches(lambda: task.loaded.prepare(task.run))
            if not task.run.unprepared and not task.run.is_finite():
                raise EngineError("not_a_number", step=task.run.step)
        except Exception as error:
            return [self._fail(task, error)]
        if task.run.unprepared:
            self._slow.append(job_id)
        return []

    def _decode(self, job_id: Hashable) -> Event:
        task = self._tasks[job_id]
        try:
            image = self._with_free_caches(lambda: task.loaded.decode(task.run))
        except Exception as error:
            return self._fail(task, error)
        self._remove(job_id)
        return Finished(job_id, image, len(task.batch_sizes), tuple(task.batch_sizes))

    def _with_free_caches(self, work: Callable[[], _Result]) -> _Result:
        """Do `work`; should the memory be too small, once more without what nobody uses."""
        try:
            return work()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        self._residents.evict_unused()
        return work()

    def _fail(self, task: _Task, error: Exception) -> Failed:
        job_id = task.run.job.id
        self._remove(job_id)
        if isinstance(error, EngineError):
            return Failed(job_id, error.code, error.params)
        if is_out_of_memory(error):
            free_caches()
            return Failed(job_id, "out_of_memory")
        logger.error("Job %s failed", job_id, exc_info=error)
        return Failed(job_id, "engine_error", {"error": type(error).__name__})

    def _remove(self, job_id: Hashable) -> None:
        task = self._tasks.pop(job_id)
        task.run.close()
        if job_id in self._slow:
            self._slow.remove(job_id)
        self._residents.release(task.loaded)
