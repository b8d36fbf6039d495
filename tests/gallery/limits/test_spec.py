"""What an operator writes into IRODORI_RATE_LIMITS."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from gallery.limits.acts import DEFAULTS, Act, Rate
from gallery.limits.spec import limits_from


def test_nothing_written_leaves_the_table_as_it_is_and_off_empties_it():
    assert limits_from("") == DEFAULTS
    assert set(DEFAULTS) == set(Act)
    assert limits_from(" Off ") == {}


def test_parts_change_one_by_one():
    table = limits_from("write=120/min,burst=40; comment = off;read@address=10/s;")
    assert table[Act.WRITE].account == Rate(2.0, 40)
    assert table[Act.WRITE].address == DEFAULTS[Act.WRITE].address
    assert table[Act.WRITE].shared
    assert table[Act.COMMENT].account is None
    assert table[Act.READ].address == Rate(10.0, 10)
    assert table[Act.UPLOAD] == DEFAULTS[Act.UPLOAD]


@pytest.mark.parametrize(
    "text",
    ["votes=3/min", "write", "write=", "write=3", "write=0/min", "write=3/week", "write=3/min,burst=0",
     "write@home=3/min", "write=3/min,burst=x", "write=-3/min", "write=3.5/min", "write=99999999/min"],
)  # fmt: skip
def test_nonsense_stops_the_start_and_names_itself(text):
    with pytest.raises(ImproperlyConfigured, match=r"IRODORI_RATE_LIMITS has '") as stopped:
        limits_from(text)
    assert text in str(stopped.value)


def test_the_window_is_the_time_in_which_an_empty_bucket_fills():
    assert Rate(0.5, 15).window == 30
    assert Rate(1000, 1).window == 1
