"""What both trainings share: the learning rate over time, running averages of weights, and a line of progress."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn


@dataclass
class Budget:
    """When a training ends: after ``minutes`` of wall time or ``steps`` steps in this run, whichever comes first."""

    minutes: float
    steps: int | None = None
    started: float = field(default_factory=time.monotonic)
    done: int = 0
    ended: bool = False

    def end_early(self, *_: object) -> None:
        """End after the current step, which then writes its checkpoint; fit to be a signal handler."""
        self.ended = True

    def share(self) -> float:
        """How much of the budget is used, 0 to 1."""
        if self.ended:
            return 1.0
        by_time = (time.monotonic() - self.started) / (self.minutes * 60)
        by_steps = self.done / self.steps if self.steps else 0.0
        return min(1.0, max(by_time, by_steps))

    def over(self) -> bool:
        """Whether the budget is used up."""
        return self.share() >= 1.0


def rate_at(peak: float, step: int, share: float, warm_up: int = 150, decay_from: float = 0.6) -> float:
    """The learning rate: a linear start over ``warm_up`` steps, ``peak``, and a linear fall to 3 % at the end."""
    fall = 1.0 if share < decay_from else max(0.03, (1 - share) / (1 - decay_from))
    return peak * min(1.0, (step + 1) / warm_up) * fall


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, step: int, decay: float) -> None:
    """Move the averaged weights towards the model's; early on faster, so that the average is never stale."""
    keep = min(decay, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every parameter group."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def demand_finite(part: str, step: int, loss: torch.Tensor, weights: Iterable[torch.Tensor]) -> None:
    """Raise ``FloatingPointError`` unless the loss and all weights are finite numbers: to be asked before each save.

    The loss is the one before the step, so it alone does not tell what the step did to the weights.
    """
    if not all(bool(torch.isfinite(some).all()) for some in (loss, *weights)):
        raise FloatingPointError(
            f"The {part}'s loss or a weight of it is no finite number any more, at step {step}. "
            "The checkpoint stays the one before."
        )


class Every:
    """Says once per so many minutes that it is time again; the first time after that many."""

    def __init__(self, minutes: float) -> None:
        self.seconds = minutes * 60
        self.last = time.monotonic()

    def due(self) -> bool:
        """Whether it is time; starts the next turn then."""
        if time.monotonic() - self.last < self.seconds:
            return False
        self.last = time.monotonic()
        return True


def bar(share: float, passed: float, share_before: float = 0.0) -> str:
    """A progress bar and an estimate of the time left, given the seconds in which ``share_before`` became ``share``."""
    gained = share - share_before
    left = passed * (1 - share) / gained if gained > 0 else None
    clock = "" if left is None else f", {int(left // 60)}:{int(left % 60):02d} left"
    return f"[{'#' * int(share * 20):<20}] {share:4.0%}{clock}"


def tell(line: str) -> None:
    """Keep one line up to date where a person watches; elsewhere the logs say it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


class Progress:
    """Writes a line to the log now and then, and keeps one line up to date where a person watches.

    ``cost`` counts over all runs: pictures seen and seconds of processor time; it goes into the checkpoint.
    """

    def __init__(self, log: Path, part: str, before: dict[str, float] | None = None, every: int = 50) -> None:
        self.log, self.part, self.every = log, part, every
        self.recent: list[float | torch.Tensor] = []
        self.started, self.busy = time.monotonic(), time.process_time()
        self.before = before or {"pictures": 0, "core_seconds": 0}
        self.seen = 0
        self.first: tuple[float, float] | None = None  # when the first step ended, and the share then

    def cost(self) -> dict[str, float]:
        """Pictures seen and processor seconds spent, in all runs together."""
        return {
            "pictures": self.before["pictures"] + self.seen,
            "core_seconds": self.before["core_seconds"] + time.process_time() - self.busy,
        }

    def say(self, line: str) -> None:
        """Add a line to the log."""
        with self.log.open("a") as stream:
            stream.write(line + "\n")

    def step(self, step: int, seen: int, loss: float | torch.Tensor, share: float, extra: Iterable[str] = ()) -> None:
        """Count one step: ``seen`` pictures in it, its loss, and the share of the budget that is used.

        A loss on a device is only read when a line is due: reading makes the device wait. Raises
        ``FloatingPointError`` when the mean loss is no number any more, before that reaches a checkpoint.
        """
        self.recent.append(loss)
        self.seen += seen
        if self.first is None:
            self.first = time.monotonic(), share
        if step % self.every and share < 1:
            return
        mean = sum(float(one) for one in self.recent) / len(self.recent)
        self.recent.clear()
        busy, passed = time.process_time() - self.busy, time.monotonic() - self.started
        bar_now = bar(share, time.monotonic() - self.first[0], self.first[1])
        by_time, by_core = self.seen / max(passed, 1e-6), self.seen / max(busy, 1e-6)
        line = (
            f"{self.part:<9}{bar_now}, step {step}, loss {mean:.4f}, "
            f"{self.seen} pictures in this run, {by_time:.1f}/s, {by_core:.1f} per core second, "
            f"{passed / 60:.1f} min {' '.join(extra)}"
        ).rstrip()
        self.say(line)
        tell(line)
        if not math.isfinite(mean):
            raise FloatingPointError(f"The {self.part}'s loss is no number any more, at step {step}.")
