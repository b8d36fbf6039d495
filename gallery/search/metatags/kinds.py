"""The table of the gallery's metatags: what the language and the help page need, and what each one means in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from gallery.search.compilation import Compilation
from tagging.query import MetatagKind
from tagging.query.values import Reader, Value

Compile = Callable[[Any, Compilation], Q]


@dataclass(frozen=True)
class SearchMetatag:
    """`compile` is None for what rules the whole search (`gallery.search.options`). `few` says of a value that it
    matches only a handful of posts, found by an index of their own; `costly`: a look at one post takes long."""

    kind: MetatagKind
    compile: Compile | None
    few: Callable[[Value], bool]
    costly: bool = False


METATAGS: dict[str, SearchMetatag] = {}


def never(value: Value) -> bool:
    """Many posts may match."""
    return False


def always(value: Value) -> bool:
    """A handful of posts match, whatever the value."""
    return True


def metatag(
    name: str,
    read: Reader,
    compile: Compile | None,
    *,
    section: str,
    summary: str | Promise,
    examples: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    few: Callable[[Value], bool] = never,
    costly: bool = False,
) -> None:
    """Adds one row to the table; `summary` is a lazily translated sentence."""
    kind = MetatagKind(
        name,
        read,
        aliases=aliases,
        singleton=compile is None,
        section=section,
        summary=lambda: str(summary),
        examples=examples,
        values=values,
    )
    METATAGS[name] = SearchMetatag(kind, compile, few, costly)
