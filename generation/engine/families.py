"""What the engine's loop needs of an architecture, and which module brings it.

Stable Diffusion batches many runs into one denoiser call. A family that can't be batched gives every run a group
of its own and does one step of its stock pipeline in `predict`; the loop treats both the same.
"""

from collections.abc import Hashable, Sequence
from importlib import import_module
from typing import Any, Protocol

import torch
from PIL import Image

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.file_errors import unsupported
from generation.engine.jobs import EngineJob
from generation.engine.stock.families import STOCK_FAMILIES


class Run(Protocol):
    """One job on its way: owns all state that steps change."""

    job: EngineJob
    group: Hashable
    """Runs of equal group may be predicted together."""
    step: int
    """Denoiser calls done."""
    total: int
    """Denoiser calls needed."""

    @property
    def unprepared(self) -> bool:
        """True while `LoadedCheckpoint.prepare` has to be called before the next denoiser call."""

    @property
    def waiting(self) -> bool:
        """True while something elsewhere is at work for it, and there is nothing to do here."""

    def apply(self, prediction: Any) -> None:
        """Take this run's part of a prediction and move on by one step."""

    def is_finite(self) -> bool:
        """Return False when NaN or infinity has got into the state."""

    def close(self) -> None:
        """The job leaves, finished or not: give back what it holds."""


class LoadedCheckpoint(Protocol):
    """A checkpoint in memory. None of the methods changes shared state, but for caches."""

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in memory, with those of LoRAs and other VAEs that were loaded for it."""

    def start(self, job: EngineJob) -> Run:
        """Encode the prompts and make all that is quick. Raises EngineError bad_size, unsupported."""

    def prepare(self, run: Any) -> None:
        """Do one slow piece of what an unprepared run waits for: encode its source, decode what is to be enlarged.

        Raises EngineError empty_mask, not_a_number, black_image. After running out of memory it can be called again.
        """

    def predict(self, runs: Sequence[Any]) -> list[Any]:
        """Make one denoiser call for `runs` (all of one group) and return each one's prediction, in order.

        Must leave the runs as they were, so that a call that ran out of memory can be made again in parts.
        """

    def preview(self, run: Any) -> Image.Image | None:
        """Return a small picture of what the last step is heading for; None where that can't be seen."""

    def decode(self, run: Any) -> Image.Image:
        """Return the finished picture. Raises EngineError not_a_number or black_image."""

    def drop_unused(self) -> None:
        """Let go of what no run uses: LoRAs and other VAEs that stay in memory because the next job may want them."""


_MODULES = {
    "StableDiffusionPipeline": "generation.engine.stable_diffusion",
    "StableDiffusionImg2ImgPipeline": "generation.engine.stable_diffusion",
    "StableDiffusionInpaintPipeline": "generation.engine.stable_diffusion",
    "StableDiffusionXLPipeline": "generation.engine.stable_diffusion_xl",
    "StableDiffusionXLImg2ImgPipeline": "generation.engine.stable_diffusion_xl",
    "StableDiffusionXLInpaintPipeline": "generation.engine.stable_diffusion_xl",
}


def load_checkpoint(
    facts: CheckpointFacts, device: torch.device, dtype: torch.dtype, vae: str = ""
) -> LoadedCheckpoint:
    """Load a checkpoint that was looked at by `inspect_checkpoint`; a file without a VAE takes the one at `vae`.

    Raises EngineError corrupt_checkpoint, unsupported_checkpoint.
    """
    module = "generation.engine.stock.checkpoint" if facts.family in STOCK_FAMILIES else _MODULES.get(facts.family)
    if module is None:
        raise unsupported(facts.path, "family", facts.family)
    borrowed = {"vae": vae} if vae and facts.is_single_file and not facts.has_vae else {}
    loaded: LoadedCheckpoint = import_module(module).load(facts, device, dtype, **borrowed)
    return loaded
