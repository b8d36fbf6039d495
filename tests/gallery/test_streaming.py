"""A large file is read from the disk piece by piece, whatever server there is."""

import asyncio
import tempfile
from typing import IO

from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from gallery.streaming import BLOCK_BYTES, streamed


def file_of(content: bytes) -> IO[bytes]:
    """Closed by whoever reads it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(content)
    file.seek(0)
    return file


def test_under_asgi_no_more_than_a_block_is_in_memory() -> None:
    file = file_of(b"x" * (3 * BLOCK_BYTES + 7))
    response = streamed(AsyncRequestFactory().get("/"), file, "take.ora", "image/openraster")
    assert isinstance(response, StreamingHttpResponse)
    assert response.is_async
    assert int(response["Content-Length"]) == 3 * BLOCK_BYTES + 7

    async def read() -> list[int]:
        return [len(block) async for block in response.streaming_content]

    assert asyncio.run(read()) == [BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES, 7]
    assert file.closed


def test_under_wsgi_it_says_the_same_of_itself() -> None:
    file = file_of(b"x" * 10)
    response = streamed(RequestFactory().get("/"), file, "take.ora", "image/openraster")
    assert response["Content-Disposition"] == 'attachment; filename="take.ora"'
    assert int(response["Content-Length"]) == 10
    assert b"".join(response) == b"x" * 10
