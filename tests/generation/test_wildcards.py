"""Wildcards: which lines are drawn, and which lists are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from gallery.models import User
from generation import wildcards
from generation.errors import RequestRefused
from generation.models import Checkpoint, Wildcard
from generation.requests import submit
from generation.wildcards import Lists, WildcardProblem, lists_for, names_in

Member = Callable[[str], User]


def make(name: str, text: str, owner: User | None = None) -> Wildcard:
    """A list, the site's unless it has an owner."""
    return Wildcard.objects.create(owner=owner, name=name, text=text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("__hair__, smile", ["hair"]),
        ("a __Hair__ b __hair__", ["hair"]),
        ("__hair-color__ __my/list__ __eye_color__", ["hair-color", "my/list", "eye_color"]),
        ("__髪__", ["髪"]),
        ("long__hair__style", []),
        ("__ hair __, ____, snake_case", []),
        ("(__hair__:1.2), [__eyes__]", ["hair", "eyes"]),
    ],
)
def test_a_name_between_two_underscores_is_a_wildcard(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_the_seed_decides_what_is_drawn_and_each_place_draws_for_itself() -> None:
    lists = Lists({"digit": [str(number) for number in range(10)]})
    text = "__digit__" + ", __digit__" * 19
    drawn = lists.expand(text, 7)
    assert drawn == lists.expand(text, 7)
    assert drawn != lists.expand(text, 8)
    assert len(set(drawn.split(", "))) > 3
    # Fixed for all time: a recipe with its seed must mean the same words on the next version, too.
    assert lists.expand("__digit__ __digit__ __digit__", 42) == "8 0 8"


def test_every_line_gets_its_turn() -> None:
    lists = Lists({"hair": ["red", "blue", "green"]})
    assert {lists.expand("__hair__", seed) for seed in range(60)} == {"red", "blue", "green"}


def test_lines_hold_wildcards_and_comments_are_not_drawn(db: None, member: Member) -> None:
    make("hair", "# long ones\n\nlong __color__ hair\n")
    make("color", "red")
    mira = member("mira")
    assert lists_for(mira, ["__hair__"]).expand("1girl, __hair__", 1) == "1girl, long red hair"


def test_ones_own_list_goes_before_the_sites_and_others_lists_are_not_there(db: None, member: Member) -> None:
    mira, tomo = member("mira"), member("tomo")
    make("hair", "the site's")
    make("hair", "mira's", mira)
    make("secret", "tomo's", tomo)
    assert lists_for(mira, ["__hair__"]).lines["hair"] == ["mira's"]
    assert lists_for(tomo, ["__hair__"]).lines["hair"] == ["the site's"]
    with pytest.raises(WildcardProblem, match="no wildcard __secret__"):
        lists_for(mira, ["__secret__"])


def test_an_unknown_name_is_answered_with_the_nearest(db: None, member: Member) -> None:
    make("hair-color", "red")
    with pytest.raises(WildcardProblem, match="Did you mean __hair-color__"):
        lists_for(member("mira"), ["__hair_colour__"])
    make("outer", "__nowhere__")
    with pytest.raises(WildcardProblem, match="no wildcard __nowhere__"):
        lists_for(member("tomo"), ["__outer__"])


def test_lists_in_a_circle_are_refused_whichever_line_would_be_drawn(db: None, member: Member) -> None:
    make("one", "plain\n" * 50 + "__two__")
    make("two", "__one__")
    with pytest.raises(WildcardProblem, match="one → two → one"):
        lists_for(member("mira"), ["__one__"])


def test_five_lists_deep_is_the_most(db: None, member: Member) -> None:
    mira = member("mira")
    for depth in range(1, 7):
        make(f"l{depth}", f"__l{depth + 1}__" if depth < 6 else "end")
    assert lists_for(mira, ["__l2__"]).expand("__l2__", 1) == "end"
    with pytest.raises(WildcardProblem, match="more than 5 deep"):
        lists_for(mira, ["__l1__"])
    # Also where a shorter way to the same list was looked at first.
    with pytest.raises(WildcardProblem, match="more than 5 deep"):
        lists_for(mira, ["__l2__ __l1__"])


def test_lists_that_multiply_are_stopped_before_memory_is(db: None, member: Member, settings: Any) -> None:
    for depth in range(1, 5):
        make(f"m{depth}", f"__m{depth + 1}__ " * 90)
    make("m5", "x" * 90)
    lists = lists_for(member("mira"), ["__m1__"])
    with pytest.raises(WildcardProblem, match="grows past 4000"):
        lists.expand("__m1__", 1)


def test_a_request_keeps_what_was_typed_and_each_picture_its_own_words(model: Checkpoint, member: Member) -> None:
    make("hair", "\n".join(f"hair {number}" for number in range(500)))
    request = submit(member("mira"), {"prompt": "1girl, __hair__", "seed": 5, "count": 4}, "k")
    assert request.prompt == "1girl, __hair__"
    drawn = [job.prompt for job in request.jobs.select_related("request").order_by("index")]
    assert len(set(drawn)) == 4
    Wildcard.objects.update(text="nothing of the kind")
    assert [job.prompt for job in request.jobs.select_related("request").order_by("index")] == drawn
    # A picture of that seed alone draws the same words.
    Wildcard.objects.update(text="\n".join(f"hair {number}" for number in range(500)))
    again = submit(member("tomo"), {"prompt": "1girl, __hair__", "seed": 7}, "k")
    assert again.jobs.get().expanded_prompt == drawn[2]


def test_a_wildcard_that_cannot_be_drawn_is_refused_at_its_field(model: Checkpoint, member: Member) -> None:
    with pytest.raises(RequestRefused) as caught:
        submit(member("mira"), {"prompt": "1girl", "negative_prompt": "__gone__", "seed": 5}, "k")
    assert [field for field, _sentence in caught.value.problems] == ["negative_prompt"]
    assert wildcards.usable(member("tomo")).count() == 0
