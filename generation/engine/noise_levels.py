"""Which noise levels a pass of denoising goes through: all of them, or the last part when it starts from a picture."""

from dataclasses import dataclass
from typing import Any

import torch

from generation.engine.sampler_names import steps_on_source


@dataclass(frozen=True, slots=True)
class Pass:
    """One way down through the noise levels `timesteps` with a scheduler of its own, at one size in pixels."""

    scheduler: Any
    timesteps: torch.Tensor
    width: int
    height: int


def new_pass(scheduler: Any, steps: int, strength: float | None, width: int, height: int) -> Pass:
    """Set `scheduler` to `steps` and to where it starts. `strength` None starts from noise.

    With a strength below 1 the first levels are left out as the stock pipelines leave them out, but for one thing:
    one step is always done, so that a strength close to 0 still draws.
    """
    # Timesteps and sigmas stay on the CPU: reading them there costs the device no synchronisation.
    scheduler.set_timesteps(steps, device="cpu")
    skipped = 0 if strength is None else steps - steps_on_source(steps, strength)
    begin = skipped * scheduler.order
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    return Pass(scheduler, scheduler.timesteps[begin:], width, height)
