"""One page of a search of takes, its stacks folded: one statement, whatever the number of takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from gallery.errors import Invalid
from gallery.models import User
from generation.desk.search import ORDERS, Asked, found
from generation.models import Take
from generation.models.take import Flag

PAGE = 60
MAX_OPEN = 200
"""Most takes of a stack that are opened in place."""
_TOKEN = re.compile(r"(-?[0-9]{1,19})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Stacked:
    """A take as the desk shows it: alone or on top of a stack of `size` takes of this search."""

    take: Take
    size: int = 1
    inside: bool = False
    opened: bool = False


@dataclass(frozen=True)
class DeskPage:
    """`count` takes match in `stacks` stacks; `next_token` leads on, empty at the end."""

    entries: list[Stacked]
    count: int
    stacks: int
    next_token: str = ""


def desk_page(user: User, asked: Asked, *, token: str = "", folded: bool = True, size: int = PAGE) -> DeskPage:
    """The page that `token` names ("" for the first). Raises Invalid for a token that is none.

    A stack stands where its first take in this order does, and shows the newest one that is picked, else the newest.
    """
    order = ORDERS[asked.order.key]
    stack = Case(
        When(stack="", then=Concat(Value("#"), Cast(F("id"), CharField()))),
        default=F("stack"),
        output_field=CharField(),
    )
    group: Any = stack if folded else Cast(F("id"), CharField())
    picked = Case(When(Q(flag=Flag.PICK), then=Value(1)), default=Value(0))
    rows = found(user, asked).annotate(sort_key=order.key, stack_key=group, is_picked=picked)
    try:
        inner, params = rows.order_by().values_list("id", "sort_key", "stack_key", "is_picked").query.sql_with_params()
    except EmptyResultSet:
        return DeskPage([], 0, 0)
    way, sign = ("ASC", ">") if asked.order.ascending else ("DESC", "<")
    start, values = "", []
    if token:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Invalid("take_page_unknown")
        start, values = f"WHERE (lead_key, lead_id) {sign} (%s::numeric, %s::bigint)", [match[1], match[2]]
    sql = f"""
        WITH matching (id, key, stack, picked) AS MATERIALIZED ({inner}),
        placed AS (
            SELECT id,
                row_number() OVER (PARTITION BY stack ORDER BY picked DESC, id DESC) AS place,
                count(*) OVER (PARTITION BY stack) AS size,
                first_value(key) OVER (PARTITION BY stack ORDER BY key {way}, id {way}) AS lead_key,
                first_value(id) OVER (PARTITION BY stack ORDER BY key {way}, id {way}) AS lead_id
            FROM matching
        ),
        tops AS MATERIALIZED (SELECT id, size, lead_key, lead_id FROM placed WHERE place = 1),
        part AS (SELECT * FROM tops {start} ORDER BY lead_key {way}, lead_id {way} LIMIT %s)
        SELECT (SELECT count(*) FROM matching), (SELECT count(*) FROM tops), part.*
        FROM (SELECT 1) AS always LEFT JOIN part ON true ORDER BY lead_key {way}, lead_id {way}
    """  # noqa: S608 - all values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *values, size + 1])
        lines = cursor.fetchall()
    count, stacks = lines[0][:2]
    tops = [line[2:] for line in lines if line[2] is not None]
    shown = tops[:size]
    takes = loaded(user, [pk for pk, *_rest in shown])
    entries = [Stacked(takes[pk], number) for pk, number, *_rest in shown if pk in takes]
    after = f"{int(shown[-1][2])}.{shown[-1][3]}" if len(tops) > size else ""
    return DeskPage(entries, count, stacks, after)


def inside(user: User, asked: Asked, top: Take) -> list[Stacked]:
    """What lies under the top of a stack, as far as the search finds it, the newest first."""
    if not top.stack:
        return []
    below = found(user, asked).filter(stack=top.stack).exclude(pk=top.pk).order_by("-id")
    ids = list(below.values_list("pk", flat=True)[:MAX_OPEN])
    takes = loaded(user, ids)
    return [Stacked(takes[pk], inside=True) for pk in ids if pk in takes]


def loaded(user: User, ids: list[int]) -> dict[int, Take]:
    """The takes with all that a tile shows, by number."""
    takes = Take.objects.filter(owner=user, pk__in=ids).select_related("asset").prefetch_related("asset__files")
    return takes.in_bulk()


def numbers(user: User, asked: Asked, limit: int) -> list[int]:
    """The numbers of the newest takes that match, so many at most: what is done to all that was found is done to
    them."""
    return list(found(user, asked).order_by("-id").values_list("pk", flat=True)[:limit])
