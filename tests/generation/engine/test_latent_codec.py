"""The VAE's stages: one job at a time, in tiles when a picture or the memory asks for it, and clear failures."""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image

from generation.engine import Cancelled, Engine, EngineJob, Finished, Progress
from generation.engine.latent_codec import LatentCodec
from tests.generation.engine.driving import difference, ellipse, failures, job, picture, pictures, run_out

Stock = Callable[[EngineJob], Image.Image]

SOURCE, MASK = picture(64, 64), ellipse(64, 64)


@contextmanager
def _codec(engine: Engine, checkpoint: Path) -> Iterator[LatentCodec]:
    loaded: Any = engine._residents.acquire(checkpoint)
    try:
        yield loaded._codec
    finally:
        engine._residents.release(loaded)


def _failing(codec: LatentCodec, method: str, fails: Container[int], calls: list[bool]) -> Callable[..., Any]:
    """Stand in for the VAE's `method`: out of memory at the calls `fails`; note for each whether it was in tiles."""
    real = getattr(codec.vae, method)

    def on_a_small_device(*arguments: Any, **options: Any) -> Any:
        calls.append(codec.vae.use_tiling)
        if len(calls) - 1 in fails:
            raise torch.OutOfMemoryError("as a small GPU would say")
        return real(*arguments, **options)

    return on_a_small_device


def test_sources_are_encoded_one_a_step_and_the_others_go_on(checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("long", checkpoint, steps=6))
    for index in range(3):
        engine.add(job(index, checkpoint, steps=2, source=SOURCE, strength=1.0, seed=index))
    per_step = [engine.step() for _ in range(6)]
    assert [Progress("long", n, 6) in events for n, events in enumerate(per_step, 1)] == [True] * 6
    first_steps = [[e.job_id for e in events if isinstance(e, Progress) and e.step == 1] for events in per_step]
    assert first_steps == [["long", 0], [1], [2], [], [], []]
    # Of six turns of the VAE three were needed for sources; finished pictures take theirs in order.
    ended = [[e.job_id for e in events if isinstance(e, Finished)] for events in per_step]
    assert ended == [[], [], [], [0], [1], [2]]
    assert pictures(run_out(engine)).keys() == {"long"}


def test_a_job_that_waits_for_its_source_can_be_cancelled(checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("goes", checkpoint, source=SOURCE))
    assert engine.cancel("goes")
    assert engine.step() == [Cancelled("goes")]
    assert engine.idle


@pytest.mark.parametrize(("name", "tiled"), [("checkpoint", True), ("zero_snr_checkpoint", False)])
def test_a_large_picture_is_done_in_tiles_but_not_by_a_tiny_autoencoder(
    name: str, tiled: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    one = job("a", request.getfixturevalue(name), width=192, height=128, source=picture(192, 128), strength=0.5)
    engine.add(one)
    whole = pictures(run_out(engine))["a"]
    with _codec(engine, Path(one.checkpoint)) as codec:
        calls: list[bool] = []
        for method in ("encode", "decode"):
            monkeypatch.setattr(codec.vae, method, _failing(codec, method, (), calls))
        monkeypatch.setattr("generation.engine.latent_codec.TILED_ABOVE", 64 * 64)
        monkeypatch.setattr(codec.vae, "tile_sample_min_size", 96)
        monkeypatch.setattr(codec.vae, "tile_latent_min_size", 12)
        engine.add(one)
        drawn = pictures(run_out(engine))["a"]
    assert calls == [tiled, tiled]
    assert (drawn.tobytes() != whole.tobytes()) == tiled
    assert numpy.asarray(drawn).shape == (128, 192, 3)
    assert abs(numpy.asarray(drawn, dtype=float) - numpy.asarray(whole, dtype=float)).mean() < 10


@pytest.mark.parametrize("method", ["encode", "decode"])
def test_out_of_memory_is_tried_in_tiles_then_once_more_with_free_caches(
    method: str, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, stock: Stock
) -> None:
    engine = Engine()
    one = job("a", checkpoint, source=SOURCE, mask=MASK, strength=0.5, sampler="Euler a")
    with _codec(engine, checkpoint) as codec:
        calls: list[bool] = []
        monkeypatch.setattr(codec.vae, method, _failing(codec, method, range(2), calls))
        engine.add(one)
        drawn = pictures(run_out(engine))["a"]
    assert calls == [False, True, False]
    assert difference(drawn, stock(one)) <= 1


def test_a_second_try_draws_the_same_noise(
    inpainting_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, stock: Stock
) -> None:
    engine = Engine()
    one = job("a", inpainting_checkpoint, source=SOURCE, mask=MASK, strength=0.5, sampler="Euler a")
    with _codec(engine, inpainting_checkpoint) as codec:
        calls: list[bool] = []
        monkeypatch.setattr(codec.vae, "encode", _failing(codec, "encode", (1, 2), calls))
        engine.add(one)
        drawn = pictures(run_out(engine))["a"]
    assert calls == [False, False, True, False, False], "what lies around failed, and all was encoded anew"
    assert difference(drawn, stock(one)) <= 1


@pytest.mark.parametrize("method", ["encode", "decode"])
def test_a_picture_too_large_even_in_tiles_fails_clearly_and_alone(
    method: str, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    with _codec(engine, checkpoint) as codec:
        calls: list[bool] = []
        monkeypatch.setattr(codec.vae, method, _failing(codec, method, range(4), calls))
        engine.add(job("large", checkpoint, source=SOURCE, strength=0.5))
        engine.add(job("next", checkpoint, source=SOURCE, strength=0.5))
        events = run_out(engine)
    assert failures(events)["large"].code == "out_of_memory"
    assert calls[:4] == [False, True, False, True]
    assert pictures(events).keys() == {"next"}


def test_a_source_that_encodes_to_no_number_fails_clearly(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    with _codec(engine, checkpoint) as codec:
        real = codec.vae.encoder.forward
        monkeypatch.setattr(codec.vae.encoder, "forward", lambda pixels: real(pixels) * float("nan"))
        engine.add(job("bad", checkpoint, source=SOURCE))
        events = run_out(engine)
    assert (failures(events)["bad"].code, failures(events)["bad"].params) == ("not_a_number", {"step": 0})


def test_a_vae_that_overflows_in_half_precision_goes_on_in_single(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(dtype="float16")
    one = job("a", checkpoint, steps=2, source=SOURCE, strength=1.0)
    engine.add(one)
    healthy = pictures(run_out(engine))["a"]
    with _codec(engine, checkpoint) as codec:
        calls: list[torch.dtype] = []
        real = codec.vae.decoder.forward

        def overflow(latents: torch.Tensor, *rest: Any) -> torch.Tensor:
            calls.append(latents.dtype)
            pixels: torch.Tensor = real(latents, *rest)
            return pixels * float("inf") if latents.dtype == torch.float16 else pixels

        monkeypatch.setattr(codec.vae.decoder, "forward", overflow)
        for _ in range(2):
            engine.add(one)
            drawn = pictures(run_out(engine))["a"]
    assert calls == [torch.float16, torch.float32, torch.float32]
    assert difference(drawn, healthy) <= 4
