"""What happens to somebody's jobs, as server-sent events.

One LISTEN connection a web process hears the notices of `generation.queueing.notices` and hands them to the open
streams of the user they are for. A stream starts with the state of the user's jobs (all that run or wait, and what
ended since the event id that the browser saw last), so nothing is missed between two connections; polling reads the
same rows.

Each event's name is the notice's kind; its data is JSON: request, job, kind, step, total.
"""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection

from generation.models import Job
from generation.models.queue import JobState
from generation.queueing.notices import CHANNEL

logger = logging.getLogger(__name__)

STREAMS_PER_USER = 3
HEARTBEAT_SECONDS = 15.0
RECONNECT_MS = 2000
QUEUE_SIZE = 256
# The database's clock and this process's may differ, and a replayed event does no harm.
OVERLAP = timedelta(seconds=5)
_KIND_OF_STATE = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "progress",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


class TooManyStreams(Exception):  # noqa: N818
    """The user has `STREAMS_PER_USER` streams open in this process; their page polls instead."""


def stream(user_id: int, last_event_id: str | None = None) -> "Stream":
    """Open a stream of SSE bytes for `user_id`, to be iterated asynchronously; call it inside the event loop.

    `last_event_id`: what the browser sent as Last-Event-ID. Raises `TooManyStreams`. The stream counts from its first
    byte on: one whose reader left before that is never counted.
    """
    hub = _hub()
    if hub.is_full(user_id):
        raise TooManyStreams
    return Stream(hub, user_id, _time_of(last_event_id))


class Stream:
    """An open stream; iterate it once. `close` (Django calls it with the response) ends it."""

    def __init__(self, hub: "_Hub", user_id: int, since: datetime | None) -> None:
        self.user_id = user_id
        self._since = since
        self._hub = hub
        self._notices: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(QUEUE_SIZE)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._run()

    def close(self) -> None:
        """Leave; safe to call twice and from any thread."""
        self._hub.leave(self)

    def put(self, notice: dict[str, Any] | None) -> None:
        """Hand over a notice; None means that some were missed."""
        if self._notices.full():
            # A reader this slow is told the state instead of its history.
            while not self._notices.empty():
                self._notices.get_nowait()
            notice = None
        self._notices.put_nowait(notice)

    async def _run(self) -> AsyncIterator[bytes]:
        if self._hub.is_full(self.user_id):
            return  # others were faster since `stream`; the browser asks again, and is told then
        self._hub.join(self)
        try:
            yield f"retry: {RECONNECT_MS}\n\n".encode()
            await self._hub.listening()
            for current in await _state_of(self.user_id, self._since):
                yield _encode(current)
            while True:
                try:
                    notice = await asyncio.wait_for(self._notices.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if notice is not None:
                    yield _encode(notice)
                    continue
                since = datetime.fromtimestamp(time.time() - HEARTBEAT_SECONDS, tz=UTC)
                for missed in await _state_of(self.user_id, since):
                    yield _encode(missed)
        finally:
            self.close()


class _Hub:
    """The process's one listener and its streams. It lives in one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._streams: defaultdict[int, set[Stream]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    def is_full(self, user_id: int) -> bool:
        return len(self._streams.get(user_id, ())) >= STREAMS_PER_USER

    def join(self, stream: Stream) -> None:
        self._streams[stream.user_id].add(stream)
        if self._task is None or self._task.done():
            self._task = self.loop.create_task(self._listen(), name="generation-events")

    def leave(self, stream: Stream) -> None:
        streams = self._streams.get(stream.user_id)
        if streams is not None:
            streams.discard(stream)
            if not streams:
                self._streams.pop(stream.user_id, None)

    async def listening(self) -> None:
        """Wait, not for ever, until notices come in: the state read afterwards then misses none."""
        try:
            await asyncio.wait_for(self._ready.wait(), HEARTBEAT_SECONDS)
        except TimeoutError:
            logger.warning("No connection to listen on yet; the stream starts without it.")

    async def _listen(self) -> None:
        while True:
            try:
                listener = await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True)
                async with listener:
                    await listener.execute(f"LISTEN {CHANNEL}")
                    self._ready.set()
                    self._tell_all(None)
                    async for notify in listener.notifies():
                        self._hear(notify.payload)
            except asyncio.CancelledError as error:
                # The task keeps its error, whose frames would keep a half-made connection open.
                raise error.with_traceback(None)  # noqa: B904 - it is the same error
            except psycopg.Error as error:
                logger.warning("The connection for events was lost (%s); trying again.", error)
            self._ready.clear()
            await asyncio.sleep(1)

    def _hear(self, payload: str) -> None:
        try:
            notice = json.loads(payload)
            user_id = notice.pop("user")
        except (ValueError, KeyError, AttributeError):
            logger.warning("An unreadable notice: %.200s", payload)
            return
        for stream in list(self._streams.get(user_id, ())):
            stream.put(notice)

    def _tell_all(self, notice: dict[str, Any] | None) -> None:
        for streams in list(self._streams.values()):
            for stream in list(streams):
                stream.put(notice)


_current: _Hub | None = None


def _hub() -> _Hub:
    global _current
    if _current is None or _current.loop is not asyncio.get_running_loop():
        _current = _Hub()
    return _current


def _parameters() -> dict[str, Any]:
    """How Django reaches the database, as libpq's parameters."""
    parameters = connection.get_connection_params()
    return {
        name: value
        for name, value in parameters.items()
        if name not in {"cursor_factory", "context", "prepare_threshold"}
    }


def _time_of(event_id: str | None) -> datetime | None:
    """Event ids are milliseconds since 1970; what isn't one is left out of account."""
    if not event_id or not event_id.isascii() or not event_id.isdecimal() or len(event_id) > 15:
        return None
    return datetime.fromtimestamp(int(event_id) / 1000, tz=UTC)


def _encode(notice: dict[str, Any]) -> bytes:
    data = json.dumps(notice, separators=(",", ":"))
    return f"id: {int(time.time() * 1000)}\nevent: {notice['kind']}\ndata: {data}\n\n".encode()


@sync_to_async
def _state_of(user_id: int, since: datetime | None) -> list[dict[str, Any]]:
    jobs = Job.objects.filter(user_id=user_id)
    current = jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    if since is not None:
        current = current | jobs.filter(finished_at__gte=since - OVERLAP)
    try:
        # The newest, should there be too many: what still waits or runs is seldom older than what is over.
        newest = current.order_by("-id")[:QUEUE_SIZE]
        return [
            {
                "request": job.request_id,
                "job": job.pk,
                "kind": _KIND_OF_STATE[JobState(job.state)],
                "step": job.step,
                "total": job.steps_total,
            }
            for job in reversed(newest)
        ]
    finally:
        # A stream stays open for hours; a pooled connection kept by its thread would soon starve the pages.
        if not connection.in_atomic_block:
            connection.close()
