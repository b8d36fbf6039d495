"""The live connection of the studio: server-sent events about one's own pictures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse

from generation.events import TooManyStreams, stream


async def events(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """`text/event-stream` of what happens to one's own requests. 204 for visitors, which tells a browser not to come
    again; 429 when the account has enough streams open, whereupon the page polls."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse(status=204)
    try:
        source = stream(user.pk, request.headers.get("Last-Event-ID"))
    except TooManyStreams:
        return HttpResponse(status=429, headers={"Retry-After": "30"})
    response = StreamingHttpResponse(source, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    # A proxy that collects the answer would hold back every event.
    response["X-Accel-Buffering"] = "no"
    return response
