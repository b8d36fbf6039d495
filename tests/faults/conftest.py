"""What tests of faults share: the clock, a broker and a database that may be killed, workers that stop where told."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from config.embedded.postgres import EmbeddedPostgres, binaries
from config.embedded.process import Process
from config.embedded.site import BASE_DIR
from config.embedded.valkey import EmbeddedValkey
from tests.database import own_broker, test_database_url
from tests.generation.conftest import bundled, member, model, tiny_folder  # noqa: F401 - fixtures of the other floor


@pytest.fixture
def beat(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Celery's clock, which makes the workers sweep."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "beat",
            "--pidfile=",
            "--schedule",
            str(tmp_path / "schedule"),
        ],
        cwd=BASE_DIR,
        env={**os.environ, "DATABASE_URL": test_database_url(connection.settings_dict), "IRODORI_SWEEP_SECONDS": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def broker_server(broker: str) -> Iterator[EmbeddedValkey]:
    """This process's broker, to be killed; it runs again when the test is over."""
    server = own_broker()
    yield server
    if not server.running():
        server.start()
        server.wait_ready(30)


@pytest.fixture
def own_database(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of the test's own with the test's schema, to be stopped: the other tests' one serves them too.

    Request it before whatever starts processes, so that they end first.
    """
    folder = tmp_path_factory.mktemp("own")
    server = EmbeddedPostgres(folder / "postgres", folder / "database.log")
    server.start()
    server.wait_ready(60)
    server.ensure_database("irodori")
    dump = subprocess.run(
        [binaries() / "pg_dump", "--no-owner", "-d", test_database_url(connection.settings_dict)],
        check=True,
        capture_output=True,
    )
    restore = [binaries() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", server.url("irodori")]
    subprocess.run(restore, input=dump.stdout, check=True, capture_output=True)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(NAME="irodori", USER="postgres", PASSWORD="", HOST=str(server.socket), PORT="")
    yield server
    connection.close()
    connection.settings_dict.update(before)
    server.stop()


@pytest.fixture
def start_held_worker(start_celery_worker: Callable[..., Process], tmp_path: Path) -> Callable[..., Process]:
    """A function that starts a worker which stops at a place once the file `holds/PLACE.armed` is there."""

    def start(**environment: str) -> Process:
        (tmp_path / "holds").mkdir(exist_ok=True)
        return start_celery_worker(
            {"HOLD_FOLDER": str(tmp_path / "holds"), **environment}, seconds=120, application="tests.faults.held"
        )

    return start
