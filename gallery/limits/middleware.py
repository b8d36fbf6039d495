"""Every request is counted before its view, and told in headers what is left.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy: "write";q=30;w=30` says that thirty
at once are let through and that as many come back within thirty seconds, `RateLimit: "write";r=28;t=2` that 28 are left
and that it is all of them again in two. `Retry-After` says after how many seconds the same will do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from gallery.errors import TooOften
from gallery.limits.acts import Act
from gallery.limits.refusing import refuse
from gallery.limits.routes import Counted, Row
from gallery.limits.spending import Answer, spend

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class RateLimits:
    """Stands last: what refuses renders a page, which needs account, language and filter; and a forged form, which is
    refused before, costs the account in whose name it came nothing."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.waits = iscoroutinefunction(get_response)
        if self.waits:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.waits:
            return self._answer_later(request)
        return _tell(request, self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        return _tell(request, await self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Count it; an answer means that it was too much."""
        if not settings.RATE_LIMITS:
            return None
        counted = counted_as(request)
        if counted is None:
            return None
        try:
            spend(request, counted.act, counted.cost)
        except TooOften as error:
            return refuse(request, error, counted.act)
        return None


def counted_as(request: HttpRequest) -> Counted | None:
    """What a request counts as by the route it goes to; one that no table knows counts as reading or writing."""
    match, safe = request.resolver_match, request.method in SAFE
    row = row_of(match.view_name) if match and match.view_name else None
    if row is None:
        return Counted(Act.READ if safe else Act.WRITE)
    return row.safe if safe else row.unsafe


def row_of(name: str) -> Row | None:
    """The row of a route: its own, else that of a group (`admin:*`) which its name begins with."""
    table = all_routes()
    return table.get(name) or next((row for group, row in _groups() if name.startswith(group)), None)


@cache
def all_routes() -> dict[str, Row]:
    """The tables of all floors in one."""
    return {name: row for table in settings.LIMITED_ROUTES for name, row in import_string(table).items()}


@cache
def _groups() -> list[tuple[str, Row]]:
    return [(name[:-1], row) for name, row in all_routes().items() if name.endswith("*")]


def _tell(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    answer: Answer | None = getattr(request, "limit_answer", None)
    # What a cache keeps for everybody says nothing about one of them.
    if answer is not None and "public" not in response.get("Cache-Control", ""):
        response["RateLimit-Policy"] = f'"{answer.name}";q={answer.burst};w={answer.window}'
        response["RateLimit"] = f'"{answer.name}";r={answer.left};t={answer.full_in}'
    return response
