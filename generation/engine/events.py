"""What `Engine.step` reports. Job ids are those the caller gave in `EngineJob.id`."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `total` denoiser calls are done (a second-order sampler needs nearly two calls a step)."""

    job_id: Hashable
    step: int
    total: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A rough picture of what `step` is heading for: RGB, at most 128 pixels a side."""

    job_id: Hashable
    step: int
    image: "Image"


@dataclass(frozen=True, slots=True)
class Finished:
    """The picture (RGB) and what it took.

    It is of the size asked for; with a hires fix of that size; with `only_masked` of the source's own.

    `batch_sizes` has one entry per denoiser call of this job: how many jobs shared it. Rounding depends on it.
    """

    job_id: Hashable
    image: "Image"
    denoiser_calls: int
    batch_sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The job is over without a picture; `code` and `params` as in `errors.ERROR_CODES`."""

    job_id: Hashable
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The job left at a step boundary because `Engine.cancel` asked for it."""

    job_id: Hashable


Event = Progress | Preview | Finished | Failed | Cancelled
