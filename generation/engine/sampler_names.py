"""The samplers on offer, under the names people know from A1111. Light: imports nothing.

A name may end in a noise schedule (Karras, Exponential, Beta): how the steps are spread over the noise levels.
"""

from collections.abc import Mapping
from typing import Any

SCHEDULES: tuple[str, ...] = ("Karras", "Exponential", "Beta")
"""Suffixes of the samplers that let the noise schedule be chosen."""

SCHEDULED: tuple[str, ...] = (
    "Euler",
    "DPM++ 2M",
    "DPM++ 2M SDE",
    "DPM++ 2M SDE Heun",
    "DPM++ 3M SDE",
    "DPM++ SDE",
    "DPM++ 2S a",
    "UniPC",
    "Heun",
    "DPM2",
    "DPM2 a",
    "LMS",
    "DEIS",
    "SA Solver",
)
"""Samplers that are also on offer with each of `SCHEDULES`."""

_POPULAR = (
    "Euler a",
    "Euler",
    "DPM++ 2M",
    "DPM++ 2M Karras",
    "DPM++ 2M SDE",
    "DPM++ 2M SDE Karras",
    "UniPC",
    "DDIM",
    "DPM++ SDE Karras",
    "DPM++ 3M SDE Karras",
    "DPM++ 2S a Karras",
    "LCM",
    "Heun",
    "DPM2",
    "DPM2 a",
    "LMS",
    "DEIS",
    "DDPM",
    "PLMS",
    "TCD",
)

_ALL = tuple(f"{name} {schedule}".strip() for name in SCHEDULED for schedule in ("", *SCHEDULES))

SAMPLER_NAMES: tuple[str, ...] = (*_POPULAR, *(name for name in _ALL if name not in _POPULAR))
"""Order of the menu: what people reach for first stands first."""

DEFAULT_SAMPLER = "Euler a"

MAX_DISTILLED_STEPS = 50
"""LCM and TCD step through the 50 noise levels that their models were distilled on."""

_SECOND_ORDER = ("Heun", "DPM2", "DPM2 a")
_NO_ZERO_SNR = ("DPM++ SDE", "DPM++ 2S a", "Heun", "DPM2", "DPM2 a", "LMS", "DEIS", "SA Solver", "PLMS")


def base_and_schedule(sampler: str) -> tuple[str, str]:
    """Split a name into sampler and noise schedule; the latter is empty when it is the checkpoint's own."""
    base, _space, schedule = sampler.rpartition(" ")
    return (base, schedule) if schedule in SCHEDULES else (sampler, "")


SECOND_ORDER = frozenset(name for name in SAMPLER_NAMES if base_and_schedule(name)[0] in _SECOND_ORDER)
"""Two denoiser calls for every step but the last."""

NO_ZERO_SNR = frozenset(
    name for name in SAMPLER_NAMES if base_and_schedule(name)[0] in _NO_ZERO_SNR or base_and_schedule(name)[1] == "Beta"
)
"""diffusers' schedulers for these can't rescale the betas to zero terminal SNR; they would draw off-model.

The Beta schedule is linear in sigma, which then goes up to 4096: nearly all steps would be spent on pure noise.
"""


def denoiser_calls(sampler: str, steps: int) -> int:
    """Return how many denoiser calls `steps` (1 or more) of `sampler` take: the total of `Progress`."""
    if sampler in SECOND_ORDER:
        return 2 * steps - 1
    if sampler == "PLMS" and steps > 1:
        return steps + 1  # the first step is done twice to have a gradient to extrapolate from
    return steps


def steps_on_source(steps: int, strength: float) -> int:
    """Return how many of `steps` are done on a source with `strength`, at least one: the rest would be hidden by it."""
    return max(1, min(int(steps * strength), steps))


def most_steps(sampler: str, maximum: int) -> int:
    """Return the most steps that `sampler` can do where others can do `maximum`."""
    return min(maximum, MAX_DISTILLED_STEPS) if sampler in ("LCM", "TCD") else maximum


def samplers_for(scheduler_config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the samplers that suit a checkpoint with this `scheduler/scheduler_config.json`."""
    if scheduler_config.get("rescale_betas_zero_snr"):
        return tuple(name for name in SAMPLER_NAMES if name not in NO_ZERO_SNR)
    return SAMPLER_NAMES
