"""The children that run the site itself: web server, workers and beat, each with its own sign of being ready."""

import http.client
import os
import signal
import sys
from pathlib import Path

from config.embedded.process import Process

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class Web(Process):
    """The ASGI server; ready when it answers /healthz."""

    def __init__(self, host: str, port: int, log: Path, environment: dict[str, str]) -> None:
        self.host, self.port = host, port
        workers = os.environ.get("IRODORI_WEB_WORKERS") or str(2 if (os.cpu_count() or 1) >= 4 else 1)
        super().__init__(
            name="web",
            command=[
                *(sys.executable, "-m", "granian", "config.asgi:application", "--interface", "asginl"),
                *("--host", host, "--port", str(port), "--workers", workers, "--no-ws"),
                # Open event streams end with the server and reconnect by themselves.
                *("--workers-kill-timeout", "5", "--respawn-failed-workers"),
            ],
            log=log,
            environment={**environment, "IRODORI_ROLE": "web"},
            folder=BASE_DIR,
        )

    def ready(self) -> bool:
        """Whether the site answers at all; a page that says what is wrong is an answer too."""
        if not self.running():
            return False
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (compared, not bound)
        allowed = (os.environ.get("IRODORI_HOSTS") or "localhost").split(",")[0].strip()
        connection = http.client.HTTPConnection(local, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost" if "*" in allowed else allowed})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class CeleryProcess(Process):
    """A process of `celery -A config`; ready when its log says so."""

    ready_line = " ready."

    def ready(self) -> bool:
        """Whether it runs and has said that it is ready."""
        return self.running() and self.ready_line in self.output()


class Worker(CeleryProcess):
    """One that draws: a single pool process, so that a GPU has one owner that can be killed alone.

    `number`: which of several of this machine, from 1.
    """

    def __init__(self, log: Path, environment: dict[str, str], number: int = 1) -> None:
        another = str(number) if number > 1 else ""
        super().__init__(
            name=f"worker{another}",
            command=[
                *(sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "prefork", "-c", "1"),
                *("-n", f"irodori{another}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            ],
            log=log,
            environment={**environment, "IRODORI_ROLE": "worker"},
            folder=BASE_DIR,
            # A running job gets a moment to end; then its message goes back and its lease runs out.
            stop_steps=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 4.0)),
            # A graceful end would wait for a broker that dies at the same moment; leases bring the jobs back.
            death_signal=signal.SIGKILL,
        )


class Gardener(CeleryProcess):
    """The one that carries out bulk updates: a single light process that imports no engine."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        super().__init__(
            name="gardener",
            command=[
                *(sys.executable, "-m", "celery", "--app", "config", "worker", "--pool", "solo"),
                *("--queues", "irodori-gallery", "-n", "gardener@%h", "--loglevel", "INFO"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            log=log,
            environment={**environment, "IRODORI_ROLE": "gardener"},
            folder=BASE_DIR,
            # It ends after the batch it is at; one that is killed instead is undone and done again.
            stop_steps=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 4.0)),
            death_signal=signal.SIGKILL,
        )


class Beat(CeleryProcess):
    """Celery's clock; its schedule stands in the settings."""

    ready_line = "beat: Starting..."

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        super().__init__(
            name="beat",
            command=[sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile="],
            log=log,
            environment={**environment, "IRODORI_ROLE": "beat"},
            folder=BASE_DIR,
        )
