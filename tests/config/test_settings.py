"""What the settings refuse and what they tell Django, read by a fresh interpreter as a process of a site reads them."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from config.database import database_from_url
from config.embedded.site import BASE_DIR
from config.logs import WithoutSweeps


def read(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `expression` over the settings prints in a process with this environment and no key but its own."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "SECRET_KEY_FILE"}}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings; print({expression})"],
        cwd=BASE_DIR,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("role", ["web", "worker", "beat"])
def test_no_part_of_a_site_starts_without_a_key(role: str) -> None:
    done = read("settings.SECRET_KEY", IRODORI_ROLE=role)
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr.splitlines()[-1]


def test_a_given_key_is_used_and_a_command_without_one_has_one_that_nobody_knows(tmp_path: Path) -> None:
    assert read("settings.SECRET_KEY", IRODORI_ROLE="web", SECRET_KEY="given").stdout == "given\n"
    (tmp_path / "key").write_text("from a file\n")
    from_file = read("settings.SECRET_KEY", IRODORI_ROLE="beat", SECRET_KEY_FILE=str(tmp_path / "key"))
    assert from_file.stdout == "from a file\n"
    made = {read("settings.SECRET_KEY").stdout for _ in range(2)}
    assert len(made) == 2
    assert all(len(key) > 50 for key in made)


def test_the_number_of_trusted_proxies_reaches_the_counting_of_failed_sign_ins() -> None:
    assert read("settings.ALLAUTH_TRUSTED_PROXY_COUNT").stdout == "0\n"
    assert read("settings.ALLAUTH_TRUSTED_PROXY_COUNT", IRODORI_TRUSTED_PROXIES="2").stdout == "2\n"


def test_a_pool_gives_no_connection_away_that_the_database_closed() -> None:
    entry = database_from_url(os.environ["DATABASE_URL"], pooled=True) | {"NAME": "postgres", "TIME_ZONE": None}
    wrapper = DatabaseWrapper(entry, alias="pooled")
    wrapper.pool.open()
    try:
        for _ in range(6):
            with wrapper.pool.connection() as connection:
                number = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            # As a restart of the database does to each connection that waits in the pool.
            with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    finally:
        wrapper.close_pool()


def test_the_logs_leave_sweeps_out_and_keep_what_matters() -> None:
    def kept(level: int, message: str) -> bool:
        return WithoutSweeps().filter(logging.LogRecord("celery.beat", level, "", 0, message, (), None))

    assert not kept(logging.INFO, "Scheduler: Sending due task %s (%s)")
    assert kept(logging.INFO, "beat: Starting...")
    assert kept(logging.ERROR, "Message Error: %s\n%s")


def test_every_gpu_can_be_named_and_nonsense_cannot() -> None:
    assert read("settings.DEVICE", IRODORI_DEVICE="cuda:1").stdout == "cuda:1\n"
    for name, value in (("IRODORI_DEVICE", "gpu"), ("IRODORI_DEVICE_CLASS", "Big one")):
        done = read("settings.DEVICE", **{name: value})
        assert done.returncode != 0
        assert f"{name} is {value!r}; use" in done.stderr.splitlines()[-1]


def test_weights_of_roles_change_one_by_one_and_stay_above_nothing() -> None:
    given = read("settings.QUEUE_WEIGHTS", IRODORI_QUEUE_WEIGHTS="moderator=1.5, owner=8")
    assert given.stdout == "{'member': 1.0, 'moderator': 1.5, 'admin': 4.0, 'owner': 8.0}\n"
    for value in ("member=0", "member=-1", "member=nan", "guest=2", "member"):
        done = read("settings.QUEUE_WEIGHTS", IRODORI_QUEUE_WEIGHTS=value)
        assert done.returncode != 0
        assert "use numbers above 0, such as member=1" in done.stderr.splitlines()[-1]
