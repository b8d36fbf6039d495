"""A whole site as `python -m config up` runs it, on a port and in a data folder of its own: for tests, benchmarks and
the pictures of the README."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from config.embedded.site import BASE_DIR


class RunningSite:
    """Starts at construction; `wait_for` reads what it prints. As a context manager it stops at the end.

    `var` is its data folder; `environment` goes before what this process has. No starter pictures unless asked for
    with `IRODORI_STARTER_GALLERY="1"`.
    """

    def __init__(self, var: Path, **environment: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}/"
        self.var = var
        self.output = var.parent / f"{var.name}-output-{time.monotonic_ns()}"
        replaced = {"DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "IRODORI_URL", "IRODORI_HOSTS"}
        inherited = {name: value for name, value in os.environ.items() if name not in replaced}
        own = {"IRODORI_VAR": str(var), "IRODORI_PORT": str(self.port), "IRODORI_STARTER_GALLERY": "0"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config", "up"],
                cwd=BASE_DIR,
                env={**inherited, **own, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> "RunningSite":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def owner_link(self) -> str:
        """The address that signs the owner in once; waits until the site has started."""
        return self.wait_for(r"http\S+/welcome/\S+")[0]

    @property
    def text(self) -> str:
        """All it printed so far."""
        return self.output.read_text()

    def wait_for(self, pattern: str, seconds: float = 120) -> re.Match[str]:
        """The first match of `pattern` in what it prints; fails with the text when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not (match := re.search(pattern, self.text, re.MULTILINE)):
            assert self.process.poll() is None, f"the site ended:\n{self.text}"
            assert time.monotonic() < deadline, f"no {pattern!r} in:\n{self.text}"
            time.sleep(0.05)
        return match

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of one page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()

    def children(self) -> dict[int, str]:
        """Process numbers and command lines of what the supervisor started itself."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid:
                    found[int(stat.parent.name)] = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def child(self, word: str) -> int:
        """The number of the one child whose command line holds `word`."""
        (number,) = [number for number, line in self.children().items() if word in line]
        return number

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)
