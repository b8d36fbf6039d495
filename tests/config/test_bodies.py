"""Bodies that are too large: how much of them is taken, and what their sender reads."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from django.conf import settings

from config.bodies import PATIENCE, TOO_LARGE, BoundedBodies
from gallery.ingest import MAX_BYTES

MOST = 100


class Client:
    """Sends a body in pieces of ten bytes, then waits; remembers how many were asked for."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        if self.left <= 0:
            return {"type": "http.disconnect"}
        piece = b"x" * min(10, self.left)
        self.left -= len(piece)
        self.taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": self.left > 0}


def taken_in(client: Client, headers: Iterable[tuple[bytes, bytes]] = ()) -> tuple[int, bool]:
    """How much of the body an application is given that reads to its end as Django does, and whether it is marked."""
    scope: dict[str, Any] = {"type": "http", "headers": list(headers)}
    body = bytearray()

    async def reads(_scope: Any, receive: Any, _send: Any) -> None:
        while (message := await receive()).get("more_body"):
            body.extend(message["body"])
        body.extend(message["body"])
        assert (await receive())["type"] == "http.disconnect"

    async def send(_message: Any) -> None:
        pass

    asyncio.run(BoundedBodies(reads, MOST)(scope, client.receive, send))
    return len(body), TOO_LARGE in scope


def announced(size: int) -> list[tuple[bytes, bytes]]:
    return [(b"content-length", str(size).encode())]


@pytest.mark.parametrize("headers", [[], announced(MOST), [(b"content-length", b"nonsense")]])
def test_a_body_within_the_bound_comes_through_whole(headers: list[tuple[bytes, bytes]]) -> None:
    assert taken_in(Client(MOST), headers) == (MOST, False)


def test_a_body_that_says_it_is_too_large_is_not_taken_in_at_all() -> None:
    client = Client(MOST + 1)
    assert taken_in(client, announced(MOST + 1)) == (0, True)
    assert client.left == 0, "thrown away, so that the browser reads the answer"


def test_a_body_that_grows_too_large_is_cut_off() -> None:
    given, marked = taken_in(Client(MOST * 5))
    assert given <= MOST
    assert marked


def test_the_answer_to_an_endless_body_does_not_wait_for_its_end() -> None:
    client, answered = Client(10**9), list[int]()

    async def answers(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        answered.append(client.taken)

    for headers, most in (([], (PATIENCE + 1) * MOST), (announced(10**9), 10)):
        client.taken = 0
        asyncio.run(BoundedBodies(answers, MOST)({"type": "http", "headers": headers}, client.receive, None))  # type: ignore[arg-type]
        assert answered.pop() <= most


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("script", [False, True])
def test_what_is_too_large_is_refused_in_the_words_of_the_site(script: bool) -> None:
    from config.asgi import application  # builds the whole of Django's middleware

    size = 2 * MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    headers = [(b"host", b"testserver"), (b"content-type", b"multipart/form-data; boundary=x"), *announced(size)]
    if script:
        headers.append((b"hx-request", b"true"))
    scope = {
        "type": "http", "method": "POST", "path": "/create", "query_string": b"", "headers": headers,
        "http_version": "1.1", "scheme": "http", "root_path": "",
    }  # fmt: skip
    sent: list[Any] = []
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if sent or over.is_set():
            await asyncio.sleep(60)
        over.set()
        return {"type": "http.request", "body": b"--x\r\n", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    assert sent[0]["status"] == 413
    said = b"".join(message.get("body", b"") for message in sent).decode()
    assert "25 MB" in said
    assert ("<html" in said) is not script
    assert (b"HX-Retarget", b"#toasts") in sent[0]["headers"] or not script
