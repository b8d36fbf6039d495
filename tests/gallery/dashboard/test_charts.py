"""Bars stand where their numbers are, and everything in a picture is in its table too."""

from datetime import UTC, date, datetime

import pytest

from gallery.dashboard.charts import HEIGHT, chart
from gallery.dashboard.periods import PERIODS, Period, period

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize("days", PERIODS)
def test_every_day_has_one_column_and_every_column_its_days(days):
    one = Period(days, TODAY)
    seen: dict[int, list[date]] = {}
    for number in range(days):
        day = date.fromordinal(one.first.toordinal() + number)
        seen.setdefault(one.place(day), []).append(day)
    assert sorted(seen) == list(range(one.columns))
    for column, itself in seen.items():
        assert one.dates(column) == (itself[0], itself[-1])
    assert one.dates(one.columns - 1)[1] == TODAY
    assert one.place(date.fromordinal(one.first.toordinal() - 8)) < 0


@pytest.mark.parametrize("typed", ["", "31", "-7", "7 ", "９０", "9" * 5000, "<b>", "\x00"])
def test_a_stretch_that_there_is_not_is_the_usual_one(typed):
    assert period(typed, datetime(2026, 3, 10, 23, 59, tzinfo=UTC)) == Period(30, TODAY)


def test_bars_add_up_to_their_column_and_never_leave_the_picture():
    rows = [("A", 1, [0, 3, 1, 0, 0, 0, 7]), ("B", 2, [0, 2, 0, 0, 0, 0, 5])]
    made = chart("key", "Title", Period(7, TODAY), rows)
    assert (made.top, made.total) == ("20", "18")
    for column, (first, second) in zip(made.columns, zip(rows[0][2], rows[1][2], strict=True), strict=True):
        assert sum(bar.height for bar in column.bars) == pytest.approx(HEIGHT * (first + second) / 20)
        for bar in column.bars:
            assert 0 <= bar.y <= HEIGHT
            assert bar.y + bar.height <= HEIGHT + 0.02
            assert column.x <= bar.x
            assert bar.x + bar.width <= column.x + 10
    assert [(line.cells, line.sum) for line in made.lines] == [(["7", "5"], "12"), (["1", "0"], "1"), (["3", "2"], "5")]
    assert made.columns[6].words == "March 10 — A: 7; B: 5"


def test_nothing_is_no_picture():
    made = chart("key", "Title", Period(7, TODAY), [("A", 1, [0] * 7)])
    assert (made.columns, made.lines) == ([], [])
    assert chart("key", "Title", Period(7, TODAY), []).columns == []


@pytest.mark.parametrize(
    ("most", "top"), [(1, "1"), (2, "2"), (3, "4"), (9, "10"), (11, "20"), (99, "100"), (101, "200"), (6001, "8,000")]
)
def test_axes_end_at_numbers_that_read_well(most, top):
    assert chart("key", "Title", Period(7, TODAY), [("A", 1, [most] + [0] * 6)]).top == top
