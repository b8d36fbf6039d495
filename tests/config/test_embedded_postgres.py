"""The embedded PostgreSQL: runs as whoever starts it, keeps what was committed, survives what a crash leaves."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded.identity import Identity, namespace_allowed, server_identity
from config.embedded.postgres import SOCKET_FILE, EmbeddedPostgres, is_live_postgres
from config.embedded.preflight import StartError
from config.embedded.site import BASE_DIR

SYSTEM_PYTHON = Path("/usr/bin/python3.11")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "database.log", throw_away=True)
    server.start()
    server.wait_ready(60)
    server.ensure_database("kept")
    yield server
    server.stop()


def test_it_serves_the_extensions_the_site_uses(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("kept")) as connection:
        for extension in ("pg_trgm", "unaccent", "btree_gin", "vector", "pg_stat_statements"):
            connection.execute(f'CREATE EXTENSION "{extension}"')
        order = connection.execute("SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b','A','あ','a','_']) x")
        assert order.fetchone() == ("A_abあ",)


def test_files_belong_to_the_caller_and_nobody_else_can_reach_the_socket(server: EmbeddedPostgres) -> None:
    assert server.data.stat().st_uid == os.geteuid() or server.identity is Identity.NOBODY
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.socket / SOCKET_FILE).stat().st_mode) == 0o700


def test_it_listens_on_no_network_port(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("kept")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.fixture
def durable_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """As a site runs it; the other tests' servers don't wait for the disk."""
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "database.log")
    server.start()
    server.wait_ready(60)
    server.ensure_database("kept")
    yield server
    server.stop()


def test_what_was_committed_survives_a_killed_postmaster(durable_server: EmbeddedPostgres) -> None:
    server = durable_server
    with psycopg.connect(server.url("kept"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    assert server.child is not None
    server.child.kill()
    server.child.wait()
    assert (server.data / "postmaster.pid").exists()
    server.start()
    server.wait_ready(60)
    with psycopg.connect(server.url("kept")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_pid_file_that_names_another_program_is_no_hindrance(server: EmbeddedPostgres) -> None:
    server.stop()
    # After a restart of the machine the old number may belong to anything, such as this test.
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    server.start()
    assert server.wait_ready(60) < 60


def test_a_running_server_is_told_from_a_stale_one(server: EmbeddedPostgres, tmp_path: Path) -> None:
    assert server.child is not None
    assert is_live_postgres(server.child.pid, server.data)
    assert not is_live_postgres(server.child.pid, tmp_path)
    assert not is_live_postgres(os.getpid(), server.data)


def test_a_zombie_is_no_running_server(tmp_path: Path) -> None:
    child = subprocess.Popen(["true"])
    time.sleep(0.2)
    assert not is_live_postgres(child.pid, Path.cwd())
    child.wait()


def test_data_of_another_major_version_are_refused_in_one_sentence(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match="written by PostgreSQL 15 and this is 18"):
        server.start()
    (server.data / "PG_VERSION").write_text("18\n")


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    server = EmbeddedPostgres(deep / "postgres", deep / "database.log", throw_away=True)
    try:
        server.start()
        server.wait_ready(60)
        assert len(os.fsencode(server.socket / SOCKET_FILE)) <= 107
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        psycopg.connect(server.url("postgres")).close()
    finally:
        server.stop()
        server.socket.rmdir()


@pytest.mark.skipif(not namespace_allowed(), reason="this kernel or container allows no user namespaces")
def test_root_and_nameless_users_get_a_namespace(server: EmbeddedPostgres) -> None:
    expected = Identity.NAMESPACE if os.geteuid() == 0 else Identity.CALLER
    assert server_identity() is expected
    assert server.identity is expected


START_AND_STOP = """
    import sys
    from pathlib import Path
    from config.embedded.postgres import EmbeddedPostgres
    from config.embedded.valkey import EmbeddedValkey
    home = Path(sys.argv[1])
    database, broker = EmbeddedPostgres(home / "p", home / "p.log"), EmbeddedValkey(home / "v", home / "v.log")
    for server in (database, broker):
        server.start()
        server.wait_ready(60)
    print(database.identity.name)
    broker.stop()
    database.stop()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="needs a Python 3.11 that other users can run")
@pytest.mark.parametrize(("user", "identity"), [(65534, "CALLER"), (424242, "NAMESPACE")])
def test_ordinary_and_nameless_users_can_run_it(user: int, identity: str) -> None:
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    probe = [SYSTEM_PYTHON, "-c", f"import os; os.listdir({packages!r}); os.listdir({str(BASE_DIR)!r})"]
    if subprocess.run(probe, user=user, group=user, extra_groups=[], capture_output=True).returncode != 0:
        pytest.skip("other users can't read this checkout")
    # pytest's own temporary folders are closed to others.
    home = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    os.chown(home, user, user)
    try:
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", textwrap.dedent(START_AND_STOP), home],
            user=user,
            group=user,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": f"{BASE_DIR}:{packages}", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == identity
        assert (home / "p" / "data").stat().st_uid == user
    finally:
        subprocess.run(["rm", "-rf", home], check=True)


def test_it_ends_when_the_one_who_started_it_is_killed(tmp_path: Path) -> None:
    code = textwrap.dedent(START_AND_STOP).replace("print(database.identity.name)", "import time; time.sleep(60)")
    starter = subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=BASE_DIR)
    deadline = time.monotonic() + 60
    while not (tmp_path / "v" / "valkey.sock").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    number = int((tmp_path / "p" / "data" / "postmaster.pid").read_text().splitlines()[0])
    assert is_live_postgres(number, tmp_path / "p" / "data")
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    while is_live_postgres(number, tmp_path / "p" / "data") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_live_postgres(number, tmp_path / "p" / "data")
    assert "database system is shut down" in (tmp_path / "p.log").read_text()
