"""Decimals, megapixels, ratios and sizes of files: what each form means, by what is inside and what is outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.query import Clock
from tagging.query.readers import decimals, file_sizes, integers, megapixels, ratios
from tagging.query.values import BadValue, Interval, Numbers, Presence, Reader

NOW = Clock.utc()
MB = 2**20


def read(reader: Reader, text: str) -> Numbers:
    value = reader(text, False, NOW)
    assert isinstance(value, Numbers)
    return value


@pytest.mark.parametrize(
    ("reader", "text", "inside", "outside"),
    [
        (decimals(), "7", [7, 7.0], [6.99, 7.01]),
        (decimals(), "7.5", [7.5], [7, 8]),
        (decimals(), ".5..1.5", [0.5, 1, 1.5], [0.49, 1.51]),
        (decimals(), "0.5...1.5", [0.5, 1.49], [1.5]),
        (decimals(), ">6.5", [6.51], [6.5]),
        (decimals(), "-0.5", [-0.5], [0.5]),
        (decimals(), "1,2.5..3,>9", [1, 2.5, 3, 9.1], [2, 9]),
        (megapixels(), "1", [0.95, 1, 1.05], [0.94, 1.06]),
        (megapixels(), "1,4", [1.02, 3.9], [2]),
        (megapixels(), ">1", [1.01], [1]),
        (megapixels(), ">=1", [1], [0.99]),
        (megapixels(), "1..2", [1, 2], [0.99, 2.01]),
        (ratios(), "16:9", [1.78], [1.77, 1.79]),
        (ratios(), "16/9", [1.78], [1.77]),
        (ratios(), "1.78", [1.78], [1.8]),
        (ratios(), "1", [1.0], [1.01]),
        (ratios(), "<1:1", [0.99], [1]),
        (ratios(), "4:3..16:9", [1.33, 1.5, 1.78], [1.32, 1.79]),
        (ratios(), "16:9..4:3", [1.5], [1.2]),
        (ratios(), "2:3,3:2", [0.67, 1.5], [1]),
        (file_sizes(), "500", [500], [499, 501]),
        (file_sizes(), "500b", [500], [499, 501]),
        (file_sizes(), "9007199254740993", [9007199254740993], [9007199254740992]),
        (file_sizes(), "100kb", [97280, 102400, 107520], [97279, 107521]),
        (file_sizes(), "1m", [MB, int(MB * 0.96)], [int(MB * 0.94), int(MB * 1.06)]),
        (file_sizes(), "1GB", [2**30], [2**29]),
        (file_sizes(), "1.5MB", [3 * MB // 2], [MB]),
        (file_sizes(), "1mib", [MB], [2 * MB]),
        (file_sizes(), ">1mb", [MB + 1], [MB]),
        (file_sizes(), "200kb..1mb", [204800, MB], [204799, MB + 1]),
    ],
)
def test_a_quantity_holds_these(reader: Reader, text: str, inside: list[float], outside: list[float]) -> None:
    numbers = read(reader, text)
    assert [number for number in inside if not numbers.contains(number)] == []
    assert [number for number in outside if numbers.contains(number)] == []
    assert not numbers.contains(None)


@pytest.mark.parametrize(
    "text", ["", " ", ".", "..", "...", ">", ">=", "1..2..3", "1,", "1e5", "nan", "inf", "٣", "1_0"]
)
@pytest.mark.parametrize("reader", [integers(), decimals(), megapixels(), ratios(), file_sizes()])
def test_no_number_is_refused(reader: Reader, text: str) -> None:
    with pytest.raises(BadValue):
        reader(text, False, NOW)


@pytest.mark.parametrize("text", ["16:0", "16/0", "-1", "16:-9", "1:2:3", ":9", "16:"])
def test_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        ratios()(text, False, NOW)
    assert caught.value.expected == "ratios"


def test_what_may_be_missing_takes_any_and_none() -> None:
    assert decimals(nullable=True)("None", False, NOW) == Presence(False)
    with pytest.raises(BadValue):
        decimals(nullable=True)("none", True, NOW)
    with pytest.raises(BadValue):
        decimals()("none", False, NOW)


def test_an_end_at_the_edge_of_the_largest_integer_stays_within_it() -> None:
    assert read(integers(), ">9223372036854775807").intervals == (Interval(2**63 - 1, None, low_open=True),)
    assert read(integers(), "<-9223372036854775807").intervals == (Interval(None, 1 - 2**63, high_open=True),)


a_number = st.integers(-20, 20)


@given(a_number, a_number, a_number)
def test_every_form_of_range_means_what_it_says(one: int, other: int, number: int) -> None:
    low, high = min(one, other), max(one, other)
    assert read(integers(), f">{one}").contains(number) == (number > one)
    assert read(integers(), f">={one}").contains(number) == (number >= one)
    assert read(integers(), f"<{one}").contains(number) == (number < one)
    assert read(integers(), f"<={one}").contains(number) == (number <= one)
    assert read(integers(), f"{one}..").contains(number) == (number >= one)
    assert read(integers(), f"..{one}").contains(number) == (number <= one)
    assert read(integers(), f"...{one}").contains(number) == (number < one)
    assert read(integers(), f"{one}..{other}").contains(number) == (low <= number <= high)
    assert read(integers(), f"{one},>{other}").contains(number) == (number == one or number > other)
    if low < high:
        assert read(integers(), f"{one}...{other}").contains(number) == (low <= number < high)
