"""Dates and ages: which stretch of time each form means, where the reader is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.query import Clock
from tagging.query.readers import ages, dates
from tagging.query.values import BadValue, Interval, Numbers, Presence

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 3, 31, 14, 30, 15, tzinfo=TOKYO)
CLOCK = Clock(NOW)
ONE_SECOND = timedelta(seconds=1)


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO)  # type: ignore[misc, arg-type]


def half_open(start: datetime | None, end: datetime | None) -> Interval:
    return Interval(start, end, high_open=end is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02", half_open(tokyo(2026, 1, 2), tokyo(2026, 1, 3))),
        ("2026/1/2", half_open(tokyo(2026, 1, 2), tokyo(2026, 1, 3))),
        ("2026-01", half_open(tokyo(2026, 1, 1), tokyo(2026, 2, 1))),
        ("2025/12", half_open(tokyo(2025, 12, 1), tokyo(2026, 1, 1))),
        ("2026", half_open(tokyo(2026, 1, 1), tokyo(2027, 1, 1))),
        ("2024-02-29", half_open(tokyo(2024, 2, 29), tokyo(2024, 3, 1))),
        ("today", half_open(tokyo(2026, 3, 31), tokyo(2026, 4, 1))),
        ("Yesterday", half_open(tokyo(2026, 3, 30), tokyo(2026, 3, 31))),
        ("2026-01-02T03:04", half_open(tokyo(2026, 1, 2, 3, 4), tokyo(2026, 1, 2, 3, 5))),
        ("2026-01-02 03:04:05", half_open(tokyo(2026, 1, 2, 3, 4, 5), tokyo(2026, 1, 2, 3, 4, 6))),
        (">2026-01", Interval(tokyo(2026, 2, 1), None)),
        (">=2026-01", Interval(tokyo(2026, 1, 1), None)),
        ("<2026-01", half_open(None, tokyo(2026, 1, 1))),
        ("<=2026-01", half_open(None, tokyo(2026, 2, 1))),
        ("2026-01..", Interval(tokyo(2026, 1, 1), None)),
        ("..2026-01", half_open(None, tokyo(2026, 2, 1))),
        ("...2026-01", half_open(None, tokyo(2026, 1, 1))),
        ("2026-01..2026-03", half_open(tokyo(2026, 1, 1), tokyo(2026, 4, 1))),
        ("2026-03..2026-01", half_open(tokyo(2026, 1, 1), tokyo(2026, 4, 1))),
        ("2026-01...2026-03", half_open(tokyo(2026, 1, 1), tokyo(2026, 3, 1))),
        ("2026-03-05..2026-03-05", half_open(tokyo(2026, 3, 5), tokyo(2026, 3, 6))),
        ("2026-01-15..yesterday", half_open(tokyo(2026, 1, 15), tokyo(2026, 3, 31))),
    ],
)
def test_a_date_is_this_stretch_of_time(text: str, expected: Interval) -> None:
    assert dates()(text, False, CLOCK) == Numbers(frozenset(), (expected,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1d", half_open(tokyo(2026, 3, 30), tokyo(2026, 3, 31))),
        ("0s", half_open(tokyo(2026, 3, 31), tokyo(2026, 4, 1))),
        ("15h", half_open(tokyo(2026, 3, 30), tokyo(2026, 3, 31))),
        ("1mo", half_open(tokyo(2026, 2, 28), tokyo(2026, 3, 1))),  # February has no 31st
        ("1y2mo", half_open(tokyo(2025, 1, 31), tokyo(2025, 2, 1))),
        ("<1w", Interval(NOW - timedelta(weeks=1), None, low_open=True)),
        ("<=1w", Interval(NOW - timedelta(weeks=1), None)),
        (">1w", Interval(None, NOW - timedelta(weeks=1), high_open=True)),
        (">=1w", Interval(None, NOW - timedelta(weeks=1))),
        ("1w..", Interval(None, NOW - timedelta(weeks=1))),
        ("..1w", Interval(NOW - timedelta(weeks=1), None)),
        ("1d..3d", Interval(NOW - timedelta(days=3), NOW - timedelta(days=1))),
        ("3d..1d", Interval(NOW - timedelta(days=3), NOW - timedelta(days=1))),
        ("1d...3d", Interval(NOW - timedelta(days=3), NOW - timedelta(days=1), low_open=True)),
        ("<90", None),
        ("<90s", Interval(NOW - timedelta(seconds=90), None, low_open=True)),
        ("<1.5h", Interval(NOW - timedelta(minutes=90), None, low_open=True)),
        ("<2 weeks", Interval(NOW - timedelta(weeks=2), None, low_open=True)),
        ("<1h30m", Interval(NOW - timedelta(minutes=90), None, low_open=True)),
        ("<1 hr  30 min ", Interval(NOW - timedelta(minutes=90), None, low_open=True)),
        ("<1hr 30min", Interval(NOW - timedelta(minutes=90), None, low_open=True)),
        ("<2MO", Interval(tokyo(2026, 1, 31, 14, 30, 15), None, low_open=True)),
        ("<2mo1y", None),
        ("", None),
        ("w", None),
        ("-1w", None),
        ("1d,", None),
    ],
)
def test_an_age_is_this_stretch_of_time(text: str, expected: Interval | None) -> None:
    if expected is None:
        with pytest.raises(BadValue, match="ages"):
            ages()(text, False, CLOCK)
    else:
        assert ages()(text, False, CLOCK) == Numbers(frozenset(), (expected,))


UNITS = {
    timedelta(seconds=1): "s sec secs second seconds",
    timedelta(minutes=1): "m mi min mins minut minute minutes",
    timedelta(hours=1): "h hr hrs hour hours",
    timedelta(days=1): "d day days",
    timedelta(weeks=1): "w we wk wks week weeks",
    timedelta(days=31): "mo mon mont month months",  # from the end of March back to that of February, which it lacks
    timedelta(days=365): "y yr yrs year years",
}


@pytest.mark.parametrize(("unit", "length"), [(unit, length) for length in UNITS for unit in UNITS[length].split()])
def test_a_unit_may_be_abbreviated(unit: str, length: timedelta) -> None:
    assert ages()(f"<1{unit}", False, CLOCK) == Numbers(frozenset(), (Interval(NOW - length, None, low_open=True),))


def test_a_day_with_a_change_of_clocks_is_as_long_as_it_is() -> None:
    berlin = Clock(datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Berlin")))
    (shorter,) = dates()("2026-03-29", False, berlin).intervals  # type: ignore[union-attr]
    assert shorter.high - shorter.low == timedelta(hours=23)


@pytest.mark.parametrize(
    "text",
    [
        "0000",
        "0000-01-01",
        "2026-00",
        "2026-13",
        "2026-02-29",
        "2026-01-00",
        "9999",
        "9999-12",
        "9999-12-31",
        "<0001-01-01",
        "2026-01..2026-02-30",
        "2026-01-01T24:00",
        "2026-01-01T12:60",
        "2026-01-01T12:00:60",
    ],
)
def test_what_the_calendar_has_not_is_no_date(text: str) -> None:
    with pytest.raises(BadValue, match="no_such_date"):
        dates()(text, False, CLOCK)


@pytest.mark.parametrize("text", ["2026y", "<9999y", "999999999y", "999999999d..", "999999999mo,1d", "<1d..999999999s"])
def test_what_is_before_the_calendar_is_no_age(text: str) -> None:
    with pytest.raises(BadValue):
        ages()(text, False, CLOCK)


@pytest.mark.parametrize("text", ["", "soon", "2026-1-1-1", "2026-01/02", "20260102", "26-01-02", "2026-01-02T3", "２"])
def test_another_text_is_no_date(text: str) -> None:
    with pytest.raises(BadValue, match="dates"):
        dates()(text, False, CLOCK)


def test_a_date_that_may_be_missing() -> None:
    assert dates(nullable=True)("none", False, CLOCK) == Presence(False)
    assert ages(nullable=True)("any", False, CLOCK) == Presence(True)


@given(st.text("0123456789-/:Tt. ,<>smhdwoy", max_size=24), st.datetimes(timezones=st.just(UTC) | st.just(TOKYO)))
def test_any_text_on_any_day_is_a_stretch_or_a_bad_value(text: str, now: datetime) -> None:
    for reader in (dates(), ages()):
        try:
            value = reader(text, False, Clock(now))
        except BadValue:
            continue
        assert isinstance(value, Numbers)
        for interval in value.intervals:
            ends = [end for end in (interval.low, interval.high) if end is not None]
            assert ends == sorted(ends)
            assert all(end.tzinfo is UTC for end in ends)


def test_a_clock_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 1, 1))
