"""One request to an image server, which another thread may break off at any time.

Written on http.client: it follows no redirects, reads no proxies or passwords from the environment, and lets go of
its socket. A request is sent again only when it can't have begun: nobody was listening, or the server said when.
"""

import contextlib
import email.utils
import http.client
import logging
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from generation.engine.errors import EngineError
from generation.engine.remote.images_api import MAX_ANSWER_BYTES, Request, error_of

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
ATTEMPTS = 4
PAUSES = (0.5, 2.0, 5.0)
"""Seconds between attempts to reach a server that nobody listens at."""
LONGEST_PAUSE = 30.0
"""Seconds that a busy server may ask for."""
_CHUNK = 2**18


class Exchange:
    """Sends one request and reads its answer; `close` ends it, from any thread."""

    def __init__(self, endpoint: str, key: str, seconds: float) -> None:
        """`seconds`: for all of it, attempts and drawing included."""
        self._url = urlsplit(endpoint)
        self._key = key
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._closed = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    @property
    def late(self) -> bool:
        """True when its time is over."""
        return time.monotonic() > self._deadline

    def close(self) -> None:
        """Break it off; the thread that is in `post` gets an error."""
        self._closed.set()
        connection = self._connection
        # Read once: the other thread may let go of it at any moment.
        sock = connection.sock if connection is not None else None
        if sock is not None:
            # Closing alone would not wake up whoever is reading.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def post(self, request: Request, model: str) -> bytes:
        """Return the answer to `request`.

        Raises EngineError remote_unreachable, remote_timeout, remote_key, remote_unknown_model, remote_busy,
        remote_rejected, remote_failed, remote_bad_answer.
        """
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            try:
                status, asked_to_wait, answer = self._attempt(request)
            except ConnectionRefusedError:
                if last:
                    raise EngineError("remote_unreachable", reason="refused") from None
            except TimeoutError:
                raise self._too_late() from None
            except ssl.SSLError as error:
                logger.warning("No secure connection to %s: %s", self._url.hostname, error)
                raise EngineError("remote_unreachable", reason="tls") from None
            except socket.gaierror:
                raise EngineError("remote_unreachable", reason="name") from None
            except (OSError, http.client.HTTPException) as error:
                if self.late:
                    raise self._too_late() from None
                logger.warning("The connection to %s broke: %s", self._url.hostname, type(error).__name__)
                raise EngineError("remote_unreachable", reason="broken") from None
            else:
                if status == 200:
                    return answer
                if last or status not in (429, 503) or asked_to_wait is None or asked_to_wait > LONGEST_PAUSE:
                    raise error_of(status, answer, model)
                pause = asked_to_wait
            if time.monotonic() + pause > self._deadline:
                raise self._too_late()
            if self._closed.wait(pause):
                break
        raise EngineError("remote_unreachable", reason="broken")

    def _attempt(self, request: Request) -> tuple[int, float | None, bytes]:
        """Return status, the seconds the server asks to wait, and the answer's body."""
        secure = self._url.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = make(self._url.hostname or "", self._url.port, timeout=CONNECT_SECONDS)
        headers = {"Content-Type": request.content_type, "Accept": "application/json", "User-Agent": "Irodori"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            try:
                connection.connect()
            except TimeoutError:
                raise EngineError("remote_unreachable", reason="silent") from None
            self._connection = connection
            if self._closed.is_set():
                raise OSError("closed")
            connection.sock.settimeout(max(1.0, self._deadline - time.monotonic()))
            connection.request("POST", self._url.path + request.path, request.body, headers)
            with connection.getresponse() as response:
                return response.status, _seconds(response.getheader("Retry-After")), self._read(response)
        finally:
            connection.close()

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.read1(_CHUNK):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise EngineError("remote_bad_answer", reason="too_large")
            if self.late:
                raise TimeoutError
            parts.append(part)
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(parts)

    def _too_late(self) -> EngineError:
        return EngineError("remote_timeout", seconds=round(self._seconds))


def _seconds(header: str | None) -> float | None:
    """Read Retry-After: a number of seconds or a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        return max(0.0, float(int(header)))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
