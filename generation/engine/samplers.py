"""A1111's sampler names as diffusers schedulers. Source: the table in diffusers' docs, api/schedulers/overview.

Not here: schedulers with a noise schedule of their own that models of this kind were not trained on (the EDM ones,
IPNDM), and DPMSolverSDEScheduler, which needs torchsde: the single-step SDE solver stands for it.
"""

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DEISMultistepScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2AncestralDiscreteScheduler,
    KDPM2DiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    PNDMScheduler,
    SASolverScheduler,
    TCDScheduler,
    UniPCMultistepScheduler,
)

from generation.engine.errors import EngineError
from generation.engine.sampler_names import SAMPLER_NAMES, SCHEDULED, SCHEDULES, base_and_schedule


def _dpm(algorithm: str, solver: str = "midpoint", order: int = 2) -> dict[str, Any]:
    return {"algorithm_type": algorithm, "solver_type": solver, "solver_order": order}


# Every override that tells two names apart is written out: a checkpoint's own scheduler config may have it set.
# Latents are not bounded to -1…1, so nothing clips them.
_TABLE: dict[str, tuple[type, dict[str, Any]]] = {
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "Euler": (EulerDiscreteScheduler, {}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, _dpm("dpmsolver++")),
    "DPM++ 2M SDE": (DPMSolverMultistepScheduler, _dpm("sde-dpmsolver++")),
    "DPM++ 2M SDE Heun": (DPMSolverMultistepScheduler, _dpm("sde-dpmsolver++", "heun")),
    "DPM++ 3M SDE": (DPMSolverMultistepScheduler, _dpm("sde-dpmsolver++", order=3)),
    "DPM++ SDE": (DPMSolverSinglestepScheduler, _dpm("sde-dpmsolver++") | {"lower_order_final": True}),
    # The nearest that diffusers has, by its own table: the same steps without the ancestral noise.
    "DPM++ 2S a": (DPMSolverSinglestepScheduler, _dpm("dpmsolver++") | {"lower_order_final": True}),
    "UniPC": (UniPCMultistepScheduler, {"solver_type": "bh2", "solver_order": 2}),
    "Heun": (HeunDiscreteScheduler, {"clip_sample": False}),
    "DPM2": (KDPM2DiscreteScheduler, {}),
    "DPM2 a": (KDPM2AncestralDiscreteScheduler, {}),
    "LMS": (LMSDiscreteScheduler, {}),
    "DEIS": (DEISMultistepScheduler, {"algorithm_type": "deis", "solver_type": "logrho", "solver_order": 2}),
    "SA Solver": (SASolverScheduler, {"algorithm_type": "data_prediction"}),
    "DDIM": (DDIMScheduler, {"clip_sample": False}),
    "DDPM": (DDPMScheduler, {"clip_sample": False, "variance_type": "fixed_small"}),
    "PLMS": (PNDMScheduler, {"skip_prk_steps": True}),
    "LCM": (LCMScheduler, {"clip_sample": False}),
    "TCD": (TCDScheduler, {"clip_sample": False}),
}


def make_scheduler(sampler: str, config: Mapping[str, Any]) -> Any:
    """Return a new scheduler for `sampler` on the noise schedule of a checkpoint (its scheduler's config).

    Each job needs its own: `step` changes the object. Raises EngineError unknown_sampler.
    """
    if sampler not in SAMPLER_NAMES:
        raise EngineError("unknown_sampler", sampler=sampler, known=list(SAMPLER_NAMES))
    base, chosen = base_and_schedule(sampler)
    scheduler_class, overrides = _TABLE[base]
    if base in SCHEDULED:
        spread = {f"use_{schedule.lower()}_sigmas": schedule == chosen for schedule in SCHEDULES}
        overrides = overrides | spread
    return scheduler_class.from_config(config, **overrides)  # type: ignore[attr-defined]


@cache
def step_parameters(scheduler_class: type) -> frozenset[str]:
    """Return the names `scheduler_class.step` accepts (only some schedulers take eta or a generator)."""
    return frozenset(inspect.signature(scheduler_class.step).parameters)  # type: ignore[attr-defined]
