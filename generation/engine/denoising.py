"""One job's denoising state, and the batched call that serves many of them.

The arithmetic is that of StableDiffusionPipeline.__call__ (diffusers 0.42), row by row.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import torch

from generation.engine.jobs import EngineJob
from generation.engine.samplers import step_parameters


class DenoisingRun:
    """A job between its first noise and its last latents; owns scheduler, generator and latents.

    Image to image starts one with fewer `timesteps` and other `latents`; inpainting blends after `apply`.
    """

    def __init__(
        self,
        job: EngineJob,
        group: Hashable,
        scheduler: Any,
        generator: torch.Generator,
        latents: torch.Tensor,
        prompt: torch.Tensor,
        negative: torch.Tensor | None,
    ) -> None:
        """`scheduler` has its timesteps set; `latents` (1, C, h, w) are noise in its scale; `prompt` and
        `negative` are embeddings (1, tokens, width), the latter None when the job is not guided."""
        self.job = job
        self.group = group
        self.scheduler = scheduler
        self.generator = generator
        self.latents = latents
        self.prompt = prompt
        self.negative = negative
        self.timesteps = scheduler.timesteps
        self.total = len(self.timesteps)
        self.step = 0
        accepted = step_parameters(type(scheduler))  # type: ignore[arg-type]
        self._step_arguments: dict[str, Any] = {}
        if "eta" in accepted:
            self._step_arguments["eta"] = 0.0
        if "generator" in accepted:
            self._step_arguments["generator"] = generator
        self._last: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None

    @property
    def timestep(self) -> torch.Tensor:
        """The noise level of the next denoiser call."""
        timestep: torch.Tensor = self.timesteps[self.step]
        return timestep

    def model_input(self) -> torch.Tensor:
        """Return the latents (1, C, h, w) in the scale the denoiser was trained on."""
        scaled: torch.Tensor = self.scheduler.scale_model_input(self.latents, self.timestep)
        return scaled

    def apply(self, prediction: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Do one scheduler step with `prediction`: the denoiser's input and its guided output, (1, C, h, w)."""
        sample, output = prediction
        timestep = self.timestep
        self.latents = self.scheduler.step(output, timestep, self.latents, **self._step_arguments, return_dict=False)[0]
        self._last = (sample, output, timestep)
        self.step += 1

    def is_finite(self) -> bool:
        """Return False when NaN or infinity has got into the latents."""
        return bool(torch.isfinite(self.latents).all())

    def expected_latents(self) -> torch.Tensor:
        """Return the picture that the last denoiser call pointed at, (1, C, h, w): clearer than noisy latents.

        Samplers scale the denoiser's input to the variance-preserving form x = sqrt(a)·x0 + sqrt(1-a)·noise,
        whatever form they keep the latents in, so one formula serves all of them.
        """
        if self._last is None:
            return self.latents
        sample, output, timestep = self._last
        levels = self.scheduler.alphas_cumprod
        index = min(max(round(float(timestep)), 0), len(levels) - 1)
        alpha = float(levels[index])
        kind = self.scheduler.config.prediction_type
        if kind == "sample":
            return output
        if kind == "v_prediction":
            return alpha**0.5 * sample - (1 - alpha) ** 0.5 * output
        return (sample - (1 - alpha) ** 0.5 * output) / max(alpha, 1e-4) ** 0.5


def predict(unet: Any, runs: Sequence[DenoisingRun]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Make one denoiser call for `runs` and return for each its input and its guided output.

    Rows are [negatives of guided runs…, all runs…]; every row has its own timestep. Changes no run.
    """
    samples = [run.model_input() for run in runs]
    guided = [index for index, run in enumerate(runs) if run.negative is not None]
    order = guided + list(range(len(runs)))
    embeddings = [runs[index].negative for index in guided] + [run.prompt for run in runs]
    rows = torch.cat([samples[index] for index in order])
    timesteps = torch.stack([runs[index].timestep.to(torch.float32) for index in order]).to(rows.device)
    output = unet(
        rows.contiguous(memory_format=torch.channels_last),
        timesteps,
        encoder_hidden_states=torch.cat([embedding for embedding in embeddings if embedding is not None]),
        return_dict=False,
    )[0]
    outputs = output.split(1)
    conditional = outputs[len(guided) :]
    negative = dict(zip(guided, outputs[: len(guided)], strict=True))
    predictions = []
    for index, run in enumerate(runs):
        result = conditional[index]
        if index in negative:
            result = negative[index] + run.job.guidance * (result - negative[index])
        predictions.append((samples[index], result))
    return predictions
