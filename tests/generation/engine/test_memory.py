"""Memory: how many jobs share a call is predicted from what calls took; loaded checkpoints keep to a budget."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from generation.engine import Engine, Finished, Progress
from generation.engine.batch_limits import BatchLimits
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.memory import DeviceMemory
from tests.generation.engine.driving import job, pictures, run_out


def test_as_many_jobs_share_a_call_as_the_free_memory_holds() -> None:
    free = 10_000
    limits = BatchLimits(8, lambda: free)
    assert limits.of("small", 20) == 8, "never tried"
    limits.learn("small", 2, 4_000)
    assert limits.of("small", 20) == 4, "nine tenths of 10,000 hold four of 2,000"
    assert limits.of("other size", 20) == 8
    free = 100_000
    assert limits.of("small", 20) == 8
    free = 100
    assert limits.of("small", 20) == 1, "one is always tried"


def test_a_call_is_never_made_for_more_jobs_than_there_are() -> None:
    limits = BatchLimits(8, lambda: None)
    assert [limits.of("a", wanted) for wanted in (1, 5, 9)] == [1, 5, 8]


def test_the_first_call_of_a_group_is_watched_and_then_one_now_and_then() -> None:
    limits = BatchLimits(8, lambda: None)
    watched = [number for number in range(40) if limits.due("a")]
    assert watched == [0, 16, 32]
    assert limits.due("b")


def test_the_dearest_job_counts() -> None:
    limits = BatchLimits(8, lambda: 10_000)
    limits.learn("a", 1, 3_000)
    limits.learn("a", 4, 4_000)
    assert limits.of("a", 20) == 3


def test_a_call_that_ran_out_of_memory_halves_the_limit_for_good() -> None:
    limits = BatchLimits(8, lambda: None)
    assert limits.ran_out("a", 8) == 4
    assert limits.ran_out("a", 3) == 2
    limits.learn("a", 2, 1)
    assert (limits.of("a", 20), limits.of("b", 20)) == (2, 8)


class _SmallDevice(DeviceMemory):
    """A device whose free memory holds three jobs; a call takes 100 bytes for each row of the denoiser."""

    def __init__(self) -> None:
        super().__init__(torch.device("cpu"))
        self.rows = 0

    def free(self) -> int | None:
        return 700

    def taken(self) -> int | None:
        return 100 * self.rows


def test_the_engine_learns_from_the_first_call_and_splits_the_next_ones(checkpoint: Path) -> None:
    engine = Engine()
    device = engine._memory = _SmallDevice()
    calls: list[int] = []
    loaded: Any = engine._residents.acquire(checkpoint)

    def watch(_module: Any, arguments: Any) -> None:
        device.rows = len(arguments[0])
        calls.append(device.rows)

    handle = loaded.unet.register_forward_pre_hook(watch)
    try:
        for index in range(5):
            engine.add(job(index, checkpoint, seed=index, steps=3))
        first = engine.step()
        events = first + run_out(engine)
    finally:
        handle.remove()
        engine._residents.release(loaded)
    assert calls == [10, 6, 4, 6, 4], "all at once, then three and two"
    assert len([event for event in first if isinstance(event, Progress)]) == 5
    assert {event.batch_sizes for event in events if isinstance(event, Finished)} == {(5, 3, 3), (5, 2, 2)}


def test_a_cpu_says_nothing_about_its_memory() -> None:
    memory = DeviceMemory(torch.device("cpu"))
    memory.start()
    assert (memory.free(), memory.taken()) == (None, None)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_cuda_device_says_what_a_call_took() -> None:
    memory = DeviceMemory(torch.device("cuda"))
    free = memory.free()
    memory.start()
    block = torch.empty(2**20, dtype=torch.uint8, device="cuda")
    assert memory.taken() == 2**20
    del block
    assert memory.taken() == 2**20
    assert free is not None
    assert free > 2**24


def test_a_checkpoint_that_grows_while_it_is_used_drives_out_an_unused_one(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(checkpoint, tmp_path / "other"))
    one_takes = inspect_checkpoint(checkpoint).parameters * 4
    engine = Engine(byte_budget=int(one_takes * 2.5))
    for path in (other, checkpoint):
        engine.add(job("a", path, steps=1))
        run_out(engine)
    assert engine.resident == (other, checkpoint)
    loaded: Any = engine._residents.acquire(checkpoint)
    engine._residents.release(loaded)
    grown = property(lambda self: one_takes * (2 if self is loaded else 1))
    monkeypatch.setattr(type(loaded), "nbytes", grown, raising=False)
    engine.add(job("with a large LoRA", checkpoint, steps=1))
    assert engine.resident == (checkpoint,)
    assert pictures(run_out(engine)).keys() == {"with a large LoRA"}
