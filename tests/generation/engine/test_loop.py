"""The loop: sharing calls, joining, leaving, reporting, and surviving a bad job."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from generation.engine import Cancelled, Engine, EngineJob, Finished, Preview, Progress
from generation.engine.conditioning import Conditioning
from generation.engine.sampler_names import denoiser_calls
from tests.generation.engine.driving import difference, failures, job, pictures, run_out

Stock = Callable[[EngineJob], Image.Image]


@contextmanager
def _watching_denoiser(engine: Engine, checkpoint: Path, watch: Callable[[int], None]) -> Iterator[None]:
    """Call `watch(rows)` before each real call of the checkpoint's UNet."""
    loaded: Any = engine._residents.acquire(checkpoint)
    handle = loaded.unet.register_forward_pre_hook(lambda _module, arguments: watch(len(arguments[0])))
    try:
        yield
    finally:
        handle.remove()
        engine._residents.release(loaded)


def test_four_jobs_take_no_more_denoiser_calls_than_the_longest(checkpoint: Path) -> None:
    engine = Engine()
    rows: list[int] = []
    with _watching_denoiser(engine, checkpoint, rows.append):
        jobs = [
            job(1, checkpoint, steps=5, sampler="Heun"),
            job(2, checkpoint, steps=7, sampler="Euler a", seed=2),
            job(3, checkpoint, steps=3, sampler="DDIM", guidance=1.0),
            job(4, checkpoint, steps=6, sampler="UniPC", prompt="smile"),
        ]
        for one in jobs:
            engine.add(one)
        events = run_out(engine)
    longest = max(denoiser_calls(one.sampler, one.steps) for one in jobs)
    assert longest == 9
    assert len(rows) == engine.denoiser_calls == longest
    assert rows[0] == 2 + 2 + 1 + 2, "a job without guidance needs no negative row"
    for event in events:
        if isinstance(event, Finished):
            one = jobs[int(str(event.job_id)) - 1]
            assert event.denoiser_calls == len(event.batch_sizes) == denoiser_calls(one.sampler, one.steps)


def test_progress_counts_every_call_and_previews_come_early_and_then_now_and_then(checkpoint: Path) -> None:
    engine = Engine()
    assert engine.idle
    engine.add(job("a", checkpoint, steps=9, preview_every=3, width=256, height=192))
    assert engine.running == 1
    events = run_out(engine)
    assert [(e.step, e.total) for e in events if isinstance(e, Progress)] == [(n, 9) for n in range(1, 10)]
    previews = [event for event in events if isinstance(event, Preview)]
    assert [event.step for event in previews] == [1, 3, 6]
    assert {(event.image.mode, event.image.size) for event in previews} == {("RGB", (128, 96))}
    assert isinstance(events[-1], Finished)
    assert engine.idle
    assert engine.running == 0


def test_one_picture_is_decoded_per_step_and_the_others_go_on(checkpoint: Path) -> None:
    engine = Engine()
    for index in range(3):
        engine.add(job(index, checkpoint, steps=2, seed=index))
    engine.add(job("long", checkpoint, steps=6))
    per_step = [engine.step() for _ in range(6)]
    assert [sum(isinstance(e, Finished) for e in events) for events in per_step] == [0, 1, 1, 1, 0, 1]
    assert [Progress("long", n, 6) in events for n, events in enumerate(per_step, 1)] == [True] * 6


def test_cancelling_at_a_step_boundary_leaves_the_others_exact(checkpoint: Path, stock: Stock) -> None:
    engine = Engine()
    stays = job("stays", checkpoint, sampler="DPM++ 2M", steps=6)
    engine.add(stays)
    engine.add(job("goes", checkpoint, steps=6))
    engine.step()
    engine.step()
    assert engine.cancel("goes")
    assert not engine.cancel("goes")
    assert not engine.cancel("never seen")
    events = run_out(engine)
    assert events[0] == Cancelled("goes")
    assert not any(isinstance(event, Progress) and event.job_id == "goes" for event in events)
    (drawn,) = [event for event in events if isinstance(event, Finished)]
    assert drawn.batch_sizes == (2, 2, 1, 1, 1, 1)
    assert difference(drawn.image, stock(stays)) <= 1


def test_a_job_waiting_for_its_decode_can_be_cancelled(checkpoint: Path) -> None:
    engine = Engine()
    for job_id in ("first", "second"):
        engine.add(job(job_id, checkpoint, steps=1))
    assert pictures(engine.step()).keys() == {"first"}
    assert engine.cancel("second")
    assert not engine.idle, "the cancellation has yet to be reported"
    assert engine.step() == [Cancelled("second")]
    assert engine.idle


def test_a_job_that_overflows_fails_and_harms_nobody(checkpoint: Path, stock: Stock) -> None:
    engine = Engine()
    good = job("good", checkpoint, sampler="Euler a", steps=5)
    engine.add(good)
    engine.add(job("bad", checkpoint, guidance=3e38, steps=5))
    events = run_out(engine)
    assert failures(events).keys() == {"bad"}
    assert failures(events)["bad"].code == "not_a_number"
    assert difference(pictures(events)["good"], stock(good)) <= 1


def test_out_of_memory_splits_the_batch_and_is_remembered(checkpoint: Path, stock: Stock) -> None:
    engine = Engine()
    calls: list[int] = []

    def full_device(rows: int) -> None:
        calls.append(rows)
        if rows > 4:
            raise torch.OutOfMemoryError("as a small GPU would say")

    jobs = [job(index, checkpoint, seed=index, steps=3, sampler=("Euler a", "UniPC")[index % 2]) for index in range(4)]
    with _watching_denoiser(engine, checkpoint, full_device):
        for one in jobs:
            engine.add(one)
        drawn = pictures(run_out(engine))
    assert calls == [8, 4, 4, 4, 4, 4, 4], "tried whole once, then in halves for good"
    for one in jobs:
        assert difference(drawn[one.id], stock(one)) <= 1


def test_a_job_too_large_even_alone_is_tried_twice_and_fails_clearly(checkpoint: Path) -> None:
    engine = Engine()
    calls: list[int] = []

    def full_device(rows: int) -> None:
        calls.append(rows)
        raise torch.OutOfMemoryError

    with _watching_denoiser(engine, checkpoint, full_device):
        engine.add(job("large", checkpoint))
        events = run_out(engine)
    assert calls == [2, 2]
    assert failures(events)["large"].code == "out_of_memory"
    engine.add(job("next", checkpoint))
    assert pictures(run_out(engine)).keys() == {"next"}


def test_an_unforeseen_error_of_one_job_is_kept_to_it(checkpoint: Path, stock: Stock) -> None:
    engine = Engine()
    good = job("good", checkpoint)
    engine.add(good)
    engine.add(job("broken", checkpoint))
    of_another_width = Conditioning(torch.zeros(1, 16, 31))
    engine._tasks["broken"].run._prompts = [((99, of_another_width),)]
    events = run_out(engine)
    assert failures(events)["broken"].code == "engine_error"
    assert difference(pictures(events)["good"], stock(good)) <= 1


def test_more_jobs_than_a_batch_holds_all_advance_every_step(checkpoint: Path) -> None:
    engine = Engine(max_batch=2, max_running=5)
    for index in range(5):
        assert engine.room == 5 - index
        engine.add(job(index, checkpoint, steps=3, seed=index))
    assert engine.room == 0
    events = engine.step()
    assert {event.job_id for event in events if isinstance(event, Progress)} == set(range(5))
    assert engine.denoiser_calls == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sampler": "Euler z"}, "unknown_sampler"),
        ({"steps": 0}, "bad_steps"),
        ({"steps": 1001}, "bad_steps"),
        ({"guidance": float("nan")}, "bad_guidance"),
        ({"guidance": -1.0}, "bad_guidance"),
        ({"seed": -1}, "bad_seed"),
        ({"seed": 2**63}, "bad_seed"),
        ({"width": 60}, "bad_size"),
        ({"height": 0}, "bad_size"),
        ({"id": "there"}, "duplicate_job"),
    ],
)
def test_a_job_that_cannot_run_is_refused_with_all_parameters(
    changes: dict[str, Any], code: str, checkpoint: Path
) -> None:
    from dataclasses import replace

    from generation.engine.errors import ERROR_CODES, EngineError

    engine = Engine()
    engine.add(job("there", checkpoint))
    with pytest.raises(EngineError) as refused:
        engine.add(replace(job("new", checkpoint), **changes))
    assert refused.value.code == code
    assert set(refused.value.params) == set(ERROR_CODES[code])
    assert engine.running == 1


def test_small_seeds_and_the_largest_seed_draw(checkpoint: Path) -> None:
    engine = Engine()
    for seed in (0, 2**32 - 1, 2**63 - 1):
        engine.add(job(seed, checkpoint, seed=seed, steps=1))
    assert pictures(run_out(engine)).keys() == {0, 2**32 - 1, 2**63 - 1}
