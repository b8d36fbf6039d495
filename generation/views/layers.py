"""A take with its layers, for drawing programs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import IO

from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from gallery.downloads import NOWHERE, refused
from gallery.errors import UserFacingError
from gallery.ingest.signing import site_slug
from generation.layers.export import Form, layered_file
from generation.views.edge import MemberRequest
from generation.views.takes import own_take

_BLOCK = 2**18


@login_required
@require_safe
def layers(request: MemberRequest, take_id: int, extension: str) -> HttpResponseBase:
    """One's own take as OpenRaster or PSD, made when it is asked for and kept nowhere."""
    take = own_take(request, take_id)
    if extension not in list(Form):
        raise Http404
    form = Form(extension)
    try:
        file = layered_file(take, form)
    except UserFacingError as error:
        return refused(request, error)
    response = _streamed(request, file, f"{site_slug()}-take-{take.pk}.{form}", form.mime)
    response["Cache-Control"] = NOWHERE
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _streamed(request: MemberRequest, file: IO[bytes], name: str, mime: str) -> HttpResponseBase:
    """The file as it is read from the disk. Under ASGI Django would read a `FileResponse` into memory first."""
    if not isinstance(request, ASGIRequest):
        return FileResponse(file, as_attachment=True, filename=name, content_type=mime)
    response = StreamingHttpResponse(_blocks(file), content_type=mime)
    response["Content-Length"] = os.fstat(file.fileno()).st_size
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block
