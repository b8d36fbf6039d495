"""Dates and ages, both as intervals of aware datetimes (in UTC), with the reader's time zone in mind.

A date is a stretch of time: a day, a month, a year or, with hours, a minute or a second. It begins when it begins
where the reader is. An age counts back from now; a bare one means that whole day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tagging.query.readers.ranges import Span, interval_of, presence, union
from tagging.query.values import BadValue, Clock, Interval, Numbers, Reader, Value

_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<dash>[-/])(?P<month>[0-9]{1,2})(?:(?P=dash)(?P<day>[0-9]{1,2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?)?)?"
)


def _beginnings(word: str, shortest: int, short: str = "") -> str:
    """A pattern of every beginning of `word` from `shortest` letters on, its plural, and another `short` form."""
    rest = ""
    for letter in reversed(word[shortest:] + "s"):
        rest = f"(?:{letter}{rest})?"
    return rf"(?:{word[:shortest]}{rest}" + (f"|{short}s?)" if short else ")")


# As on Danbooru: `m` is a minute, a month has two letters at least.
_UNITS = {
    "second": _beginnings("second", 1, "sec"),
    "minute": _beginnings("minute", 1, "min"),
    "hour": _beginnings("hour", 1, "hr"),
    "day": _beginnings("day", 1),
    "week": _beginnings("week", 1, "wk"),
    "month": _beginnings("month", 2),
    "year": _beginnings("year", 1, "yr"),
}
_LARGEST_FIRST = ("year", "month", "week", "day", "hour", "minute", "second")
# For words without white space: were it optional between optional parts, a run of it could be shared out among them in
# as many ways as it has sevenfold choices, and all of them would be tried before such a word is refused.
_AGE = re.compile(
    "".join(rf"(?:(?P<{unit}>[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?){_UNITS[unit]})?" for unit in _LARGEST_FIRST),
    re.IGNORECASE,
)
_LONGEST_AGE = 100  # in characters, without white space
_MONTH_DAYS = 365.2425 / 12  # for the fraction in `1.5mo`


def dates(*, nullable: bool = False) -> Reader:
    """A reader of dates: `2026-01-02`, `2026/01/02`, `2026-01`, `2026`, `2026-01-02T03:04`, `today`, `yesterday`."""

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if nullable and (found := presence(text, quoted)):
            return found
        result = _in_bounds(lambda: union(text, lambda word: _date(word, clock)), "no_such_date")
        if result is None:
            raise BadValue("dates_or_none" if nullable else "dates")
        return result

    return read


def ages(*, nullable: bool = False) -> Reader:
    """A reader of ages, as the times at which something of that age was made: `<1w`, `1mo..2mo`, `1y2mo`, `1.5h`.

    `<1w` is what was made after this moment a week ago. A bare age means the day that it leads to.
    """

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if nullable and (found := presence(text, quoted)):
            return found
        result = _in_bounds(lambda: _ages(text, clock), "no_such_age")
        if result is None:
            raise BadValue("ages_or_none" if nullable else "ages")
        return result

    return read


def _in_bounds(read: Callable[[], Numbers | None], problem: str) -> Numbers | None:
    """What the calendar has not: the 30th of February, and years before 1 or after 9999."""
    try:
        return read()
    except (OverflowError, ValueError) as error:
        raise BadValue(problem) from error


def _date(word: str, clock: Clock) -> Span | None:
    zone = clock.now.tzinfo
    day = _named_day(word, clock)
    if day is not None:
        return _days(day, day + timedelta(days=1), zone)
    match = _DATE.fullmatch(word)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"] or 1)
    if match["month"] is None:
        return _days(date(year, 1, 1), date(year + 1, 1, 1), zone)
    if match["day"] is None:
        return _days(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1), zone)
    day = date(year, month, int(match["day"]))
    if match["hour"] is None:
        return _days(day, day + timedelta(days=1), zone)
    moment = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    start = datetime.combine(day, moment, zone).astimezone(UTC)
    return Span(start, start + timedelta(seconds=1 if match["second"] else 60), high_open=True)


def _named_day(word: str, clock: Clock) -> date | None:
    days_ago = {"today": 0, "yesterday": 1}.get(word.lower())
    return None if days_ago is None else clock.now.date() - timedelta(days=days_ago)


def _days(first: date, after: date, zone: tzinfo | None) -> Span:
    return Span(_midnight(first, zone), _midnight(after, zone), high_open=True)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _ages(text: str, clock: Clock) -> Numbers | None:
    """Read as stretches of time before now, whose order is that of the text, then turned into moments."""
    now = clock.now.astimezone(UTC)

    def since(word: str) -> Span | None:
        moment = _moment(word, clock)
        return None if moment is None else Span(now - moment, now - moment)

    points: set[datetime] = set()
    intervals: list[Interval] = []
    for part in text.split(","):
        word = part.strip()
        moment = _moment(word, clock)
        if moment is not None:
            day = moment.astimezone(clock.now.tzinfo).date()
            intervals.append(_days(day, day + timedelta(days=1), clock.now.tzinfo).interval())
            continue
        interval = interval_of(word, since, since)
        if interval is None:
            return None
        if interval.low == interval.high and interval.low is not None:
            points.add(now - interval.low)
        else:
            intervals.append(_before(now, interval))
    return Numbers(frozenset(points), tuple(intervals))


def _before(now: datetime, ages: Interval) -> Interval:
    """The higher the age, the earlier the moment: the ends change places."""
    high, low = (None if end is None else now - end for end in (ages.low, ages.high))
    return Interval(low, high, low_open=ages.high_open, high_open=ages.low_open)


def _moment(word: str, clock: Clock) -> datetime | None:
    """The moment (in UTC) that is so long ago. Days and longer are counted on the calendar where the reader is."""
    joined = "".join(word.split())
    match = _AGE.fullmatch(joined) if 0 < len(joined) <= _LONGEST_AGE else None
    if match is None:
        return None
    amounts = {unit: float(match[unit] or 0) for unit in _UNITS}
    months = amounts["year"] * 12 + amounts["month"]
    days = amounts["week"] * 7 + amounts["day"] + (months % 1) * _MONTH_DAYS
    local = _months_earlier(clock.now, int(months)) - timedelta(days=days)
    exact = timedelta(hours=amounts["hour"], minutes=amounts["minute"], seconds=amounts["second"])
    return local.astimezone(UTC) - exact


def _months_earlier(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or that month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1] if year >= 1 else 0
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last) or 1)
