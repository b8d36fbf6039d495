"""What a visitor chose: the zone in a cookie becomes part of the visitor, as it is part of a member."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject

from gallery.labels.zones import COOKIE, read_zone
from gallery.models.user import Zone


@sync_and_async_middleware
def visitors_zone(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Stands behind authentication. Who asks is still looked up only when somebody wants to know."""

    def mark(request: HttpRequest) -> None:
        zone = read_zone(request.COOKIES.get(COOKIE, ""))
        if zone == Zone.BOTH:
            return
        who = request.user

        def with_zone() -> Any:
            if not who.is_authenticated:
                who.zone = zone  # type: ignore[union-attr, unused-ignore, attr-defined]
            return who

        request.user = SimpleLazyObject(with_zone)  # type: ignore[assignment]

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            mark(request)
            waiting: Awaitable[HttpResponseBase] = get_response(request)
            return await waiting

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        mark(request)
        return get_response(request)

    return answer
