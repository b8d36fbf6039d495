"""Columns of stacked bars as numbers for an SVG of HEIGHT units, which the page stretches to its own size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from gallery.dashboard.periods import Period

HEIGHT, COLUMN, GAP = 100, 10, 2
Words = Callable[[int], str]


@dataclass(frozen=True)
class Series:
    """What one colour stands for. `colour`: a number of static/css/charts.css."""

    label: str
    colour: int
    values: list[int]
    total: str


@dataclass(frozen=True)
class Bar:
    """One colour of a column, in the units of the SVG."""

    colour: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """A day or a week: `words` says its numbers when somebody points at it."""

    x: int
    words: str
    bars: list[Bar]


@dataclass(frozen=True)
class Line:
    """A row of the table below a chart."""

    when: str
    cells: list[str]
    sum: str


@dataclass(frozen=True)
class Chart:
    """All that the template needs. `top`: what the full height stands for; `columns`: empty where there is nothing."""

    key: str
    title: str
    series: list[Series]
    columns: list[Column]
    lines: list[Line]
    top: str
    middle: str
    first: str
    last: str
    width: int
    total: str


def chart(
    key: str,
    title: str,
    period: Period,
    rows: Sequence[tuple[str, int, list[int]]],
    *,
    words: Words | None = None,
    sums: bool = True,
) -> Chart:
    """From a label, a colour and the values of each series. `words` puts a value into words; without `sums` the values
    are states, not events, so that adding columns up would mean nothing."""
    say = words or _plain
    heights = [sum(values[place] for _label, _colour, values in rows) for place in range(period.columns)]
    top = _round_up(max(heights, default=0)) if words is None else max(heights, default=0)
    dates = [period.dates(place) for place in range(period.columns)]
    columns, lines = [], []
    for place, (first, last) in enumerate(dates):
        cells = [(label, colour, values[place]) for label, colour, values in rows]
        when = _when(first, last, period.today)
        told = "; ".join(f"{label}: {say(value)}" for label, _colour, value in cells if value) or say(0)
        columns.append(Column(place * COLUMN, f"{when} — {told}", _stack(place, cells, top)))
        if heights[place]:
            lines.append(Line(when, [say(value) for _label, _colour, value in cells], say(heights[place])))
    filled = any(heights)
    return Chart(
        key,
        title,
        [Series(label, colour, values, say(sum(values) if sums else values[-1])) for label, colour, values in rows],
        columns if filled else [],
        lines[::-1],
        say(top),
        say(top // 2) if top % 2 == 0 else "",
        _day(dates[0][0], period.today),
        _day(dates[-1][1], period.today),
        period.columns * COLUMN,
        say(sum(heights) if sums else heights[-1]),
    )


def _stack(place: int, cells: list[tuple[str, int, int]], top: int) -> list[Bar]:
    bars, y = [], float(HEIGHT)
    for _label, colour, value in cells:
        if value:
            height = HEIGHT * value / top
            y -= height
            bars.append(Bar(colour, place * COLUMN + GAP / 2, round(y, 2), COLUMN - GAP, round(height, 2)))
    return bars


def _round_up(number: int) -> int:
    """The next number that reads well on an axis: 1, 2, 4, 6, 8, 10, 20, 40 …"""
    if number <= 2:
        return max(number, 1)
    power = 10 ** (len(str(number)) - 1)
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= number)


def _when(first: date, last: date, today: date) -> str:
    if first == last:
        return _day(first, today)
    return _("%(first)s to %(last)s") % {"first": _day(first, today), "last": _day(last, today)}


def _day(day: date, today: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")


def _plain(number: int) -> str:
    return number_format(number, force_grouping=True)
