"""What every answer has in common, whichever floor it comes from."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

PAGE = "private, no-cache"


@sync_and_async_middleware
def private_by_default(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answers that say nothing about caches are for this reader alone, and are asked for anew each time.

    Pages show who is signed in and what they may see. Stands behind WhiteNoise, whose files don't come by here.
    """

    def marked(response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", PAGE)
        return response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            waiting: Awaitable[HttpResponseBase] = get_response(request)
            return marked(await waiting)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return marked(get_response(request))

    return answer
