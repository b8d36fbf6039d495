"""Runs of stock pipelines: they share the loop with others, can be left at any step, and fail alone."""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from generation.engine import Cancelled, Engine, Failed, Finished, Progress
from tests.generation.engine.driving import difference, failures, job, pictures, run_out
from tests.generation.engine.stock_jobs import Families, stock_job
from tests.generation.engine.tiny_families import build_family


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "stock-pipeline"] == []


def test_other_jobs_go_on_in_their_batch_while_a_stock_pipeline_draws(families: Families, checkpoint: Path) -> None:
    engine = Engine()
    alone = {}
    jobs = [
        stock_job("flux", families("FluxPipeline"), "FluxPipeline", steps=4),
        stock_job("flux 2", families("FluxPipeline"), "FluxPipeline", steps=6, seed=8, prompt="a dog"),
        job("sd", checkpoint, steps=5),
        job("sd 2", checkpoint, steps=5, seed=3),
    ]
    for one in jobs:
        engine.add(one)
        alone |= pictures(run_out(engine))
    for one in jobs:
        engine.add(one)
    first = engine.step()
    assert {event.job_id for event in first if isinstance(event, Progress)} == {one.id for one in jobs}
    finished = {event.job_id: event for event in [*first, *run_out(engine)] if isinstance(event, Finished)}
    assert set(finished["sd"].batch_sizes) == {2}
    assert set(finished["flux"].batch_sizes) == {1}
    for one in jobs:
        assert difference(finished[one.id].image, alone[one.id]) <= 1


@pytest.mark.parametrize("steps_done", [0, 1, 3])
def test_a_cancelled_job_leaves_at_once_and_the_pipeline_draws_on_as_before(
    steps_done: int, families: Families
) -> None:
    one = stock_job("a", families("StableDiffusion3Pipeline"), "StableDiffusion3Pipeline", steps=4)
    engine = Engine()
    engine.add(one)
    before = pictures(run_out(engine))["a"]
    engine.add(one)
    for _ in range(steps_done):
        engine.step()
    assert engine.cancel("a")
    assert "stock-pipeline" not in {thread.name for thread in threading.enumerate()}
    assert engine.step() == [Cancelled("a")]
    engine.add(one)
    assert pictures(run_out(engine))["a"].tobytes() == before.tobytes()


def test_the_models_run_in_inference_mode(families: Families) -> None:
    folder = families("SanaPipeline")
    engine = Engine()
    engine.add(stock_job("a", folder, "SanaPipeline"))
    modes: list[bool] = []
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    transformer = loaded._pipelines[""].transformer
    with transformer.register_forward_pre_hook(lambda *_call: modes.append(torch.is_inference_mode_enabled())):
        run_out(engine)
    assert modes == [True] * 3


def _failing(engine: Engine, folder: Path, errors: list[Exception | None]) -> Any:
    """Let the next calls of the checkpoint's transformer raise `errors`, in order; None lets a call pass."""
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)

    def fail(*_call: Any) -> None:
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    return loaded._pipelines[""].transformer.register_forward_pre_hook(fail)


def test_an_error_in_the_middle_fails_that_job_only(families: Families) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(stock_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, KeyError("broken")]):
        events = run_out(engine)
    assert events[-1] == Failed("a", "engine_error", {"error": "KeyError"})
    engine.add(stock_job("b", folder, "FluxPipeline"))
    assert pictures(run_out(engine)).keys() == {"b"}


def test_a_job_out_of_memory_begins_anew_once(families: Families) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(stock_job("a", folder, "FluxPipeline"))
    undisturbed = pictures(run_out(engine))["a"]
    engine.add(stock_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, MemoryError()]):
        events = run_out(engine)
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 1, 2, 3]
    assert pictures(events)["a"].tobytes() == undisturbed.tobytes()
    engine.add(stock_job("a", folder, "FluxPipeline"))
    with _failing(engine, folder, [None, torch.OutOfMemoryError(), None, torch.OutOfMemoryError()]):
        assert failures(run_out(engine))["a"].code == "out_of_memory"


def test_a_job_out_of_memory_while_it_is_decoded_says_so(families: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = families("FluxPipeline")
    engine = Engine()
    engine.add(stock_job("a", folder, "FluxPipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)

    def full(*_call: Any, **_named: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(loaded._pipelines[""].vae, "decode", full)
    assert failures(run_out(engine))["a"].code == "out_of_memory"


def test_only_large_pictures_go_through_the_vae_in_tiles(families: Families, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.engine.stock.checkpoint.TILED_ABOVE", 64 * 64)
    folder = families("FluxPipeline")
    engine = Engine()
    loaded: Any = engine._residents.acquire(folder)
    vae = loaded._pipelines[""].vae
    modes: list[bool] = []
    decode = vae.decode
    monkeypatch.setattr(vae, "decode", lambda *call, **named: modes.append(vae.use_tiling) or decode(*call, **named))
    engine.add(stock_job("small", folder, "FluxPipeline", steps=1))
    engine.add(stock_job("large", folder, "FluxPipeline", steps=1, width=96))
    run_out(engine)
    assert modes == [False, True]


def test_noise_without_numbers_and_black_pictures_are_no_pictures(families: Families, tmp_path: Path) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "lumina")
    engine = Engine()
    engine.add(stock_job("a", folder, "Lumina2Pipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    pipeline = loaded._pipelines[""]
    with torch.no_grad():
        pipeline.vae.decoder.conv_out.weight.zero_()
        pipeline.vae.decoder.conv_out.bias.fill_(-2.0)
    assert failures(run_out(engine))["a"].code == "black_image"
    with torch.no_grad():
        next(pipeline.transformer.parameters()).fill_(torch.nan)
    engine.add(stock_job("a", folder, "Lumina2Pipeline"))
    assert failures(run_out(engine))["a"] == Failed("a", "not_a_number", {"step": 1})


def test_a_model_that_left_is_gone_from_memory(families: Families, checkpoint: Path) -> None:
    engine = Engine(byte_budget=1)
    folder = families("FluxPipeline")
    engine.add(stock_job("a", folder, "FluxPipeline"))
    loaded: Any = engine._residents.acquire(folder)
    engine._residents.release(loaded)
    transformer = weakref.ref(loaded._pipelines[""].transformer)
    del loaded
    run_out(engine)
    assert engine.resident == (folder,)
    engine.add(job("b", checkpoint))
    assert engine.resident == (checkpoint,)
    run_out(engine)
    gc.collect()
    assert transformer() is None


def test_a_process_ends_though_a_picture_stands_half_done(families: Families) -> None:
    script = f"""
from generation.engine import Engine, EngineJob
engine = Engine()
folder = {str(families("FluxPipeline"))!r}
engine.add(EngineJob(id=1, checkpoint=folder, prompt="x", width=64, height=64, sampler="Euler"))
engine.step()
print("half done")
"""
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout) == (0, "half done\n"), result.stderr
