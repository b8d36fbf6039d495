"""A file with layers is read from the disk piece by piece, whatever server there is."""

import asyncio
import tempfile

from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from generation.views.layers import _BLOCK, _streamed


def test_under_asgi_no_more_than_a_block_is_in_memory() -> None:
    file = tempfile.TemporaryFile()
    file.write(b"x" * (3 * _BLOCK + 7))
    file.seek(0)
    response = _streamed(AsyncRequestFactory().get("/"), file, "take.ora", "image/openraster")
    assert isinstance(response, StreamingHttpResponse)
    assert response.is_async
    assert int(response["Content-Length"]) == 3 * _BLOCK + 7

    async def read() -> list[int]:
        return [len(block) async for block in response.streaming_content]

    assert asyncio.run(read()) == [_BLOCK, _BLOCK, _BLOCK, 7]
    assert file.closed


def test_under_wsgi_it_says_the_same_of_itself() -> None:
    file = tempfile.TemporaryFile()
    file.write(b"x" * 10)
    file.seek(0)
    response = _streamed(RequestFactory().get("/"), file, "take.ora", "image/openraster")
    assert response["Content-Disposition"] == 'attachment; filename="take.ora"'
    assert int(response["Content-Length"]) == 10
    assert b"".join(response) == b"x" * 10
