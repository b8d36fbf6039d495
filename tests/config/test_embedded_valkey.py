"""The embedded broker keeps accepted messages through a kill and is closed to others."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.valkey import EmbeddedValkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "valkey", tmp_path / "broker.log")
    server.start()
    server.wait_ready(30)
    yield server
    server.stop()


def test_messages_survive_a_killed_server(server: EmbeddedValkey) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.rpush("queue", *range(500))
    assert server.child is not None
    server.child.kill()
    server.child.wait()
    assert server.socket.exists()
    server.start()
    server.wait_ready(30)
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.llen("queue") == 500


def test_the_socket_is_private_and_no_port_is_open(server: EmbeddedValkey) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
