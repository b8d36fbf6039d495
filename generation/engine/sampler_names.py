"""The samplers on offer, under the names people know from A1111. Light: imports nothing."""

from collections.abc import Mapping
from typing import Any

SAMPLER_NAMES: tuple[str, ...] = (
    "Euler a",
    "Euler",
    "DPM++ 2M",
    "DPM++ 2M Karras",
    "DPM++ 2M SDE",
    "DPM++ 2M SDE Karras",
    "UniPC",
    "DDIM",
    "Heun",
    "DPM2",
    "DPM2 a",
    "PLMS",
)
"""Order of the menu: what people reach for first stands first."""

DEFAULT_SAMPLER = "Euler a"

SECOND_ORDER = frozenset({"Heun", "DPM2", "DPM2 a"})
"""Two denoiser calls for every step but the last."""

NO_ZERO_SNR = frozenset({"Heun", "DPM2", "DPM2 a", "PLMS"})
"""diffusers' schedulers for these can't rescale the betas to zero terminal SNR; they would draw off-model."""


def denoiser_calls(sampler: str, steps: int) -> int:
    """Return how many denoiser calls `steps` (1 or more) of `sampler` take: the total of `Progress`."""
    if sampler in SECOND_ORDER:
        return 2 * steps - 1
    if sampler == "PLMS" and steps > 1:
        return steps + 1  # the first step is done twice to have a gradient to extrapolate from
    return steps


def samplers_for(scheduler_config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the samplers that suit a checkpoint with this `scheduler/scheduler_config.json`."""
    if scheduler_config.get("rescale_betas_zero_snr"):
        return tuple(name for name in SAMPLER_NAMES if name not in NO_ZERO_SNR)
    return SAMPLER_NAMES
