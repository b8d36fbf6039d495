"""The Stable Diffusion 1.x and 2.x families, whatever the number of latent channels: noise or v-prediction, for
pictures from text or made for inpainting."""

import copy
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from generation.engine.adapters import Adapters
from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.conditioning import Conditioning
from generation.engine.denoising import DenoisingRun, predict
from generation.engine.embeddings import Embeddings
from generation.engine.errors import EngineError
from generation.engine.framing import Frame
from generation.engine.hires import begin_larger
from generation.engine.image_to_image import begin_from_noise, begin_from_source, blank_channels
from generation.engine.jobs import EngineJob
from generation.engine.latent_codec import LatentCodec
from generation.engine.noise_levels import new_pass
from generation.engine.other_vaes import OtherVaes
from generation.engine.pictures import picture_of
from generation.engine.pipeline_loading import load_pipeline
from generation.engine.previews import Projection
from generation.engine.prompt_encoder import PromptEncoder
from generation.engine.prompt_plan import Plan, make_plans
from generation.engine.samplers import make_scheduler


def load(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype, vae: str = "") -> "StableDiffusion":
    """Load the checkpoint, with the VAE at `vae` in the place of its own if that is said.

    Raises EngineError corrupt_checkpoint, unsupported_checkpoint, missing_resource, corrupt_resource.
    """
    pipeline = load_pipeline(facts, dtype, vae=Path(vae) if vae else None)
    loaded = StableDiffusion(facts, pipeline, device, dtype)
    loaded.borrowed_vae = vae
    return loaded


class StableDiffusion:
    """A loaded checkpoint of this family: starts runs, predicts them in batches, previews and decodes them."""

    def __init__(self, facts: CheckpointFacts, pipeline: Any, device: torch.device, dtype: torch.dtype) -> None:
        self.facts = facts
        self.borrowed_vae = ""
        # Of the files, not of this object: what was learnt about the memory it takes stays true when it is loaded anew.
        self._model = (str(facts.path), hash(facts.fingerprint))
        self._device = device
        self._dtype = dtype
        # channels_last: the convolutions of small models run more than twice as fast on a CPU (88 for 33 GFLOPS).
        self.unet = own_weights(pipeline.unet.to(device=device, memory_format=torch.channels_last))
        self.vae = own_weights(pipeline.vae.to(device=device, memory_format=torch.channels_last))
        encoders = [(pipeline.tokenizer, own_weights(pipeline.text_encoder.to(device)))]
        if getattr(pipeline, "text_encoder_2", None) is not None:
            encoders.append((pipeline.tokenizer_2, own_weights(pipeline.text_encoder_2.to(device))))
        self.prompts = PromptEncoder(encoders, device)
        # The pipeline corrects outdated scheduler settings when it is built, so its copy counts, not the file.
        self._scheduler_config = pipeline.scheduler.config
        self._pristine_schedulers: dict[str, Any] = {}
        self._codec = LatentCodec(self.vae, facts.scale_factor)
        self._sees_mask = self.unet.config.in_channels == 2 * facts.latent_channels + 1
        text_encoders = [encoder for _tokenizer, encoder in encoders]
        self._own_bytes = sum(bytes_of(module) for module in (self.unet, self.vae, *text_encoders))
        self._adapters = Adapters(pipeline, facts.path.name)
        self._embeddings = Embeddings([encoder.config.hidden_size for encoder in text_encoders], facts.path.name)
        self._other_vaes = OtherVaes(self.vae, facts, device)
        with torch.inference_mode():
            self.projection = Projection.fit(self._codec.encode, facts.scale_factor, device, dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in memory, with those of LoRAs and other VAEs."""
        return self._own_bytes + self._adapters.nbytes + self._other_vaes.nbytes

    def start(self, job: EngineJob) -> DenoisingRun:
        """Load what the job adds to the checkpoint, encode the prompts and lay out the passes.

        Raises EngineError bad_size, bad_clip_skip, unknown_sampler, unsupported, missing_resource, corrupt_resource,
        resource_of_another_family.
        """
        self._check_size(job.width, job.height)
        strength = None if job.source is None else job.strength
        passes = [new_pass(self._new_scheduler(job.sampler), job.steps, strength, job.width, job.height)]
        if job.hires is not None:
            if job.mask is not None:
                raise EngineError("unsupported", what="hires", checkpoint=self.facts.path.name)
            larger = job.hires
            self._check_size(larger.width, larger.height)
            scheduler = self._new_scheduler(job.sampler)
            passes.append(new_pass(scheduler, larger.steps, larger.strength, larger.width, larger.height))
        loras = self._adapters.load(job.loras)
        words, files = self._embeddings.load(job.embeddings)
        calls = [len(one.timesteps) for one in passes]

        def plans(text: str, *, negative: bool) -> list[Plan]:
            def encode(part: str) -> Conditioning:
                variant = (loras.for_text, files)
                return self._condition(part, job, negative, vectors=words, variant=variant)

            return make_plans(text, job.syntax, job.sampler, calls, encode)

        with self._adapters.on(loras):
            run = DenoisingRun(
                job=job,
                model=self._model,
                passes=passes,
                generator=torch.Generator("cpu").manual_seed(job.seed),
                prompts=plans(job.prompt, negative=False),
                negatives=plans(job.negative_prompt, negative=True) if job.guidance > 1 else None,
                loras=loras,
                codec=self._codec if job.vae in ("", self.borrowed_vae) else self._other_vaes.codec(job.vae),
            )
        self._adapters.keep(loras, run)
        if job.source is None and not self._sees_mask:
            begin_from_noise(run, run.codec, self._device, self._dtype)
        return run

    def prepare(self, run: DenoisingRun) -> None:
        """Do one slow piece of what lies before the next pass: it may take another one if the run is unprepared still.

        Raises EngineError empty_mask, not_a_number, black_image.
        """
        drawn_so_far = run.generator.get_state()
        try:
            self._prepare(run)
        except BaseException:
            run.generator.set_state(drawn_so_far)  # a second try, with more memory free, is to draw the same
            raise

    def _prepare(self, run: DenoisingRun) -> None:
        job = run.job
        if job.hires is not None and run.previous is not None:
            begin_larger(run, job.hires, run.previous, run.codec, self._device, self._dtype)
        elif job.source is not None:
            run.frame = Frame(job, job.source, self.facts.scale_factor)
            begin_from_source(run, run.frame, run.codec, self._device, self._dtype, sees_mask=self._sees_mask)
        else:
            begin_from_noise(run, run.codec, self._device, self._dtype)
        if self._sees_mask and not run.unprepared and run.extra_channels is None:
            run.extra_channels = blank_channels(run.codec, run.size, run.latents)

    def _condition(self, text: str, job: EngineJob, negative: bool, **additions: Any) -> Conditioning:
        return self.prompts.encode(text, job.syntax, job.clip_skip, **additions)

    def _check_size(self, width: int, height: int) -> None:
        multiple = self.facts.size_multiple
        if min(width, height) < multiple or width % multiple or height % multiple:
            raise EngineError("bad_size", width=width, height=height, multiple=multiple)

    def _new_scheduler(self, sampler: str) -> Any:
        # Some schedulers take 0.2 s to build (DPM2); a copy of one that was never stepped takes a millisecond.
        if sampler not in self._pristine_schedulers:
            self._pristine_schedulers[sampler] = make_scheduler(sampler, self._scheduler_config)
        return copy.deepcopy(self._pristine_schedulers[sampler])

    def predict(self, runs: Sequence[DenoisingRun]) -> list[Any]:
        """One denoiser call for all `runs`; see `denoising.predict`."""
        with self._adapters.on(runs[0].loras):
            return predict(self.unet, runs)

    def preview(self, run: DenoisingRun) -> Image.Image:
        """Return the picture the last step pointed at, at most 128 pixels a side."""
        return self.projection.image(run.expected_latents(), *run.size)

    def decode(self, run: DenoisingRun) -> Image.Image:
        """Return the picture (RGB). Raises EngineError not_a_number, black_image."""
        image = picture_of(run.codec.decode(run.latents), run.step)
        return image if run.frame is None else run.frame.lay_back(image)

    def drop_unused(self) -> None:
        """Let go of the LoRAs and other VAEs that no run uses."""
        self._adapters.drop_unused()
        self._other_vaes.drop_unused()


def own_weights(module: Any) -> Any:
    """Copy weights that are mapped from the file: whoever writes over the file would change (or kill) a running job."""
    if next(module.parameters()).device.type == "cpu":
        for tensor in itertools.chain(module.parameters(), module.buffers()):
            tensor.data = tensor.data.clone()
    return module.eval()


def bytes_of(module: Any) -> int:
    """Return the bytes of a module's weights."""
    return sum(tensor.nbytes for tensor in module.state_dict().values())
