"""One file from one address: every hop judged anew, bounded in bytes, in redirects and in time as a whole."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import PurePosixPath
from threading import Timer
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from gallery.errors import Invalid
from gallery.fetching.network import PUBLIC, Network, NoAddressError, is_number

MAX_REDIRECTS = 5
SECONDS = 20.0
MAX_ADDRESS = 2000
WAIT = 10.0
"""Seconds that a single answer of the other side may take."""
_PIECE = 65_536
_FAILURES = (HTTPError, HTTPException, OSError, ValueError, AttributeError)  # the last: closed under a reader
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
# No compression: what is counted is what comes, and a small bomb can't become a large file.
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Irodori"}


@dataclass(frozen=True)
class Fetched:
    """What lay at an address: the bytes, what they are called there, and the address it came from in the end."""

    content: bytes
    name: str
    url: str


def fetch(url: str, *, max_bytes: int, seconds: float = SECONDS, network: Network = PUBLIC) -> Fetched:
    """The file at `url` (http or https), of at most `max_bytes`, within `seconds` for everything.

    Raises `Invalid` with a sentence for whoever gave the address. It says nothing of what a refused machine answered,
    or of whether there is one: to somebody who asks about the site's own network, all of it looks the same.
    """
    ends = time.monotonic() + seconds
    for _hop in range(MAX_REDIRECTS + 1):
        parts, port = _checked(url, network)
        answer = _Answer(parts, port, _address(parts, port, ends, network), ends)
        with answer:
            if answer.status not in _REDIRECTS:
                return Fetched(answer.content(max_bytes), _name(parts), url)
            url = urljoin(url, answer.location)
    raise Invalid("fetch_redirects", limit=MAX_REDIRECTS)


def _checked(url: str, network: Network) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme, 0)
        # What can't be a line of a request isn't one: no blanks, no line ends, and names as the network writes them.
        host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode()
    except ValueError as error:  # of which UnicodeError is one
        raise Invalid("fetch_address") from error
    printable = all(char > " " and char != "\x7f" for char in url.strip())
    if parts.scheme not in _PORTS or not host or len(url) > MAX_ADDRESS or not printable:
        raise Invalid("fetch_address")
    if "@" in parts.netloc:
        raise Invalid("fetch_password")
    if network.ports is not None and port not in network.ports:
        raise Invalid("fetch_port", ports=", ".join(str(port) for port in sorted(network.ports)))
    bracketed = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=bracketed if port == _PORTS[parts.scheme] else f"{bracketed}:{port}"), port


def _address(parts: SplitResult, port: int, ends: float, network: Network) -> str:
    """The one IP address that is connected to. All that the name stands for have to be admitted."""
    host = parts.hostname or ""
    try:
        found = network.look_up(host, port, max(0.1, ends - time.monotonic()))
    except NoAddressError as error:
        raise Invalid("fetch_unreachable") from error
    if not all(network.admits(address) for address in found):
        # A name of the site's own network is answered like one that nobody has: which there are is no one's business.
        raise Invalid("fetch_not_public" if is_number(host) else "fetch_unreachable")
    return found[0]


class _Answer:
    """A request to one machine, closed at the end or when the time is up, whatever the other side does meanwhile."""

    def __init__(self, parts: SplitResult, port: int, address: str, ends: float) -> None:
        left = ends - time.monotonic()
        if left <= 0:
            raise Invalid("fetch_slow")
        self._ends = ends
        self._connection = _connection(parts, port, address, left)
        # A byte now and then keeps every single wait short; this one counts from the start.
        self._watch = Timer(left, self._give_up)
        self._watch.daemon = True
        target = parts._replace(scheme="", netloc="", fragment="", path=parts.path or "/").geturl()
        self._sock: socket.socket | None = None
        self._watch.start()
        try:
            self._connection.connect()
            # The connection forgets it when an answer begins that ends with it.
            self._sock = self._connection.sock
            self._connection.request(
                "GET",
                _quoted(target),
                headers=_HEADERS | {"Host": parts.netloc},
                preload_content=False,
                decode_content=False,
            )
            self._response = self._connection.getresponse()
        except _FAILURES as error:
            self._watch.cancel()
            self._connection.close()
            raise Invalid("fetch_slow" if time.monotonic() >= ends else "fetch_unreachable") from error

    def __enter__(self) -> "_Answer":
        return self

    def __exit__(self, *_error: object) -> None:
        self._watch.cancel()
        self._response.close()
        self._connection.close()

    @property
    def status(self) -> int:
        return int(self._response.status)

    @property
    def location(self) -> str:
        where = self._response.headers.get("Location", "")
        if not where:
            raise Invalid("fetch_status", status=self.status)
        return str(where)

    def content(self, max_bytes: int) -> bytes:
        """The whole body of a 200 answer."""
        too_large = Invalid("fetch_too_large", limit=max_bytes // 2**20)
        if self.status != 200:
            raise Invalid("fetch_status", status=self.status)
        if self._response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Invalid("fetch_compressed")
        if (self._response.length_remaining or 0) > max_bytes:
            raise too_large
        body = bytearray()
        try:
            while piece := self._response.read1(_PIECE):
                body += piece
                if len(body) > max_bytes:
                    raise too_large
        except _FAILURES as error:
            if time.monotonic() >= self._ends:
                raise Invalid("fetch_slow") from error
            raise Invalid("fetch_broken_off") from error
        if time.monotonic() >= self._ends:
            raise Invalid("fetch_slow")
        return bytes(body)

    def _give_up(self) -> None:
        """Let go of the connection under whoever waits for it."""
        sock = self._sock or self._connection.sock
        with suppress(OSError):
            if sock is not None:
                sock.shutdown(socket.SHUT_RDWR)


def _connection(parts: SplitResult, port: int, address: str, seconds: float) -> HTTPConnection:
    """A connection to `address` that says, and over TLS is made to prove, the name that was asked for."""
    timeout = min(WAIT, seconds)
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=timeout)
    name = parts.hostname
    return HTTPSConnection(
        address, port, timeout=timeout, cert_reqs="CERT_REQUIRED", server_hostname=name, assert_hostname=name
    )


def _quoted(target: str) -> str:
    """A request's target with every sign outside ASCII as percent and digits."""
    return "".join(char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode()) for char in target)


def _name(parts: SplitResult) -> str:
    """What a file is called at its address, for people."""
    return PurePosixPath(unquote(parts.path)).name.replace("\x00", "")[:200]
