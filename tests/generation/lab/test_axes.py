"""What was typed for an axis, read or refused in a sentence."""

from typing import Any

import pytest

from gallery.models import User
from generation.lab.axes import LABELS, AxisRefused, read_axis
from tests.factories import make_checkpoint, make_resource, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    make_checkpoint()
    return make_user("mira")


def values(user: User, name: str, text: str, **base: Any) -> tuple[str, ...]:
    return read_axis(user, name, text, base).values


def refused(user: User, name: str, text: str, **base: Any) -> str:
    with pytest.raises(AxisRefused) as refusal:
        read_axis(user, name, text, base)
    return refusal.value.message


def test_names_are_found_in_any_case(mira: User) -> None:
    assert values(mira, "sampler", "euler A, ddim, nonsense") == ("Euler a", "DDIM", "nonsense")
    axis = read_axis(mira, "model", "SMALL", {})
    assert (axis.values, axis.labels) == (("small",), ("Small",))
    assert values(mira, "size", "64x80, 80×64, Square, ６４ｘ６４") == ("64 × 80", "80 × 64", "square", "64 × 64")
    assert values(mira, "lora", "<lora:detail:0.8>, none, other") == ("detail:0.8", "none", "other")


def test_a_model_that_one_may_not_use_reads_like_one_that_is_not_there(mira: User) -> None:
    make_checkpoint("staff", min_role="moderator")
    axis = read_axis(mira, "model", "staff, ghost", {})
    assert (axis.values, axis.labels) == (("staff", "ghost"), ("staff", "ghost"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("guidance", "", "Type the values"),
        ("guidance", " , ", "Type the values"),
        ("guidance", "1-9", "At most 8 values"),
        ("guidance", "NaN, 3", "“NaN” is no number"),
        ("steps", "many", "“many” is no number"),
        ("guidance", "3, 3.0", "stands there twice"),
        ("sampler", "x" * 10_000, "10000 characters"),
        ("words", "a\x00b", "can't be stored"),
        ("words", "a" * 50_000, "50000 characters"),
        ("seed", "-1, 4", "Name each seed"),
        ("size", "large", "“large” is no size"),
        ("lora", "<lora:a", "can't be read"),
        ("sampler", '""', "A value is empty"),
        ("strength", "0.4, 0.6", "start from another one"),
        ("weather", "rain", "from the list"),
        ("prompt", "\n".join("abcdefghi"), "At most 8 values"),
    ],
)
def test_what_is_wrong_is_said(mira: User, name: str, text: str, words: str) -> None:
    assert words in refused(mira, name, text)


def test_an_empty_word_is_a_value_and_strength_needs_a_source(mira: User) -> None:
    assert values(mira, "words", 'smile, ""') == ("smile", "")
    assert values(mira, "strength", "0.4-0.8 (+0.2)", source_take="3") == ("0.4", "0.6", "0.8")


def test_every_axis_has_a_hint_and_an_order() -> None:
    from generation.lab.applying import ORDER
    from generation.lab.axes import HINTS

    assert set(LABELS) == set(HINTS) == set(ORDER)


def test_a_lora_axis_reads_without_looking_anything_up(mira: User) -> None:
    make_resource("detail")
    assert values(mira, "lora", "detail:0.4\ndetail:0.8") == ("detail:0.4", "detail:0.8")
