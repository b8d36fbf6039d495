"""A pipeline's call runs in one piece; here it runs in a thread that stands still between two denoising steps.

Engine and thread never run at the same time: one lets the other go and waits. Each step of a pipeline goes through
its scheduler, and each pipeline opens a progress bar right before its loop; a copy of the pipeline with a scheduler
and a progress bar of our own therefore stops at the same places in every family, whether it has callbacks or not.
"""

import copy
import functools
import threading
from collections.abc import Callable
from typing import Any

import torch
from PIL import Image

_STOP_SECONDS = 600.0
"""How long `close` waits for a step that is under way. Only an exception out of the blue leaves one."""


class _Stopped(BaseException):
    """Unwinds a pipeline that nobody waits for any more; no `except Exception` on its way holds it up."""


class StepThread:
    """Runs `work` piece by piece: from `pause` to `pause`, whenever `advance` is called."""

    def __init__(self, work: Callable[["StepThread"], Image.Image]) -> None:
        self.image: Image.Image | None = None
        """What `work` returned, once it has."""
        self._work: Callable[[StepThread], Image.Image] | None = work
        self._go = threading.Semaphore(0)
        self._stands = threading.Semaphore(0)
        self._stopping = False
        self._error: BaseException | None = None
        # A daemon, so that a process can end while a picture stands half done.
        self._thread = threading.Thread(target=self._run, name="stock-pipeline", daemon=True)

    @property
    def over(self) -> bool:
        """True when `work` has ended, one way or the other."""
        return self._work is None

    def advance(self) -> None:
        """Let it run up to its next pause or its end. Raises what `work` raised."""
        if self.over:
            return
        if not self._thread.ident:
            self._thread.start()
        self._go.release()
        self._stands.acquire()
        if self._error is not None:
            # Dropped here, so that nothing keeps the frames of the failed call and their tensors alive.
            error, self._error = self._error, None
            raise error

    def pause(self) -> None:
        """Called by `work`, in the thread: stand still until `advance`."""
        self._stands.release()
        self._wait()

    def close(self) -> None:
        """Unwind `work` where it stands and wait until the thread has gone."""
        self._stopping = True
        self._work = None
        if self._thread.is_alive():
            self._go.release()
            self._thread.join(_STOP_SECONDS)

    def _wait(self) -> None:
        self._go.acquire()
        if self._stopping:
            raise _Stopped

    def _run(self) -> None:
        try:
            self._wait()
            if self._work is not None:
                # The mode is each thread's own.
                with torch.inference_mode():
                    self.image = self._work(self)
        except _Stopped:
            pass
        except Exception as error:
            self._error = error
        except BaseException as error:
            # A panic of the tokenizers' Rust over a damaged file is no Exception, and would end the worker's round.
            self._error = RuntimeError(f"{type(error).__name__}: {error}")
        finally:
            self._work = None
            self._stands.release()


class _Bar:
    """Stands in for a pipeline's progress bar: nothing is printed in a worker."""

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def update(self, steps: int = 1) -> None:
        pass


def stepwise(
    pipeline: Any,
    on_start: Callable[[int], None],
    on_step: Callable[[Any, torch.Tensor, torch.Tensor, torch.Tensor], None],
    steps: int,
    scheduler: Any = None,
) -> Any:
    """Return a copy of `pipeline` that shares its models and reports: before its loop and after each step.

    `steps` is what the call will ask for. `on_start` gets the number of calls of the model, which second-order
    schedulers need more of; `on_step` the scheduler, the model's output, the latents it was given and
    the latents after the step. What belongs to one run only (schedulers, guiders) is copied; `scheduler`, if given,
    takes the place of the pipeline's own.
    """
    own = copy.copy(pipeline)
    for name, part in pipeline.components.items():
        if hasattr(part, "set_timesteps") or hasattr(part, "set_state"):
            setattr(own, name, copy.deepcopy(part))
    if scheduler is not None:
        own.scheduler = scheduler
    used = own.scheduler
    original = used.step

    # Pipelines ask for the signature of `step` to see whether it takes a generator; `wraps` keeps it.
    @functools.wraps(original)
    def step(model_output: torch.Tensor, timestep: Any, sample: torch.Tensor, *rest: Any, **named: Any) -> Any:
        result = original(model_output, timestep, sample, *rest, **named)
        on_step(used, model_output, sample, result[0])
        return result

    def progress_bar(iterable: Any = None, total: int | None = None) -> Any:
        # Most pipelines note it; of the others, some have a bar of the steps asked for, some of those they will do.
        counted = getattr(own, "_num_timesteps", None)
        on_start(counted or (len(used.timesteps) if total is None or total == steps else total))
        return _Bar() if iterable is None else iterable

    used.step = step
    own.progress_bar = progress_bar
    return own
