"""The two sides: the engine, and the stock pipeline that draws one picture after the other."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from diffusers import DiffusionPipeline
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from benchmarks.engine.arrivals import Arrival
from generation.engine import Engine, EngineBusy, EngineJob, Failed, Finished
from generation.engine.samplers import make_scheduler


@dataclass
class Run:
    """What came of some arrivals: seconds from asking to picture, seconds in all, and what failed."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    denoiser_calls: int = 0

    @property
    def pictures_a_minute(self) -> float:
        """Pictures that came out, by all the time it took."""
        return len(self.latencies) / self.seconds * 60 if self.seconds else 0.0


class Side(Protocol):
    """Draws arrivals as they come."""

    def draw(self, arrivals: Sequence[Arrival], side: int) -> Run:
        """Draw all of `arrivals`, square pictures of `side` pixels, none before its time."""


class Bare:
    """diffusers as its documentation uses it: first come, first served, one picture a call."""

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        for library in (diffusers_logging, transformers_logging):
            library.disable_progress_bar()
            library.set_verbosity_error()
        self._pipeline: Any = DiffusionPipeline.from_pretrained(
            folder, dtype=dtype, local_files_only=True, use_safetensors=True, safety_checker=None
        ).to(device)
        self._pipeline.set_progress_bar_config(disable=True)
        self._config = self._pipeline.scheduler.config

    def draw(self, arrivals: Sequence[Arrival], side: int) -> Run:
        """See `Side`."""
        run = Run()
        began = time.perf_counter()
        for arrival in arrivals:
            time.sleep(max(0.0, began + arrival.at - time.perf_counter()))
            self._pipeline.scheduler = make_scheduler(arrival.sampler, self._config)
            self._pipeline(
                arrival.prompt,
                negative_prompt=arrival.negative_prompt,
                width=side,
                height=side,
                num_inference_steps=arrival.steps,
                guidance_scale=arrival.guidance,
                generator=torch.Generator("cpu").manual_seed(arrival.seed),
            )
            run.latencies.append(time.perf_counter() - began - arrival.at)
        run.seconds = time.perf_counter() - began
        return run


class Batched:
    """The engine, fed as a worker feeds it: as many at once as it has room for, in the order of arrival."""

    def __init__(self, folder: Path, device: torch.device, dtype: str, max_batch: int) -> None:
        self._engine = Engine(str(device), dtype=dtype, max_batch=max_batch)
        self._folder = str(folder)

    def draw(self, arrivals: Sequence[Arrival], side: int) -> Run:
        """See `Side`."""
        engine, run = self._engine, Run()
        calls = engine.denoiser_calls
        waiting = list(enumerate(arrivals))
        began = time.perf_counter()
        while waiting or not engine.idle:
            now = time.perf_counter() - began
            while waiting and waiting[0][1].at <= now and engine.room:
                try:
                    engine.add(self._job(*waiting[0], side))
                except EngineBusy:
                    break
                waiting.pop(0)
            if engine.idle:
                time.sleep(max(0.0, began + waiting[0][1].at - time.perf_counter()))
                continue
            for event in engine.step():
                if isinstance(event, Finished):
                    run.latencies.append(time.perf_counter() - began - arrivals[int(str(event.job_id))].at)
                elif isinstance(event, Failed):
                    run.failed.append(event.code)
        run.seconds = time.perf_counter() - began
        run.denoiser_calls = engine.denoiser_calls - calls
        return run

    def _job(self, index: int, arrival: Arrival, side: int) -> EngineJob:
        return EngineJob(
            id=index,
            checkpoint=self._folder,
            prompt=arrival.prompt,
            negative_prompt=arrival.negative_prompt,
            width=side,
            height=side,
            steps=arrival.steps,
            sampler=arrival.sampler,
            guidance=arrival.guidance,
            seed=arrival.seed,
            preview_every=5,
        )
