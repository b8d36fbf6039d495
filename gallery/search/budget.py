"""A limit on how long the database may think about a search, and the settings it plans with."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from gallery.errors import SearchTimeout

PAGE_MS = 5000
# Long enough for the count of any search that the tags' index serves; the page waits no longer for its number.
COUNT_MS = 250
# A statement may go so far past the end: for less, the server is not told anew how much is left.
SLACK_MS = 20

# What every statement of a search is planned with, whatever the server's own choice (jit is off for all connections;
# statements are not prepared, so no generic plan forgets how frequent a tag is).
# The rows and indexes of a gallery are in memory, where a jump costs as much as a step; no second process helps on few
# cores; and ids with keys of half a million posts may stay in memory while they are sorted.
PLANNER: Mapping[str, str] = {
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "64MB",
    "enable_seqscan": "on",
    "enable_bitmapscan": "on",
    "enable_hashjoin": "on",
    "enable_mergejoin": "on",
    "enable_sort": "on",
}
# What Django itself needs to leave a block, in time or not.
_LEAVING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
_NAMES = ("statement_timeout", *PLANNER)
_READ = "SELECT " + ", ".join(f"current_setting('{name}')" for name in _NAMES)
_WRITE = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in _NAMES)


@dataclass(frozen=True)
class Ran:
    """A statement that a search made of itself, with the settings it was planned with and the time it took."""

    sql: str
    params: Any
    planner: Mapping[str, str]
    milliseconds: float


@dataclass
class Budget:
    """The time that is left, and the way to spend it; `ran` is what was done so far."""

    ends: float
    cursor: Any
    ran: list[Ran] = field(default_factory=list)
    _told: int = 0

    def run(self, sql: str, params: Any, planner: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
        """The rows of one statement, planned with `planner` over the usual settings. Raises SearchTimeout."""
        self.plan_with(planner)
        start = time.perf_counter()
        self.cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        self.ran.append(Ran(sql, params, planner or {}, (time.perf_counter() - start) * 1000))
        return rows

    def plan_with(self, planner: Mapping[str, str] | None = None) -> None:
        """What follows may take what is left of the time. Raises SearchTimeout if nothing is left."""
        settings = {**PLANNER, **(planner or {})}
        self._told = self.left()
        self.cursor.execute(_WRITE, [str(self._told), *(settings[name] for name in PLANNER)])

    def left(self) -> int:
        """The milliseconds that are left, at least one. Raises SearchTimeout if none is."""
        left = int((self.ends - time.monotonic()) * 1000)
        if left <= 0:
            raise SearchTimeout
        return left

    def watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Around every statement, whoever makes it: it may take what is left, not what was left for an earlier one."""
        if _current.get() is self and not str(sql).startswith(_LEAVING):
            left = self.left()
            if self._told - left > SLACK_MS:
                self._told = left
                # Past Django's own cursor, which would come here again.
                connection.connection.execute(f"SET LOCAL statement_timeout = {left}")
        return execute(sql, params, many, context)


_current: ContextVar[Budget | None] = ContextVar("search_budget", default=None)


def check_time() -> None:
    """For work between statements. Raises SearchTimeout if the time of the budget that is open has run out."""
    budget = _current.get()
    if budget is not None:
        budget.left()


@contextmanager
def time_budget(milliseconds: int) -> Iterator[Budget]:
    """All statements inside together may take so long; what takes longer is stopped: SearchTimeout.

    Inside an open transaction the limit and the settings that were there before come back afterwards; inside another
    budget there is no more time than that one has.
    """
    outer = _current.get()
    ends = time.monotonic() + milliseconds / 1000
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_READ)
            before = cursor.fetchone()
            budget = Budget(min(ends, outer.ends) if outer else ends, cursor)
            token = _current.set(budget)
            try:
                with connection.execute_wrapper(budget.watch):
                    budget.plan_with()
                    yield budget
            finally:
                _current.reset(token)
            cursor.execute(_WRITE, list(before))
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTimeout from error
        raise
