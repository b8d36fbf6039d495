"""RabbitMQ as the broker: the bell is heard through it, and what it forgets comes back."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from config.embedded.process import Process
from config.embedded.site import BASE_DIR
from gallery.models import User
from generation.models import Checkpoint, Job, Take
from generation.models.queue import JobState
from generation.requests import submit
from tests.database import test_database_url
from tests.generation.test_worker import until

# Debian's /usr/sbin/rabbitmq-server insists on a user of its own; what it wraps doesn't.
SERVERS = sorted(map(str, Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server")))
EPMD = shutil.which("epmd")
BELL = "import django; django.setup(); from generation.queueing.bell import ring; raise SystemExit(not ring())"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.worker,
    pytest.mark.skipif(
        not SERVERS or EPMD is None, reason="RabbitMQ is not installed (apt-get install rabbitmq-server)"
    ),
]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RabbitMQ(Process):
    """A server with its files in `home`, on ports of its own, for this test alone."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        super().__init__(
            name="rabbitmq",
            command=[SERVERS[-1]],
            log=home / "rabbitmq.log",
            environment={
                "HOME": str(home),  # Erlang's cookie
                "ERL_EPMD_PORT": str(free_port()),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODENAME": f"irodori{self.port}@localhost",
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODE_PORT": str(self.port),
                "RABBITMQ_DIST_PORT": str(free_port()),
                "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
                "RABBITMQ_LOG_BASE": str(home / "log"),
                "RABBITMQ_LOGS": "-",
                "RABBITMQ_CONFIG_FILE": str(home / "none"),
                "RABBITMQ_CONF_ENV_FILE": str(home / "none.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            },
            stop_steps=((signal.SIGTERM, 20.0),),
        )

    @property
    def url(self) -> str:
        """Celery's broker URL."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def ready(self) -> bool:
        """Whether it speaks AMQP: it sends its version to whoever asks for none that exists."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.settimeout(2)
                client.sendall(b"AMQP\x00\x00\x00\x00")
                return client.recv(8).startswith(b"AMQP")
        except OSError:
            return False

    def stop(self, impatient: Callable[[], bool] = lambda: False) -> None:
        """End it, and the port mapper that Erlang started beside it."""
        super().stop(impatient)
        subprocess.run([str(EPMD), "-kill"], env={**os.environ, **self.environment}, capture_output=True, check=False)


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A running server."""
    server = RabbitMQ(tmp_path)
    server.start()
    try:
        server.wait_ready(120)
        yield server
    finally:
        server.stop()


def test_a_worker_hears_the_bell_through_rabbitmq(
    rabbitmq: RabbitMQ,
    model: Checkpoint,
    member: Callable[[str], User],
    start_celery_worker: Callable[..., Process],
) -> None:
    environment = {"BROKER_URL": rabbitmq.url}
    web = {**os.environ, **environment, "DATABASE_URL": test_database_url(connection.settings_dict)}

    def ring() -> int:
        """As a web process of a site with this broker does."""
        return subprocess.run([sys.executable, "-c", BELL], env=web, cwd=BASE_DIR, check=False).returncode

    # Rung for before anybody listens: the message waits.
    mira = member("mira")
    submit(mira, {"prompt": "smile", "count": 2}, "before")
    assert ring() == 0
    worker = start_celery_worker(environment, seconds=120)
    assert f"127.0.0.1:{rabbitmq.port}" in worker.output()
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == 2, 120, worker)
    submit(mira, {"prompt": "smile"}, "while it listens")
    assert ring() == 0
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == 3, 120, worker)
    assert Take.objects.count() == 3
    # A server that is gone is no error for whoever asks for pictures, and the worker finds it again.
    rabbitmq.stop()
    submit(mira, {"prompt": "smile"}, "while it is away")
    assert ring() == 1
    rabbitmq.start()
    rabbitmq.wait_ready(120)
    assert ring() == 0
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == 4, 120, worker)
