"""How long something takes: on the clock, and in processor time of this process and its database backend together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

ENOUGH_SECONDS = 3


@dataclass(frozen=True)
class Taken:
    """Milliseconds; `cut` where a limit ended it, so that it would have taken longer."""

    wall: float
    processor: float
    slowest: float
    cut: bool = False


class Stopwatch:
    """Measures calls that use one database connection."""

    def __init__(self, backend: int) -> None:
        self.schedule = Path(f"/proc/{backend}/schedstat")

    def processor(self) -> float:
        """Milliseconds that the backend and this process have computed."""
        try:
            backend = int(self.schedule.read_text().split()[0]) / 1e6
        except OSError:
            backend = float("nan")  # a server on another machine, or no Linux
        return backend + time.process_time_ns() / 1e6

    def once(self, call: Callable[[], Any]) -> tuple[Any, float, float]:
        """The result, the milliseconds on the clock and those computed."""
        computed, began = self.processor(), time.perf_counter()
        result = call()
        wall = (time.perf_counter() - began) * 1e3
        return result, wall, self.processor() - computed

    def warm(self, call: Callable[[], Any], runs: int) -> tuple[Any, Taken]:
        """Called once before, then `runs` times, of slow things less often; the medians, and the slowest."""
        began = time.perf_counter()
        result = call()
        taken = [self.once(call)[1:]]
        while len(taken) < runs and time.perf_counter() - began < ENOUGH_SECONDS:
            taken.append(self.once(call)[1:])
        walls = [wall for wall, _processor in taken]
        return result, Taken(median(walls), median(processor for _wall, processor in taken), max(walls))


class Statements:
    """Runs plain statements with a limit on a connection of its own."""

    def __init__(self, url: str, limit_ms: int) -> None:
        # Unprepared: a generic plan forgets how often each tag occurs.
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self.connection.execute("SELECT set_config('statement_timeout', %s, false)", [str(limit_ms)])
        self.connection.execute("SET jit = off")
        self.limit = limit_ms
        self.watch = Stopwatch(self.connection.info.backend_pid)

    def time(self, statement: str, values: dict[str, Any], runs: int) -> tuple[list[int] | None, Taken]:
        """The first column and how long it took; None where the limit cut it off, which is not tried again."""

        def call() -> list[int]:
            return [row[0] for row in self.connection.execute(statement, values)]  # type: ignore[arg-type]

        try:
            return self.watch.warm(call, runs)
        except QueryCanceled:
            return None, Taken(self.limit, self.limit, self.limit, cut=True)
