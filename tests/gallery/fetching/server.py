"""A web server of the tests' own, on a network where its address stands for a public one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gallery.fetching import Network, fetch

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Answers by path; `asked` are the paths and Host headers that came."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "pictures.example") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def network(self) -> Network:
        """A network on which `pictures.example` is here and public, and `inner.example` is here and isn't."""

        def look_up(host: str, port: int, seconds: float) -> list[str]:
            return ["127.0.0.2" if host == "inner.example" else "127.0.0.1"]

        return Network(look_up, lambda address: address == "127.0.0.1", frozenset({self.port}))

    def get(self, path: str, **limits: float) -> bytes:
        return fetch(
            self.url(path), max_bytes=int(limits.pop("max_bytes", 100_000)), network=self.network, **limits
        ).content


def send(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"content_length": str(len(body))} | headers).items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving() -> Iterator[Server]:
    """A server that answers until the block ends."""
    here = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, self.headers["Host"]))
            with suppress(BrokenPipeError, ConnectionResetError):
                here.answers[self.path](self)

        def log_message(self, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    here.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield here
    here.stop.set()
    listening.shutdown()
    listening.server_close()
