"""Large files given away from the disk, a block at a time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import IO

from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

BLOCK_BYTES = 2**18


def streamed(request: HttpRequest, file: IO[bytes], name: str, mime: str) -> HttpResponseBase:
    """`file`, which is closed afterwards, as an attachment called `name` (letters, digits, `.`, `_` and `-`).

    Under ASGI Django would read a whole `FileResponse` into memory before it sends a byte.
    """
    if not isinstance(request, ASGIRequest):
        return FileResponse(file, as_attachment=True, filename=name, content_type=mime)
    response = StreamingHttpResponse(_blocks(file), content_type=mime)
    response["Content-Length"] = os.fstat(file.fileno()).st_size
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block
