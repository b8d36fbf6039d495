"""How much work a picture is: denoiser calls, and megapixel-steps, which the queue counts in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.engine.sampler_names import denoiser_calls, steps_on_source
from generation.models import Checkpoint, GenerationRequest
from generation.queueing.costs import cost_of
from generation.shapes import enlarged


@dataclass(frozen=True, slots=True)
class Workload:
    """Of one picture."""

    calls: int
    cost: float


def workload_of(request: GenerationRequest) -> Workload:
    """The work of each picture of a request."""
    columns = ("sampler", "steps", "width", "height", "strength", "hires_scale", "hires_steps", "hires_strength")
    return workload({name: getattr(request, name) for name in columns}, request.checkpoint)


def workload(values: Mapping[str, Any], checkpoint: Checkpoint) -> Workload:
    """The work of a picture with these columns of a request: from a source, only a share of the steps is done; a
    second pass costs its own share, at its own size."""
    width, height, sampler = values["width"], values["height"], values["sampler"]
    calls = denoiser_calls(sampler, steps_done(values["steps"], values.get("strength")))
    cost = cost_of(width, height, calls)
    scale = values.get("hires_scale")
    if scale:
        more = denoiser_calls(sampler, steps_done(values["hires_steps"], values["hires_strength"]))
        calls += more
        cost += cost_of(*enlarged(width, height, scale, checkpoint), more)
    return Workload(calls, cost)


def steps_done(steps: int, strength: float | None) -> int:
    """How many of `steps` are done from a picture with `strength`: at least one. All of them where there is none."""
    return steps if strength is None else steps_on_source(steps, strength)
