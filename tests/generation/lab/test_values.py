"""Lists and ranges as people type them."""

import pytest

from generation.lab.values import split_lines, split_list, split_numbers


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("a, b,c", ["a", "b", "c"]),
        ("a\nb\n\n c ", ["a", "b", "c"]),
        ("red hair, blue hair", ["red hair", "blue hair"]),
        ("red hair, long\nblue hair", ["red hair, long", "blue hair"]),
        ('"red hair, long", blue', ["red hair, long", "blue"]),
        ('red, ""', ["red", ""]),
        ('red\n""', ["red", ""]),
        ('"say ""hi""", b', ['say "hi"', "b"]),
        ("赤髪、青髪，緑髪", ["赤髪", "青髪", "緑髪"]),
        (" , ,, ", []),
        ("", []),
    ],
)
def test_a_list_is_read(typed: str, found: list[str]) -> None:
    assert split_list(typed) == found


def test_whole_prompts_keep_their_commas_even_when_there_is_one_alone() -> None:
    assert split_lines("1girl, red hair\n\n 1boy, hat \n") == ["1girl, red hair", "1boy, hat"]
    assert split_lines("1girl, red hair") == ["1girl, red hair"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1, 2.50, 3", ["1", "2.5", "3"]),
        ("1 2\n3", ["1", "2", "3"]),
        ("5-9 (+2)", ["5", "7", "9"]),
        ("5..9 step 2", ["5", "7", "9"]),
        ("1-4", ["1", "2", "3", "4"]),
        ("4-1", ["4", "3", "2", "1"]),
        ("0.2-1 (+0.4)", ["0.2", "0.6", "1"]),
        ("1-10 [4]", ["1", "4", "7", "10"]),
        ("-1..1", ["-1", "0", "1"]),
        ("5～9 (+2)", ["5", "7", "9"]),
        ("5", ["5"]),
        ("10, 20-30 (+10)", ["10", "20", "30"]),
        ("NaN, inf, 1e400", ["NaN", "inf", "1e400"]),
        ("1-2 (+0)", ["1-2 (+0)"]),
        ("seven", ["seven"]),
        ("9" * 10_000, ["9" * 10_000]),
    ],
)
def test_numbers_and_ranges_are_read(typed: str, found: list[str]) -> None:
    assert split_numbers(typed, 8) == found


@pytest.mark.parametrize("typed", ["1-1000000000", "0-1 (+0.000001)", "1-2 [999]"])
def test_a_long_range_ends_once_it_is_too_long(typed: str) -> None:
    assert len(split_numbers(typed, 8)) == 9
