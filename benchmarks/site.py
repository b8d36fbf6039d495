"""A throw-away site for a benchmark: the one-command start in a folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningSite:
    """`python -m config up` as a context manager; `url`, `owner_link` and `seconds` (until the address was printed)."""

    def __init__(self, var: Path | None = None, *, starter_gallery: bool = True) -> None:
        self.keep = var is not None
        self.var = var or Path(tempfile.mkdtemp(prefix="irodori-bench-"))
        self.port = free_port()
        self.url = f"http://localhost:{self.port}/"
        self.starter_gallery = starter_gallery
        self.owner_link = ""
        self.seconds = 0.0
        self.worker_seconds = 0.0

    def __enter__(self) -> "RunningSite":
        began = time.perf_counter()
        self.child = subprocess.Popen(
            [sys.executable, "-m", "config", "up"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                "IRODORI_VAR": str(self.var),
                "IRODORI_PORT": str(self.port),
                "IRODORI_STARTER_GALLERY": "1" if self.starter_gallery else "0",
            },
        )
        assert self.child.stdout is not None
        said: list[str] = []
        for line in self.child.stdout:
            said.append(line)
            link = re.search(r"http\S+/welcome/\S+", line)
            if link:
                self.owner_link = link[0]
                self.seconds = time.perf_counter() - began
                return self
        raise SystemExit("The site did not start:\n" + "".join(said))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.send_signal(signal.SIGINT)
        self.child.wait(timeout=60)
        if not self.keep:
            shutil.rmtree(self.var, ignore_errors=True)
