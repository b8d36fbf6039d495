"""One job's denoising state, and the batched call that serves many of them.

The arithmetic is that of the stock Stable Diffusion pipelines' `__call__` (diffusers 0.42), row by row.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import torch
from PIL import Image

from generation.engine.adapters import LoraSet
from generation.engine.conditioning import Conditioning, added_to_time, join, send
from generation.engine.framing import Frame
from generation.engine.inpainting import KeptSource
from generation.engine.jobs import EngineJob
from generation.engine.latent_codec import LatentCodec
from generation.engine.noise_levels import Pass
from generation.engine.prompt_plan import Plan, current
from generation.engine.samplers import step_parameters


class DenoisingRun:
    """A job between its first noise and its last latents; owns schedulers, generator and latents.

    It goes through one pass, with a hires fix through two. Before each, `begin` gives it latents of the pass's size;
    as long as it has none it is `unprepared`.
    """

    waiting = False
    frame: Frame | None = None
    """How the job's source lies in the picture, when there is a source."""
    enlarged: Image.Image | None = None
    """The picture of the first pass in the size of the second, between its decoding and its encoding."""
    previous: torch.Tensor | None = None
    """The latents that the pass before ended with."""

    def __init__(
        self,
        job: EngineJob,
        model: Hashable,
        passes: Sequence[Pass],
        generator: torch.Generator,
        prompts: Sequence[Plan],
        negatives: Sequence[Plan] | None,
        loras: LoraSet,
        codec: LatentCodec,
    ) -> None:
        """`model` is equal for runs that may share denoiser calls where their size and their LoRAs allow. `prompts`
        and `negatives` are for each pass, the latter None when the job is not guided. `codec` is the VAE it uses."""
        self.job = job
        self.generator = generator
        self.loras = loras
        self.codec = codec
        self._prompts = prompts
        self._negatives = negatives
        self.passes = passes
        self.total = sum(len(one.timesteps) for one in passes)
        self.step = 0
        self._model = (model, loras)
        self._last: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None
        self._enter(0)

    def _enter(self, number: int) -> None:
        self.pass_number = number
        self.scheduler = self.passes[number].scheduler
        self.size = (self.passes[number].width, self.passes[number].height)
        self.group = (self._model, *self.size)
        self._timesteps = self.passes[number].timesteps
        self._position = 0
        self._latents: torch.Tensor | None = None
        self.extra_channels: torch.Tensor | None = None
        self._kept: KeptSource | None = None
        accepted = step_parameters(type(self.scheduler))  # type: ignore[arg-type]
        self._step_arguments: dict[str, Any] = {}
        if "eta" in accepted:
            self._step_arguments["eta"] = 0.0
        if "generator" in accepted:
            self._step_arguments["generator"] = self.generator

    def begin(
        self, latents: torch.Tensor, kept: KeptSource | None = None, extra_channels: torch.Tensor | None = None
    ) -> None:
        """Start the pass with `latents` (1, C, h, w) at the noise level of `timestep`.

        `kept` is laid around them after every step; `extra_channels` (1, c, h, w) are what the denoiser sees besides.
        """
        self._latents, self._kept, self.extra_channels = latents, kept, extra_channels

    @property
    def prompt(self) -> Conditioning:
        """What the next denoiser call is told to draw."""
        return current(self._prompts[self.pass_number], self._position)

    @property
    def negative(self) -> Conditioning | None:
        """What the next denoiser call is told to keep away from; None when the job is not guided."""
        return None if self._negatives is None else current(self._negatives[self.pass_number], self._position)

    @property
    def unprepared(self) -> bool:
        """True until the pass has latents to start with."""
        return self._latents is None

    @property
    def latents(self) -> torch.Tensor:
        """What the pass has come to, (1, C, h, w); between two passes what the first one ended with."""
        latents = self.previous if self._latents is None else self._latents
        if latents is None:
            raise RuntimeError("the pass has not begun")
        return latents

    @property
    def timestep(self) -> torch.Tensor:
        """The noise level of the next denoiser call."""
        timestep: torch.Tensor = self._timesteps[self._position]
        return timestep

    def model_input(self) -> torch.Tensor:
        """Return the latents (1, C, h, w) in the scale the denoiser was trained on."""
        scaled: torch.Tensor = self.scheduler.scale_model_input(self.latents, self.timestep)
        return scaled

    def apply(self, prediction: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Do one scheduler step with `prediction`: the denoiser's input and its guided output, (1, C, h, w)."""
        sample, output = prediction
        timestep = self.timestep
        latents = self.scheduler.step(output, timestep, self.latents, **self._step_arguments, return_dict=False)[0]
        self.step += 1
        self._position += 1
        ended = self._position == len(self._timesteps)
        if self._kept is not None:
            latents = self._kept.lay_around(latents, self.scheduler, None if ended else self.timestep)
        self._latents = latents
        self._last = (sample, output, timestep)
        if ended and self.step < self.total:
            self.previous = latents
            self._enter(self.pass_number + 1)

    def is_finite(self) -> bool:
        """Return False when NaN or infinity has got into the latents."""
        return bool(torch.isfinite(self.latents).all())

    def close(self) -> None:
        """Nothing is held but memory, which goes with the run."""

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
    conditioning = [run.negative for run in runs if run.negative is not None] + [run.prompt for run in runs]
    tokens, real = join(conditioning)
    rows = torch.cat([_seen(samples[index], runs[index].extra_channels) for index in order])
    output = unet(
        rows.contiguous(memory_format=torch.channels_last),
        send(torch.stack([runs[index].timestep.to(torch.float32) for index in order]), rows.device),
        encoder_hidden_states=tokens,
        encoder_attention_mask=real,
        added_cond_kwargs=added_to_time(conditioning, [runs[index].size for index in order]),
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


def _seen(sample: torch.Tensor, extra_channels: torch.Tensor | None) -> torch.Tensor:
    return sample if extra_channels is None else torch.cat([sample, extra_channels], dim=1)
