"""Middleware said once for both kinds of servers: what is done before every view, to every answer, or to some."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

View = Callable[[HttpRequest], Any]
Middleware = Callable[[View], View]


def before_views(look: Callable[[HttpRequest], HttpResponseBase | None]) -> Middleware:
    """The middleware that lets `look` see every request first; where it answers, no view is asked.

    It may ask the database and render: an asynchronous server runs it in a thread.
    """

    @wraps(look)
    def around(get_response: View) -> View:
        if iscoroutinefunction(get_response):
            look_async = sync_to_async(look)

            async def answer_async(request: HttpRequest) -> HttpResponseBase:
                own = await look_async(request)
                response: HttpResponseBase = own if own is not None else await get_response(request)
                return response

            return answer_async

        def answer(request: HttpRequest) -> HttpResponseBase:
            own = look(request)
            response: HttpResponseBase = own if own is not None else get_response(request)
            return response

        return answer

    return sync_and_async_middleware(around)


def after_views(mark: Callable[[HttpResponseBase], None]) -> Middleware:
    """The middleware that lets `mark` change every answer. It must not wait for anything."""

    @wraps(mark)
    def around(get_response: View) -> View:
        if iscoroutinefunction(get_response):

            async def answer_async(request: HttpRequest) -> HttpResponseBase:
                response: HttpResponseBase = await get_response(request)
                mark(response)
                return response

            return answer_async

        def answer(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = get_response(request)
            mark(response)
            return response

        return answer

    return sync_and_async_middleware(around)


def finish_answers(
    when: Callable[[HttpRequest, HttpResponseBase], bool],
) -> Callable[[Callable[[HttpRequest, HttpResponseBase], HttpResponseBase]], Middleware]:
    """The middleware that lets a function replace the answers for which `when` holds.

    `when` must not wait for anything; the function may ask the database, an asynchronous server runs it in a thread.
    """

    def of(finish: Callable[[HttpRequest, HttpResponseBase], HttpResponseBase]) -> Middleware:
        @wraps(finish)
        def around(get_response: View) -> View:
            if iscoroutinefunction(get_response):
                finish_async = sync_to_async(finish)

                async def answer_async(request: HttpRequest) -> HttpResponseBase:
                    response: HttpResponseBase = await get_response(request)
                    return await finish_async(request, response) if when(request, response) else response

                return answer_async

            def answer(request: HttpRequest) -> HttpResponseBase:
                response: HttpResponseBase = get_response(request)
                return finish(request, response) if when(request, response) else response

            return answer

        return sync_and_async_middleware(around)

    return of
