"""A1111's sampler names as diffusers schedulers. Source: the table in diffusers' docs, api/schedulers/overview."""

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2AncestralDiscreteScheduler,
    KDPM2DiscreteScheduler,
    PNDMScheduler,
    UniPCMultistepScheduler,
)

from generation.engine.errors import EngineError
from generation.engine.sampler_names import SAMPLER_NAMES

# Every override that tells two names apart is written out: a checkpoint's own scheduler config may have it set.
_TABLE: dict[str, tuple[type, dict[str, Any]]] = {
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "Euler": (EulerDiscreteScheduler, {"use_karras_sigmas": False}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    "DPM++ 2M SDE": (DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": False}),
    "DPM++ 2M SDE Karras": (
        DPMSolverMultistepScheduler,
        {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": True},
    ),
    "UniPC": (UniPCMultistepScheduler, {"use_karras_sigmas": False}),
    "DDIM": (DDIMScheduler, {}),
    "Heun": (HeunDiscreteScheduler, {"use_karras_sigmas": False}),
    "DPM2": (KDPM2DiscreteScheduler, {"use_karras_sigmas": False}),
    "DPM2 a": (KDPM2AncestralDiscreteScheduler, {"use_karras_sigmas": False}),
    "PLMS": (PNDMScheduler, {"skip_prk_steps": True}),
}


def make_scheduler(sampler: str, config: Mapping[str, Any]) -> Any:
    """Return a new scheduler for `sampler` on the noise schedule of a checkpoint (its scheduler's config).

    Each job needs its own: `step` changes the object. Raises EngineError unknown_sampler.
    """
    try:
        scheduler_class, overrides = _TABLE[sampler]
    except KeyError:
        raise EngineError("unknown_sampler", sampler=sampler, known=list(SAMPLER_NAMES)) from None
    return scheduler_class.from_config(config, **overrides)  # type: ignore[attr-defined]


@cache
def step_parameters(scheduler_class: type) -> frozenset[str]:
    """Return the names `scheduler_class.step` accepts (only some schedulers take eta or a generator)."""
    return frozenset(inspect.signature(scheduler_class.step).parameters)  # type: ignore[attr-defined]
