"""Two at the same moment, each on a database connection of its own."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from gallery.errors import UserFacingError


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or the exception that it raised, in the order given."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def until_somebody_waits(seconds: float = 20) -> None:
    """Return once another connection to this database waits for a lock; a test that nobody waits in fails."""
    for _try in range(int(seconds * 100)):
        with connection.cursor() as cursor:
            # Who asks within a transaction would else be told the same as the first time.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited for a lock")


def one_by_one(act: Callable[..., Any], asked: Iterable[tuple[Any, ...]]) -> Callable[[], list[Any]]:
    """Does all that is asked, one after the other; what comes of it is what went wrong that nobody is to be shown."""

    def run() -> list[Any]:
        wrong: list[Any] = []
        for one in asked:
            try:
                act(*one)
            except UserFacingError:
                continue
            except Exception as error:
                wrong.append((one, error))
        return wrong

    return run
