"""One picture to draw, as the engine is asked for it."""

import math
from collections.abc import Hashable
from dataclasses import dataclass

from generation.engine.errors import EngineError
from generation.engine.sampler_names import SAMPLER_NAMES

MAX_STEPS = 1000
"""Models of the Stable Diffusion kind are trained on 1000 noise levels; more steps than levels mean nothing."""
MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineJob:
    """Text to one image.

    id: any hashable, comes back in the events. checkpoint: folder of the model. width, height: pixels.
    steps: 1 to 1000. sampler: one of `sampler_names.SAMPLER_NAMES`. guidance: classifier-free guidance scale;
    at 1 and below the negative prompt is unused and the job costs half. seed: 0 to 2**63 - 1.
    preview_every: denoiser calls between previews (one also comes after the first call), 0 for none.
    exact: share no denoiser call with another job, so that the pixels don't depend on who else is running.
    """

    id: Hashable
    checkpoint: str
    prompt: str
    negative_prompt: str = ""
    width: int
    height: int
    steps: int = 20
    sampler: str = "Euler a"
    guidance: float = 7.0
    seed: int = 0
    preview_every: int = 5
    exact: bool = False

    def check(self) -> None:
        """Raise `EngineError` for a value that no checkpoint could accept."""
        if self.sampler not in SAMPLER_NAMES:
            raise EngineError("unknown_sampler", sampler=self.sampler, known=list(SAMPLER_NAMES))
        if not 1 <= self.steps <= MAX_STEPS:
            raise EngineError("bad_steps", steps=self.steps, maximum=MAX_STEPS)
        if not math.isfinite(self.guidance) or self.guidance < 0:
            raise EngineError("bad_guidance", guidance=str(self.guidance))
        if not 0 <= self.seed <= MAX_SEED:
            raise EngineError("bad_seed", seed=self.seed, maximum=MAX_SEED)
