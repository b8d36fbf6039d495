"""The embedded broker keeps accepted messages through a kill and is closed to others."""

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.cache.backends.redis import RedisCache

from config.embedded.preflight import StartError
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


def test_a_second_server_waits_until_the_first_has_ended(server: EmbeddedValkey, tmp_path: Path) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.rpush("queue", "kept")
    second = EmbeddedValkey(tmp_path / "valkey", tmp_path / "second.log")
    second.patience = 0.3
    with pytest.raises(StartError, match="Another Valkey still uses"):
        second.start()
    assert second.child is None

    second.patience = 30
    ending = threading.Timer(0.5, server.stop)
    ending.start()
    second.start()
    try:
        second.wait_ready(30)
        ending.join()
        with redis.Redis(unix_socket_path=str(second.socket)) as client:
            assert client.lrange("queue", 0, -1) == [b"kept"]
    finally:
        second.stop()


def test_the_cache_shares_the_server_and_not_the_keys(server: EmbeddedValkey) -> None:
    first, second = (RedisCache(server.cache_url, {}) for _ in range(2))
    first.set("failed sign-ins", 3)
    assert second.get("failed sign-ins") == 3
    with redis.Redis(unix_socket_path=str(server.socket)) as broker:
        assert broker.dbsize() == 0
    first.clear()
    assert second.get("failed sign-ins") is None
