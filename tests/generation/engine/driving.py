"""Shared steps of the engine tests: make jobs, run them out, compare pictures."""

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from generation.engine import Engine, EngineJob, Event, Failed, Finished


def job(job_id: Hashable, checkpoint: Path, **changes: Any) -> EngineJob:
    values: dict[str, Any] = {
        "prompt": "1girl, red hair",
        "width": 64,
        "height": 64,
        "steps": 4,
        "sampler": "Euler",
        "guidance": 4.0,
        "seed": 7,
        "preview_every": 0,
    }
    return EngineJob(id=job_id, checkpoint=str(checkpoint), **(values | changes))


def run_staggered(engine: Engine, jobs: Iterable[EngineJob]) -> dict[Hashable, Image.Image]:
    """Add jobs three at a time, a step between, so that they join and leave one another's batches; return pictures."""
    events: list[Event] = []
    for index, one in enumerate(jobs):
        engine.add(one)
        if index % 3 == 2:
            events += engine.step()
    return pictures(events + run_out(engine))


def picture(width: int, height: int) -> Image.Image:
    """A coloured picture with edges and gradients, always the same."""
    across, down = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    checks = ((across * 6).astype(int) + (down * 5).astype(int)) % 2
    return Image.fromarray((numpy.stack([across, down, checks * 0.8], axis=-1) * 255).astype(numpy.uint8))


def ellipse(width: int, height: int) -> Image.Image:
    """A mask: white within an ellipse that lies off the middle."""
    across, down = numpy.meshgrid(numpy.linspace(-1, 1, width), numpy.linspace(-1, 1, height))
    inside = ((across - 0.2) / 0.5) ** 2 + ((down + 0.1) / 0.6) ** 2 < 1
    return Image.fromarray((inside * 255).astype(numpy.uint8))


def run_out(engine: Engine) -> list[Event]:
    """Step until nothing is left and return all events."""
    events: list[Event] = []
    while not engine.idle:
        events += engine.step()
    return events


def pictures(events: Iterable[Event]) -> dict[Hashable, Image.Image]:
    return {event.job_id: event.image for event in events if isinstance(event, Finished)}


def failures(events: Iterable[Event]) -> dict[Hashable, Failed]:
    return {event.job_id: event for event in events if isinstance(event, Failed)}


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of any subpixel, in levels of 255; the pictures must not be flat."""
    first, second = numpy.asarray(one, dtype=int), numpy.asarray(other, dtype=int)
    assert first.shape == second.shape
    assert first.std() > 5, "a flat picture would equal another for the wrong reason"
    return int(abs(first - second).max())
