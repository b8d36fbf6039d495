"""The worker's child process, as far as it can be looked at without forking."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from generation import worker_process
from generation.checkpoints import names_of
from generation.models import WorkerStatus
from generation.queueing import workers
from generation.queueing.worker_names import own_name
from tests.factories import make_checkpoint

pytestmark = pytest.mark.django_db(transaction=True)


class Troubled:
    """An engine that is found in the middle of things at first."""

    device = "cpu"
    running = 0

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    @property
    def resident(self) -> tuple[Path, ...]:
        if self.errors:
            raise self.errors.pop(0)
        return (Path("models/tiny"),)


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that starts the sign of life beside an engine."""
    stop = threading.Event()
    monkeypatch.setattr(worker_process, "ALIVE_SECONDS", 0.05)
    monkeypatch.setattr(worker_process, "_stop", stop)
    threads = []

    def start(engine: Troubled) -> threading.Thread:
        monkeypatch.setattr(worker_process, "_engine", engine)
        threads.append(threading.Thread(target=worker_process._live))
        threads[-1].start()
        return threads[-1]

    yield start
    stop.set()
    for thread in threads:
        thread.join(30)
    connection.close()


@pytest.mark.parametrize(
    "errors",
    [
        [],
        [RuntimeError("OrderedDict mutated during iteration")],
        [RuntimeError("OrderedDict mutated during iteration")] * 5,
        [KeyError("a surprise"), OSError("another")],
    ],
)
def test_the_sign_of_life_outlives_surprises(living: Any, errors: list[Exception]) -> None:
    thread = living(Troubled(*errors))
    end = time.monotonic() + 30
    while not WorkerStatus.objects.filter(name=own_name(), resident=["tiny"]).exists():
        assert thread.is_alive()
        assert time.monotonic() < end
        time.sleep(0.02)
    assert workers.online()


def test_models_in_memory_are_told_by_the_names_that_people_know(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    make_checkpoint("bundled", name="The first one", path=str(folder))
    make_checkpoint("far", path="", endpoint="http://gpu/v1")
    assert names_of([folder, tmp_path / "removed since"]) == ["The first one", "removed since"]
    assert names_of([]) == []


@pytest.mark.parametrize(("chosen", "then"), [(None, "passive"), ("active", "active")])
def test_threads_wait_without_spinning_unless_the_operator_says_otherwise(
    chosen: str | None, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", chosen or "")
    if chosen is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    worker_process._parent_starts()
    assert os.environ["OMP_WAIT_POLICY"] == then
    worker_process._stop = None
