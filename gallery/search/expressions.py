"""The few pieces of SQL that Django's lookups do not say."""

from typing import Any

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from tagging.query.values import Numbers

NOTHING = Q(pk__in=[])
ALL = ~NOTHING


class RowCompare(Func):
    """`(a, b) < (x, y)`, which PostgreSQL reads as one range of an index on `(a, b)`."""

    output_field = BooleanField()

    def __init__(self, left: Any, right: Any, *, sign: str) -> None:
        template = "(%(expressions)s)"
        super().__init__(_Row(*left), _Row(*right), template=template, arg_joiner=f" {sign} ")


class _Row(Func):
    """`ROW(a, b)`; of no type of its own, since it is only ever compared."""

    function = "ROW"
    output_field = BooleanField()


class Matches(Func):
    """`text ~ pattern` in PostgreSQL's regular expressions; `~*` ignores case. Trigram indexes serve both."""

    output_field = BooleanField()

    def __init__(self, left: Any, pattern: str, *, ignore_case: bool = False) -> None:
        template = "(%(expressions)s)"
        super().__init__(left, Value(pattern), template=template, arg_joiner=" ~* " if ignore_case else " ~ ")


class Like(Func):
    """`text LIKE pattern` (text or an expression); ILIKE with `ignore_case`."""

    output_field = BooleanField()

    def __init__(self, left: Any, pattern: Any, *, ignore_case: bool = False) -> None:
        template = "(%(expressions)s)"
        right = Value(pattern) if isinstance(pattern, str) else pattern
        super().__init__(left, right, template=template, arg_joiner=" ILIKE " if ignore_case else " LIKE ")


def like(text: str) -> str:
    """`text` as a LIKE pattern in which `*` stands for any text and everything else for itself."""
    return literally(text).replace("*", "%")


def literally(text: str) -> str:
    """`text` as a LIKE pattern for itself alone, or as the beginning of one."""
    return text.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def within(left: str | Combinable, numbers: Numbers) -> Q:
    """`left` (the name of a column, or an expression) is one of the values or lies in one of the intervals."""
    side: Any = F(left) if isinstance(left, str) else left
    parts: list[Q] = []
    if len(numbers.points) == 1:
        parts.append(Q(Exact(side, next(iter(numbers.points)))))
    elif numbers.points:
        parts.append(Q(In(side, sorted(numbers.points))))
    for interval in numbers.intervals:
        part = Q()
        if interval.low is not None:
            part &= Q((GreaterThan if interval.low_open else GreaterThanOrEqual)(side, interval.low))
        if interval.high is not None:
            part &= Q((LessThan if interval.high_open else LessThanOrEqual)(side, interval.high))
        parts.append(part)
    result = Q()
    for part in parts:
        result |= part
    return result
