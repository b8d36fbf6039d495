"""Fetching against a server of this test's own, whose address stands for a public one."""

import gzip
from http.server import BaseHTTPRequestHandler
from time import sleep

import pytest

from gallery.errors import Invalid
from gallery.fetching import Network, fetch
from tests.gallery.fetching.server import Server, send

PICTURE = b"\x89PNG" + bytes(range(256)) * 40


def refused(server: Server, path: str, **limits: float) -> str:
    with pytest.raises(Invalid) as refusal:
        server.get(path, **limits)
    return refusal.value.code


def test_a_picture_comes_as_it_is_with_its_name(server: Server) -> None:
    server.answers["/art/%E7%8C%AB.png?size=full"] = send(body=PICTURE)
    url = server.url("/art/猫.png?size=full")
    fetched = fetch(url, max_bytes=100_000, network=server.network)
    assert (fetched.content, fetched.name, fetched.url) == (PICTURE, "猫.png", url)
    assert server.asked == [("/art/%E7%8C%AB.png?size=full", f"pictures.example:{server.port}")]


def test_a_redirect_is_followed_and_judged_like_the_first_address(server: Server) -> None:
    server.answers["/a"] = send(302, location="/b")
    server.answers["/b"] = send(body=PICTURE)
    server.answers["/c"] = send(307, location=server.url("/b", "inner.example"))
    server.answers["/d"] = send(301, location="file:///etc/passwd")
    server.answers["/e"] = send(301, location="//user@pictures.example/b")
    assert server.get("/a") == PICTURE
    assert refused(server, "/c") == "fetch_unreachable"
    assert refused(server, "/d") == "fetch_address"
    assert refused(server, "/e") == "fetch_password"
    assert [path for path, _host in server.asked] == ["/a", "/b", "/c", "/d", "/e"]


def test_redirects_end(server: Server) -> None:
    server.answers["/a"] = send(302, location="/a")
    assert refused(server, "/a") == "fetch_redirects"
    assert len(server.asked) == 6


def test_a_name_is_looked_up_once_so_that_it_cannot_change_in_between(server: Server) -> None:
    server.answers["/a"] = send(body=PICTURE)
    answers = iter(["127.0.0.1", "127.0.0.2"])
    network = Network(lambda *asked: [next(answers)], lambda address: address == "127.0.0.1", frozenset({server.port}))
    assert fetch(server.url("/a"), max_bytes=100_000, network=network).content == PICTURE


@pytest.mark.parametrize("status", [201, 204, 304, 404, 500])
def test_an_answer_that_is_no_picture_says_so(server: Server, status: int) -> None:
    server.answers["/a"] = send(status, content_length="" if status in (204, 304) else "0")
    assert refused(server, "/a") == "fetch_status"


def test_too_much_is_refused_when_it_is_announced_and_when_it_comes(server: Server) -> None:
    server.answers["/announced"] = send(body=PICTURE, content_length=str(10**15))
    server.answers["/unannounced"] = send(body=PICTURE * 20, content_length="")
    assert refused(server, "/announced", max_bytes=1000) == "fetch_too_large"
    assert refused(server, "/unannounced", max_bytes=1000) == "fetch_too_large"


def test_a_compressed_answer_is_not_unpacked(server: Server) -> None:
    server.answers["/a"] = send(body=gzip.compress(bytes(10**6)), content_encoding="gzip")
    assert refused(server, "/a") == "fetch_compressed"


def test_a_body_that_ends_early_is_no_picture(server: Server) -> None:
    server.answers["/a"] = send(body=PICTURE, content_length=str(len(PICTURE) + 10), connection="close")
    assert refused(server, "/a") == "fetch_broken_off"


def test_a_server_that_drips_is_left_when_the_time_is_up(server: Server) -> None:
    def body(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.stop.is_set():
            handler.wfile.write(b"a")
            handler.wfile.flush()
            sleep(0.02)

    def headers(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not server.stop.is_set():
            handler.wfile.write(b"X: y\r\n"[:2])
            handler.wfile.flush()
            sleep(0.02)

    server.answers |= {"/body": body, "/headers": headers}
    assert refused(server, "/body", seconds=0.5) == "fetch_slow"
    assert refused(server, "/headers", seconds=0.5) == "fetch_slow"


def test_nobody_listening_and_nonsense_look_the_same(server: Server) -> None:
    server.answers["/a"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n") and None
    assert refused(server, "/a") == "fetch_unreachable"
    closed = Network(server.network.look_up, lambda address: True, frozenset({1}))
    with pytest.raises(Invalid) as refusal:
        fetch("http://pictures.example:1/a", max_bytes=10, network=closed)
    assert refusal.value.code == "fetch_unreachable"


def test_over_tls_the_certificate_has_to_be_that_names(server: Server) -> None:
    network = Network(server.network.look_up, server.network.admits, frozenset({server.port}))
    with pytest.raises(Invalid) as refusal:
        fetch(f"https://pictures.example:{server.port}/a", max_bytes=10, network=network)
    assert refusal.value.code == "fetch_unreachable"
    assert server.asked == []
