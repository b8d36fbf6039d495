"""The early pytest plugin that gives a run its own PostgreSQL, broker and data folder, and takes them away again.

Named in pyproject.toml (`addopts = "-p tests.database"`), because pytest-django reads the settings before any
conftest. One throw-away PostgreSQL serves the whole run (pytest-django gives each xdist worker its own database
in it); every process has a broker and a data folder of its own. `DATABASE_URL_TEST` names an external PostgreSQL
instead. Never touches the site's own data: whatever DATABASE_URL and BROKER_URL said is replaced.

Fixtures: `broker`, `start_celery_worker`, `celery_worker_process`.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.catalogues import compile_catalogues
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.process import Process
from config.embedded.site import BASE_DIR, Worker
from config.embedded.valkey import EmbeddedValkey

DATABASE_READY = "IRODORI_TEST_DATABASE"
_servers: list[Process] = []
_folder: Path | None = None


def _start_database(folder: Path) -> None:
    """Point DATABASE_URL at a PostgreSQL for this run, once; xdist's workers inherit it."""
    if os.environ.get(DATABASE_READY):
        return
    external = os.environ.get("DATABASE_URL_TEST")
    if external:
        os.environ["DATABASE_URL"] = external
    else:
        server = EmbeddedPostgres(folder / "postgres", folder / "database.log", throw_away=True)
        server.start()
        _servers.append(server)
        server.wait_ready(60)
        server.ensure_database("irodori")
        os.environ["DATABASE_URL"] = server.url("irodori")
    compile_catalogues(BASE_DIR / "locale")
    os.environ[DATABASE_READY] = "1"


def _start_broker(folder: Path) -> None:
    """Start this process's own Valkey (6 MB, 0.05 s), so that no test sees another's messages."""
    server = EmbeddedValkey(folder / "valkey", folder / "broker.log", throw_away=True)
    server.start()
    _servers.append(server)
    server.wait_ready(30)
    os.environ["BROKER_URL"] = server.url


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, Any, Any]:
    """Start the servers before pytest-django's own hook of this name reads the settings."""
    global _folder
    # A short path: a socket's must fit into 107 bytes.
    _folder = Path(tempfile.mkdtemp(prefix="irodori-test-"))
    for name in [name for name in os.environ if name.startswith("IRODORI_") and name != DATABASE_READY]:
        del os.environ[name]  # a developer's own settings don't decide what passes
    os.environ |= {
        "IRODORI_VAR": str(_folder / "var"),
        "SECRET_KEY": "only-for-tests-and-thrown-away-with-them",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's synchronous interface runs an event loop
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "HF_HUB_OFFLINE": "1",
    }
    (_folder / "var").mkdir()
    try:
        _start_database(_folder)
        _start_broker(_folder)
        return (yield)
    except BaseException:
        _stop_servers()
        raise


def own_broker() -> EmbeddedValkey:
    """The server behind the fixture `broker`."""
    return next(server for server in _servers if isinstance(server, EmbeddedValkey))


def _stop_servers() -> None:
    while _servers:
        _servers.pop().stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def pytest_unconfigure() -> None:
    """Stop what this process started; a killed run leaves nothing either, since the servers die with it."""
    _stop_servers()


@pytest.fixture
def broker() -> str:
    """The URL of this process's broker, emptied: the one that the Celery app of the settings talks to."""
    import redis

    url = os.environ["BROKER_URL"]
    with redis.Redis(unix_socket_path=url.removeprefix("redis+socket://")) as client:
        client.flushall()
    return url


@pytest.fixture
def start_celery_worker(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """A function that starts a real `celery worker -c 1` on the test's database and broker; all end with the test.

    Call it as `start(environment={"IRODORI_…": "…"}, seconds=60)`; it returns the running `Process` (`.child.pid`,
    `.output()`, `.stop()`, `.start()` again) once the worker is ready. Settings that a test overrides in its own
    process don't reach the worker: pass them as environment variables.
    """
    from django.conf import settings
    from django.db import connection

    started: list[Process] = []

    def start(environment: dict[str, str] | None = None, seconds: float = 60, application: str = "config") -> Process:
        worker = Worker(
            tmp_path / f"worker{len(started)}.log",
            {
                "DATABASE_URL": test_database_url(connection.settings_dict),
                "IRODORI_MEDIA": str(settings.MEDIA_ROOT),
                "IRODORI_CHECKPOINTS": str(settings.CHECKPOINTS_DIR),
                "PYTHONUNBUFFERED": "1",
                **(environment or {}),
            },
        )
        # The host's name is not enough to tell two workers of one test apart.
        worker.command = [part.replace("irodori@", f"test{os.getpid()}x{len(started)}@") for part in worker.command]
        worker.command[worker.command.index("config")] = application
        worker.stop_steps = ((signal.SIGTERM, 3.0), (signal.SIGQUIT, 2.0))
        started.append(worker)
        worker.start()
        worker.wait_ready(seconds)
        return worker

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def celery_worker_process(start_celery_worker: Callable[..., Process]) -> Process:
    """One running Celery worker; for tests marked `django_db(transaction=True)` and `worker`."""
    return start_celery_worker()


def test_database_url(settings: dict[str, Any]) -> str:
    """The libpq conninfo of the database that this test process uses."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo(
        dbname=settings["NAME"],
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
    )


test_database_url.__test__ = False  # type: ignore[attr-defined]
