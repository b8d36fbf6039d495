"""What a copy says of a take or a post, read with care: every value has its type and its bounds, or is left out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gallery.pictures.limits import MAX_SIDE
from gallery.provenance import Recipe
from generation.imports.recipes import checked_recipe
from generation.models.take import MAX_NOTE, MAX_STARS, Fix, Flag

MOST_NUMBER = 2**63 - 1
MOST_TEXTS, MOST_FIELDS, LONGEST_VALUE = 50, 30, 2000
MOST_MARGIN = 4096
FIRST_DAY = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_STACK = re.compile("[0-9a-f]{64}")
_FIELD = re.compile("[a-z_]{1,40}")


class BadRow(ValueError):  # noqa: N818 - the name says what it is
    """A row that says nothing which could be a take."""


@dataclass(frozen=True)
class TakeRow:
    """A take as the copy has it. Numbers are those of the other site. `post`: the post that it became there.

    `erased`: its picture is gone there too; it is a place in a lineage. `title` and `tags` are a post's.
    """

    key: str
    number: int
    folder: str
    recipe: Recipe
    created_at: datetime
    parent: int | None = None
    post: int | None = None
    mask: int | None = None
    margins: list[int] | None = None
    lettering: tuple[dict[str, Any], ...] = ()
    stack: str = ""
    flag: str = Flag.NONE
    flagged_at: datetime | None = None
    stars: int = 0
    note: str = ""
    to_fix: tuple[str, ...] = ()
    archived: bool = False
    purged: bool = False
    erased: bool = False
    size: tuple[int, int] = (1, 1)


def take_row(raw: Any) -> TakeRow:
    """A row of `takes.json`. Raises `BadRow`."""
    if not isinstance(raw, dict):
        raise BadRow
    number, created_at = _numbered(raw)
    flag = next((one for one in Flag.values if one == raw.get("flag")), Flag.NONE)
    stars, fixes = raw.get("stars"), raw.get("to_fix")
    stack = raw.get("stack")
    return TakeRow(
        key=_key("t", number, created_at),
        number=number,
        folder="takes",
        recipe=checked_recipe(raw.get("recipe")),
        created_at=created_at,
        parent=number_of(raw.get("parent_id")),
        post=number_of(raw.get("post_id")),
        mask=number_of(raw.get("mask_id")),
        margins=_margins(raw.get("margins")),
        lettering=_lettering(raw.get("lettering")),
        stack=stack if isinstance(stack, str) and _STACK.fullmatch(stack) else "",
        flag=flag,
        flagged_at=(moment(raw.get("flagged_at")) or created_at) if flag != Flag.NONE else None,
        stars=stars if type(stars) is int and 0 <= stars <= MAX_STARS else 0,
        note=text(raw.get("note"), MAX_NOTE),
        to_fix=tuple(fix for fix in Fix.values if isinstance(fixes, list) and fix in fixes),
        archived=isinstance(raw.get("archived_at"), str),
        purged=isinstance(raw.get("purged_at"), str),
        erased=isinstance(raw.get("erased_at"), str),
        size=(_side(raw.get("width")), _side(raw.get("height"))),
    )


def post_row(raw: Any) -> TakeRow:
    """A row of `posts.json` as the take that it will be: what others read there is its maker's note here."""
    if not isinstance(raw, dict):
        raise BadRow
    number, created_at = _numbered(raw)
    generation = object_of(raw.get("generation"))
    extra = object_of(generation.get("extra"))
    told = extra | generation | {"version": generation.get("generator_version")}
    # Names of LoRAs alone; whole entries stand in what the columns could not hold.
    told["loras"] = extra.get("loras")
    lines = [text(raw.get("title"), 200), text(raw.get("commentary"), MAX_NOTE), _tags(raw.get("tags"))]
    return TakeRow(
        key=_key("p", number, created_at),
        number=number,
        folder="posts",
        recipe=checked_recipe(told),
        created_at=created_at,
        parent=number_of(raw.get("parent_id")),
        note="\n\n".join(filter(None, lines))[:MAX_NOTE],
    )


def number_of(value: Any) -> int | None:
    """A number of a row there; None for anything else."""
    return value if type(value) is int and 0 < value <= MOST_NUMBER else None


def object_of(value: Any) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: Any, limit: int) -> str:
    """A text that can be kept: no NUL, no half characters, at most `limit` characters; "" for anything else."""
    return _UNSTORABLE.sub("", value).strip()[:limit] if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    """A moment that was; None for none, and for one that is still to come."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = parse_datetime(value)
        if found is None or timezone.is_naive(found):
            return None
        return found if FIRST_DAY <= found <= timezone.now() else None
    except (ValueError, OverflowError):
        return None


def _numbered(raw: dict[str, Any]) -> tuple[int, datetime]:
    number, created_at = number_of(raw.get("id")), moment(raw.get("created_at"))
    if number is None or created_at is None:
        raise BadRow
    return number, created_at


def _key(letter: str, number: int, created_at: datetime) -> str:
    return f"{letter}{number}@{created_at.astimezone(timezone.get_fixed_timezone(0)).isoformat()}"


def _tags(tags: Any) -> str:
    listed = tags[:500] if isinstance(tags, list) else []
    return " ".join(text(tag, 200) for tag in listed if isinstance(tag, str))


def _margins(value: Any) -> list[int] | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    return value if all(type(one) is int and 0 <= one <= MOST_MARGIN for one in value) else None


def _lettering(value: Any) -> tuple[dict[str, Any], ...]:
    """Texts with their plain values; whoever draws them looks at each again."""
    found: list[dict[str, Any]] = []
    for entry in value[:MOST_TEXTS] if isinstance(value, list) else ():
        if isinstance(entry, dict) and len(entry) <= MOST_FIELDS:
            plain = {name: _plain(one) for name, one in entry.items() if _FIELD.fullmatch(name)}
            found.append({name: one for name, one in plain.items() if one is not None})
    return tuple(found)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)[:LONGEST_VALUE]
    if isinstance(value, int | float) and abs(value) <= 1e6 and math.isfinite(value):
        return value
    return None


def _side(value: Any) -> int:
    return value if type(value) is int and 0 < value <= MAX_SIDE else 1
