"""Server-sent events from one listener to many streams."""

import asyncio
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from gallery.models import User
from generation import events
from generation.queueing import queue
from generation.queueing.leases import Lease, fail, write_progress
from generation.queueing.notices import announce
from generation.requests import cancel_job

pytestmark = pytest.mark.django_db(transaction=True)


def asynchronous(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test in an event loop of its own; the listener ends with the loop."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def body() -> None:
            try:
                await test(*args, **kwargs)
            finally:
                await _in_thread(lambda: connection.close())

        asyncio.run(body())

    return run


async def said(stream: Any, count: int, seconds: float = 10) -> list[dict[str, Any]]:
    """The next `count` events of an iterator over SSE bytes, comments and the retry line left out."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        while len(found) < count:
            fields = dict(line.split(": ", 1) for line in (await anext(stream)).decode().splitlines() if ": " in line)
            if "data" in fields:
                data = json.loads(fields["data"])
                assert data["kind"] == fields["event"]
                found.append({**data, "id": fields["id"]})
    return found


async def silence(stream: Any, seconds: float = 0.3) -> None:
    task = asyncio.ensure_future(anext(stream))
    done, _ = await asyncio.wait([task], timeout=seconds)
    task.cancel()
    assert not done, done


@sync_to_async
def _in_thread(function: Callable[[], Any]) -> Any:
    return function()


@asynchronous
async def test_events_reach_their_user_in_all_streams_and_nobody_else(ask: Any, member: Any) -> None:
    mira, tomo = await _in_thread(lambda: (member("mira"), member("tomo")))
    first, second, other = (aiter(events.stream(user.pk)) for user in (mira, mira, tomo))
    for opened in (first, second, other):
        assert (await anext(opened)).startswith(b"retry: ")
    listening = [asyncio.ensure_future(anext(opened)) for opened in (first, second, other)]
    await asyncio.sleep(0.3)
    request = await _in_thread(lambda: ask(mira))
    job = await _in_thread(request.jobs.get)
    for task in listening[:2]:
        event = json.loads((await asyncio.wait_for(task, 10)).decode().split("data: ")[1])
        assert event == {"request": request.pk, "job": job.pk, "kind": "queued", "step": 0, "total": 4}
    assert not listening[2].done()
    listening[2].cancel()

    claimed = (await _in_thread(lambda: queue.claim("w", 1)))[0]
    lease = Lease(claimed.pk, claimed.fence)
    await _in_thread(lambda: write_progress(lease, 2))
    await _in_thread(lambda: announce(claimed, "progress", step=2))
    await _in_thread(lambda: fail(claimed, lease, "black_image", {}))
    assert [(event["kind"], event["step"]) for event in await said(first, 3)] == [
        ("running", 0),
        ("progress", 2),
        ("failed", 0),
    ]


@asynchronous
async def test_a_stream_starts_with_what_is_under_way(ask: Any, member: Any) -> None:
    mira = await _in_thread(lambda: member("mira"))
    await _in_thread(lambda: ask(mira, count=2))
    claimed = (await _in_thread(lambda: queue.claim("w", 1)))[0]
    await _in_thread(lambda: write_progress(Lease(claimed.pk, claimed.fence), 3))
    opened = aiter(events.stream(mira.pk))
    assert [(event["kind"], event["step"]) for event in await said(opened, 2)] == [("progress", 3), ("queued", 0)]


@asynchronous
async def test_what_ended_between_two_connections_is_told_again(ask: Any, member: Any) -> None:
    mira = await _in_thread(lambda: member("mira"))
    opened = aiter(events.stream(mira.pk))
    await anext(opened)
    request = await _in_thread(lambda: ask(mira))
    last = (await said(opened, 1))[0]["id"]
    await opened.aclose()
    job = await _in_thread(request.jobs.get)
    await _in_thread(lambda: cancel_job(mira, job))
    again = aiter(events.stream(mira.pk, last))
    assert [event["kind"] for event in await said(again, 1)] == ["cancelled"]
    # The notice of it may still be on its way, and goes to whoever listens when it arrives.
    await asyncio.sleep(1)
    fresh = aiter(events.stream(mira.pk, None))
    await anext(fresh)
    await silence(fresh)


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1e5", "9" * 40, "٣"])
@asynchronous
async def test_an_event_id_that_is_none_is_left_out_of_account(member: Any, nonsense: str) -> None:
    mira = await _in_thread(lambda: member("mira"))
    opened = aiter(events.stream(mira.pk, nonsense))
    assert (await anext(opened)).startswith(b"retry: ")
    await silence(opened)


@asynchronous
async def test_three_streams_a_user_and_a_closed_one_makes_room(member: Callable[[str], User]) -> None:
    mira, tomo = await _in_thread(lambda: (member("mira"), member("tomo")))
    streams = [events.stream(mira.pk) for _ in range(3)]
    opened = [aiter(stream) for stream in streams]
    for each in opened:
        await anext(each)
    with pytest.raises(events.TooManyStreams):
        events.stream(mira.pk)
    opened.append(aiter(events.stream(tomo.pk)))
    await anext(opened[-1])
    streams[0].close()
    streams[0].close()
    opened.append(aiter(events.stream(mira.pk)))
    await anext(opened[-1])
    with pytest.raises(events.TooManyStreams):
        events.stream(mira.pk)


@asynchronous
async def test_a_reader_who_left_before_the_first_byte_is_not_counted(member: Callable[[str], User]) -> None:
    mira = await _in_thread(lambda: member("mira"))
    left = [events.stream(mira.pk) for _ in range(5)]
    opened = [aiter(stream) for stream in left]
    for each in opened[:3]:
        assert (await anext(each)).startswith(b"retry: ")
    # All five passed the door when it was open; no more than three get in.
    assert [part async for part in opened[3]] == []


@asynchronous
async def test_a_listener_that_is_cancelled_while_it_connects_leaves_no_connection(
    member: Callable[[str], User],
) -> None:
    hubs = []
    for pause in (0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032):
        hubs.append(hub := events._Hub())
        hub.join(events.Stream(hub, 1, None))
        task = hub._task
        assert task is not None
        await asyncio.sleep(pause)
        task.cancel()
        # As when a loop ends: nobody fetches the task's error, and the hub keeps the task.
        await asyncio.wait([task])

    def listeners() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                   AND pid <> pg_backend_pid() AND query IN ('', 'LISTEN generation')"""
            )
            return cursor.fetchone()[0]

    async with asyncio.timeout(10):
        while await _in_thread(listeners):
            await asyncio.sleep(0.05)


@asynchronous
async def test_of_too_many_jobs_the_live_ones_are_told(
    ask: Any, member: Callable[[str], User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "QUEUE_SIZE", 2)
    mira = await _in_thread(lambda: member("mira"))
    over = await _in_thread(lambda: ask(mira, count=4))
    await _in_thread(lambda: [cancel_job(mira, job) for job in over.jobs.all()])
    live = await _in_thread(lambda: ask(mira, count=2))
    opened = aiter(events.stream(mira.pk, "1000000000000"))
    told = await said(opened, 2)
    assert [event["job"] for event in told] == await _in_thread(lambda: [job.pk for job in live.jobs.order_by("id")])
    assert {event["kind"] for event in told} == {"queued"}


@asynchronous
async def test_a_quiet_stream_stays_open(member: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.1)
    mira = await _in_thread(lambda: member("mira"))
    opened = aiter(events.stream(mira.pk))
    await anext(opened)
    assert await asyncio.wait_for(anext(opened), 5) == b": still here\n\n"


@asynchronous
async def test_a_lost_connection_is_made_again_and_nothing_is_missed(ask: Any, member: Any) -> None:
    mira = await _in_thread(lambda: member("mira"))
    opened = aiter(events.stream(mira.pk))
    await anext(opened)
    await silence(opened)

    def cut() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE query = 'LISTEN generation' AND datname = current_database()"""
            )
            return cursor.fetchone()[0]

    opened = aiter(events.stream(mira.pk))
    await anext(opened)
    waiting = asyncio.ensure_future(anext(opened))
    await asyncio.sleep(0.2)
    assert await _in_thread(cut) == 1
    await _in_thread(lambda: ask(mira))
    assert b"queued" in await asyncio.wait_for(waiting, 15)


@asynchronous
async def test_a_slow_reader_is_told_the_state(ask: Any, member: Any) -> None:
    mira = await _in_thread(lambda: member("mira"))
    slow = events.stream(mira.pk)
    opened = aiter(slow)
    await anext(opened)
    await silence(opened)
    slow = events.stream(mira.pk)
    opened = aiter(slow)
    await anext(opened)
    request = await _in_thread(lambda: ask(mira))
    job = await _in_thread(request.jobs.get)
    for step in range(events.QUEUE_SIZE + 10):
        slow.put({"request": request.pk, "job": job.pk, "kind": "progress", "step": step, "total": 999})
    kinds = {event["total"] for event in await said(opened, 3)}
    assert 4 in kinds  # the row's own total: the state was read again
