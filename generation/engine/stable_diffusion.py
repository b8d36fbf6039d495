"""The Stable Diffusion 1.x family: folders or files of it, whatever the number of latent channels."""

import copy
import itertools
from collections.abc import Sequence
from typing import Any

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.denoising import DenoisingRun, predict
from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.pipeline_loading import load_pipeline
from generation.engine.previews import Projection
from generation.engine.prompts import PromptEncoder
from generation.engine.samplers import make_scheduler


def load(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype) -> "StableDiffusion":
    """Load the checkpoint. Raises EngineError corrupt_checkpoint, unsupported_checkpoint."""
    return StableDiffusion(facts, load_pipeline(facts, dtype), device, dtype)


class StableDiffusion:
    """A loaded checkpoint of this family: starts runs, predicts them in batches, previews and decodes them."""

    def __init__(self, facts: CheckpointFacts, pipeline: Any, device: torch.device, dtype: torch.dtype) -> None:
        self.facts = facts
        self._device = device
        self._dtype = dtype
        # channels_last: the convolutions of small models run more than twice as fast on a CPU (88 for 33 GFLOPS).
        self.unet = _own(pipeline.unet.to(device=device, memory_format=torch.channels_last))
        self.vae = _own(pipeline.vae.to(device=device, memory_format=torch.channels_last))
        text_encoder = _own(pipeline.text_encoder.to(device))
        self.prompts = PromptEncoder(pipeline.tokenizer, text_encoder, device)
        # The pipeline corrects outdated scheduler settings when it is built, so its copy counts, not the file.
        self._scheduler_config = pipeline.scheduler.config
        self._pristine_schedulers: dict[str, Any] = {}
        self._image_processor = pipeline.image_processor
        self._latent_scale = float(self.vae.config.scaling_factor)
        self.nbytes = sum(
            tensor.nbytes for module in (self.unet, self.vae, text_encoder) for tensor in module.state_dict().values()
        )
        with torch.inference_mode():
            self.projection = Projection.fit(self.encode, facts.scale_factor, device, dtype)

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures (N, 3, H, W) in -1…1 as latents (N, C, H/f, W/f) in the denoiser's scale."""
        encoded = self.vae.encode(pictures)
        latents: torch.Tensor = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        return latents * self._latent_scale

    def start(self, job: EngineJob) -> DenoisingRun:
        """Encode the prompts and draw the first noise from the job's own generator (on the CPU, as seeds are
        shared between devices that way). Raises EngineError bad_size, unknown_sampler."""
        multiple = self.facts.size_multiple
        if min(job.width, job.height) < multiple or job.width % multiple or job.height % multiple:
            raise EngineError("bad_size", width=job.width, height=job.height, multiple=multiple)
        scheduler = self._new_scheduler(job.sampler)
        # Timesteps and sigmas stay on the CPU: reading them there costs the device no synchronisation.
        scheduler.set_timesteps(job.steps, device="cpu")
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(0)
        generator = torch.Generator("cpu").manual_seed(job.seed)
        factor = self.facts.scale_factor
        shape = (1, self.facts.latent_channels, job.height // factor, job.width // factor)
        noise = randn_tensor(shape, generator=generator, device=self._device, dtype=self._dtype)
        return DenoisingRun(
            job=job,
            group=(id(self), job.width, job.height),
            scheduler=scheduler,
            generator=generator,
            latents=noise * scheduler.init_noise_sigma,
            prompt=self.prompts.encode(job.prompt),
            negative=self.prompts.encode(job.negative_prompt) if job.guidance > 1 else None,
        )

    def _new_scheduler(self, sampler: str) -> Any:
        # Some schedulers take 0.2 s to build (DPM2); a copy of one that was never stepped takes a millisecond.
        if sampler not in self._pristine_schedulers:
            self._pristine_schedulers[sampler] = make_scheduler(sampler, self._scheduler_config)
        return copy.deepcopy(self._pristine_schedulers[sampler])

    def predict(self, runs: Sequence[DenoisingRun]) -> list[Any]:
        """One denoiser call for all `runs`; see `denoising.predict`."""
        return predict(self.unet, runs)

    def preview(self, run: DenoisingRun) -> Image.Image:
        """Return the picture the last step pointed at, at most 128 pixels a side."""
        return self.projection.image(run.expected_latents(), run.job.width, run.job.height)

    def decode(self, run: DenoisingRun) -> Image.Image:
        """Return the picture (RGB). Raises EngineError not_a_number, black_image."""
        latents = (run.latents / self._latent_scale).contiguous(memory_format=torch.channels_last)
        pixels = self.vae.decode(latents, return_dict=False, generator=run.generator)[0]
        if not torch.isfinite(pixels).all():
            raise EngineError("not_a_number", step=run.step)
        image: Image.Image = self._image_processor.postprocess(pixels, output_type="pil", do_denormalize=[True])[0]
        if image.getbbox() is None:
            # Every channel of every pixel at zero: no picture of a working model is that, an overflow is.
            raise EngineError("black_image")
        return image


def _own(module: Any) -> Any:
    """Copy weights that are mapped from the file: whoever writes over the file would change (or kill) a running job."""
    if next(module.parameters()).device.type == "cpu":
        for tensor in itertools.chain(module.parameters(), module.buffers()):
            tensor.data = tensor.data.clone()
    return module.eval()
