"""What both trainings share: the learning rate over time, running averages of weights, and a line of progress."""

from __future__ import annotations

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


class Progress:
    """Writes a line to the log now and then, and keeps one line up to date where a person watches.

    ``cost`` counts over all runs: pictures seen and seconds of processor time; it goes into the checkpoint.
    """

    def __init__(self, log: Path, part: str, before: dict[str, float] | None = None, every: int = 50) -> None:
        self.log, self.part, self.every = log, part, every
        self.recent: list[float] = []
        self.started, self.busy = time.monotonic(), time.process_time()
        self.before = before or {"pictures": 0, "core_seconds": 0}
        self.seen = 0

    def cost(self) -> dict[str, float]:
        """Pictures seen and processor seconds spent, in all runs together."""
        return {
            "pictures": self.before["pictures"] + self.seen,
            "core_seconds": self.before["core_seconds"] + time.process_time() - self.busy,
        }

    def step(self, step: int, seen: int, loss: float, share: float, extra: Iterable[str] = ()) -> None:
        """Count one step: ``seen`` pictures in it, its loss, and the share of the budget that is used."""
        self.recent.append(loss)
        self.seen += seen
        if step % self.every:
            return
        mean = sum(self.recent) / len(self.recent)
        self.recent.clear()
        busy = time.process_time() - self.busy
        bar = "#" * int(share * 20)
        line = (
            f"{self.part:<9}[{bar:<20}] step {step}, loss {mean:.4f}, {self.seen} pictures in this run, "
            f"{self.seen / max(busy, 1e-6):.1f} per core second, "
            f"{(time.monotonic() - self.started) / 60:.1f} min {' '.join(extra)}"
        )
        with self.log.open("a") as stream:
            stream.write(line + "\n")
        sys.stderr.write(("\r" if sys.stderr.isatty() else "") + line + ("" if sys.stderr.isatty() else "\n"))
        sys.stderr.flush()
