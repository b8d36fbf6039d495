"""One job on its way through a stock pipeline, or through several that follow each other."""

import copy
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.stock.previews import Previewer
from generation.engine.stock.stepping import StepThread, stepwise


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of a pipeline. `arguments` gets the pipeline that is called and what the stage before returned.

    `scheduler` takes the place of the pipeline's own where it isn't None.
    """

    pipeline: Any
    previewer: Previewer
    arguments: Callable[[Any, Any], dict[str, Any]]
    scheduler: Any = None


class StockRun:
    """Owns the thread in which the stages run; `close` ends it."""

    unprepared = False
    waiting = False

    def __init__(self, job: EngineJob, stages: Callable[[], Sequence[Stage]]) -> None:
        """`stages` is asked again when the run has to begin anew, so that it starts from the same seed."""
        self.job = job
        self.group: Hashable = object()
        self.step = 0
        self.total = 0
        self.latents: torch.Tensor | None = None
        """As the last step left them, in the shape of the family."""
        self._stages = stages
        self._begun = 0
        self._expected: torch.Tensor | None = None
        self._previewer: Previewer | None = None
        self._begin()

    def advance(self) -> None:
        """Do one step. After one that failed, begin anew: a run out of memory may find more of it now, once."""
        if self._thread.over and self._thread.image is None:
            if self._begun > 1:
                raise EngineError("out_of_memory")
            self.step = 0
            self._begin()
        self._thread.advance()

    def apply(self, prediction: object) -> None:
        """Count the step that `advance` has done."""
        self.step += 1

    def is_finite(self) -> bool:
        """Return False when NaN or infinity has got into the latents."""
        return self.latents is None or bool(torch.isfinite(self.latents).all())

    def preview(self) -> Image.Image | None:
        """Return the picture the last step pointed at, or None when this family's latents can't be shown."""
        if self._previewer is None or self._expected is None:
            return None
        return self._previewer.image(self._expected, self.job.width, self.job.height)

    def finish(self) -> Image.Image:
        """Let the pipeline run to its end and return its picture."""
        while not self._thread.over:
            self._thread.advance()
        if self._thread.image is None:
            raise EngineError("out_of_memory")  # `finish` is only called again after that
        return self._thread.image

    def close(self) -> None:
        """Leave the pipeline where it stands and give back its memory."""
        self._thread.close()
        self.latents = self._expected = None

    def _begin(self) -> None:
        self._begun += 1
        self._done = 0
        self.total = 1  # unless the pipeline says more
        stages = list(self._stages())
        self._thread = StepThread(lambda thread: self._work(thread, stages))
        try:
            self._thread.advance()
        except BaseException:
            self._thread.close()
            raise

    def _work(self, thread: StepThread, stages: list[Stage]) -> Image.Image:
        """Runs in the thread: stands still before the first step and after every one."""
        result: Any = None
        for index, stage in enumerate(stages):

            def on_start(steps: int, first: bool = index == 0) -> None:
                if first:
                    self.total = steps + sum(_planned(later, self.job.steps) for later in stages[1:])
                    thread.pause()

            def on_step(scheduler: Any, output: torch.Tensor, before: torch.Tensor, after: torch.Tensor) -> None:
                self.latents, self._expected = after, _expected(scheduler, output, before, after)
                self._done += 1
                # Past the plan (which no pipeline is known to be) it goes on without a word.
                if self._done <= self.total:
                    thread.pause()

            self._previewer = stage.previewer
            pipeline = stepwise(stage.pipeline, on_start, on_step, self.job.steps, stage.scheduler)
            result = pipeline(**stage.arguments(pipeline, result)).images
        image: Image.Image = result[0]
        return image


def _planned(stage: Stage, steps: int) -> int:
    scheduler = copy.deepcopy(stage.scheduler or stage.pipeline.scheduler)
    scheduler.set_timesteps(steps)
    return len(scheduler.timesteps)


def _expected(scheduler: Any, output: torch.Tensor, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """Return the picture that a flow-matching step pointed at: the model gives the velocity v of x = x0 + sigma·v.

    Other schedulers' latents are shown as they are.
    """
    index = getattr(scheduler, "step_index", None)
    if not type(scheduler).__name__.startswith("FlowMatch") or not index or output.shape != before.shape:
        return after
    return before.float() - float(scheduler.sigmas[index - 1]) * output.float()
