"""A checkpoint of a family that can't be batched, in memory; see `generation.engine.families.LoadedCheckpoint`."""

import copy
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from PIL import Image

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.sampler_names import SAMPLER_NAMES
from generation.engine.samplers import make_scheduler
from generation.engine.stock import deepfloyd
from generation.engine.stock.arguments import call_arguments, refuse_unsupported
from generation.engine.stock.families import STOCK_FAMILIES, StockFamily
from generation.engine.stock.loading import load_pipeline, models_of, sibling
from generation.engine.stock.previews import Previewer
from generation.engine.stock.run import Stage, StockRun
from generation.engine.stock.source import Source

TILED_ABOVE = 1536 * 1536
"""Pixels. A VAE's memory grows with the picture; larger ones are decoded in tiles."""


def load(facts: CheckpointFacts, device: torch.device, dtype: torch.dtype) -> "StockCheckpoint":
    """Load the folder, offline and from safetensors only. Raises EngineError corrupt_checkpoint."""
    family = STOCK_FAMILIES[facts.family]
    # The T5 and Qwen text encoders of these families overflow in float16; all were trained in bfloat16.
    dtype = torch.bfloat16 if dtype == torch.float16 else dtype
    pipeline = load_pipeline(
        facts.path, facts.family, facts.tensor_counts, facts.variant, family.left_out, device, dtype
    )
    cascade = deepfloyd.load_stages(facts, device, dtype) if facts.family == "IFPipeline" else []
    return StockCheckpoint(facts, family, pipeline, cascade)


class StockCheckpoint:
    """Starts runs, lets each do its steps, previews and hands out their pictures."""

    def __init__(self, facts: CheckpointFacts, family: StockFamily, pipeline: Any, cascade: Sequence[Any]) -> None:
        """`cascade`: pipelines that enlarge what `pipeline` draws, in order."""
        self.facts = facts
        self._family = family
        self._pipelines = {"": pipeline}
        self._previewers = [Previewer(one) for one in (pipeline, *cascade)]
        self._cascade = list(cascade)
        self._scale = facts.size_multiple // family.multiple if cascade else 1
        self.nbytes = sum(
            tensor.nbytes
            for one in (pipeline, *cascade)
            for model in models_of(one).values()
            for tensor in itertools.chain(model.parameters(), model.buffers())
        )

    def start(self, job: EngineJob) -> StockRun:
        """Encode the prompts and get ready for the first step.

        Raises EngineError bad_size, unknown_sampler, unsupported.
        """
        refuse_unsupported(job, self._family, self.facts.path.name)
        multiple = self.facts.size_multiple
        if min(job.width, job.height) < multiple or job.width % multiple or job.height % multiple:
            raise EngineError("bad_size", width=job.width, height=job.height, multiple=multiple)
        self._tile(job)
        source = None
        first = replace(job, width=job.width // self._scale, height=job.height // self._scale)
        if job.source is not None:
            source = Source(first, job.source)
        return StockRun(job, partial(self._stages, job, first, source))

    def prepare(self, run: StockRun) -> None:
        """Nothing: a run is ready when it has started."""

    def predict(self, runs: Sequence[StockRun]) -> list[None]:
        """Let each run do one step of its pipeline."""
        for run in runs:
            run.advance()
        return [None for _run in runs]

    def preview(self, run: StockRun) -> Image.Image | None:
        """Return the picture the last step pointed at, at most 128 pixels a side; None for latents of no known kind."""
        return run.preview()

    def decode(self, run: StockRun) -> Image.Image:
        """Return the picture (RGB). Raises EngineError black_image."""
        self._tile(run.job)
        image = run.finish().convert("RGB")
        if image.getbbox() is None:
            # Every channel of every pixel at zero: no picture of a working model is that, an overflow is.
            raise EngineError("black_image")
        if run.job.mask is not None and run.job.source is not None:
            return Source(run.job, run.job.source).lay_back(image)
        return image

    def drop_unused(self) -> None:
        """Nothing: it keeps nothing beside its own weights."""

    def _tile(self, job: EngineJob) -> None:
        """Set the VAE, which all jobs share, to what a picture of this size needs."""
        vae: Any = getattr(self._pipelines[""], "vae", None)
        if hasattr(vae, "use_tiling"):
            vae.use_tiling = job.width * job.height > TILED_ABOVE

    def _stages(self, job: EngineJob, first: EngineJob, source: Source | None) -> list[Stage]:
        # On the CPU, as seeds are shared between devices that way.
        generator = torch.Generator("cpu").manual_seed(job.seed)
        pipeline = self._pipeline_for(job)
        if self.facts.family == "HunyuanImagePipeline":
            pipeline = _with_guider(pipeline, job.guidance)
        if self.facts.family == "HiDreamImagePipeline":
            pipeline = _drawing_as_asked(pipeline, job)
        if self.facts.family == "IFPipeline":
            pipelines = [pipeline, *self._cascade]
            return deepfloyd.stages(pipelines, self._previewers, job, first, self._family, source, generator)
        scheduler = None
        if self._family.samplers is SAMPLER_NAMES:
            scheduler = make_scheduler(job.sampler, pipeline.scheduler.config)

        def arguments(own: Any, _before: Any) -> dict[str, Any]:
            return call_arguments(first, self._family, own, source, generator)

        return [Stage(pipeline, self._previewers[0], arguments, scheduler)]

    def _pipeline_for(self, job: EngineJob) -> Any:
        name = ""
        if job.source is not None:
            name = self._family.inpainting if job.mask is not None else self._family.image_to_image
        if name not in self._pipelines:
            self._pipelines[name] = sibling(self._pipelines[""], name)
        return self._pipelines[name]


def _with_guider(pipeline: Any, guidance: float) -> Any:
    """Return a copy of a HunyuanImage pipeline whose guiders, objects of their own, have this guidance."""
    own = copy.copy(pipeline)
    for name in ("guider", "ocr_guider"):
        if getattr(own, name, None) is not None:
            setattr(own, name, getattr(own, name).new(guidance_scale=guidance))
    return own


def _drawing_as_asked(pipeline: Any, job: EngineJob) -> Any:
    """Return a copy of a HiDream pipeline that draws in this size: it would draw the nearest one of its native area.

    Raises EngineError bad_size for more pixels than its transformer has places for.
    """
    area = job.width * job.height
    most = math.prod(pipeline.transformer.config.max_resolution) * pipeline.vae_scale_factor**2
    if area > most:
        raise EngineError("bad_size", width=job.width, height=job.height, multiple=pipeline.vae_scale_factor * 2)
    own = copy.copy(pipeline)
    # A hair more than the area, as both sides are rounded down to a multiple after they are scaled to it.
    own.default_sample_size = math.sqrt(area * (1 + 1e-6)) / pipeline.vae_scale_factor
    return own
