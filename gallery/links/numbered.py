"""Numbered pages of plain lists: tags, wiki pages, versions. Searches for posts have their own (`gallery.search`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from gallery.errors import Invalid
from gallery.search.budget import PAGE_MS, time_budget

LAST_PAGE = 1000


@dataclass(frozen=True)
class ListPage:
    """Rows of one page; the addresses of the pages beside it keep every other parameter, "" where there is none."""

    rows: list[Any]
    number: int
    previous_url: str
    next_url: str

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def numbered(request: HttpRequest, rows: QuerySet[Any], size: int) -> ListPage:
    """The page of `rows` that the request asks for. Raises Invalid for what is no page, and SearchTimeout."""
    text = request.GET.get("page") or "1"
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= LAST_PAGE):
        raise Invalid("no_such_page", page=text[:40], limit=LAST_PAGE)
    number = int(text)
    with time_budget(PAGE_MS):
        found = list(rows[(number - 1) * size : number * size + 1])
    return ListPage(
        found[:size],
        number,
        _beside(request, number - 1) if number > 1 else "",
        _beside(request, number + 1) if len(found) > size and number < LAST_PAGE else "",
    )


def _beside(request: HttpRequest, number: int) -> str:
    parameters = request.GET.copy()
    parameters["page"] = str(number)
    return f"{request.path}?{parameters.urlencode()}"
