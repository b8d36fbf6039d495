"""Stacks are folded, keep their place in every order, and no take is lost or shown twice between pages."""

import random

import pytest

from gallery.errors import Invalid
from gallery.models import User
from generation.desk.pages import desk_page, inside
from generation.desk.search import read
from generation.models import Take
from tests.factories import make_take_row, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_user()


def all_pages(mira: User, query: str, *, folded: bool, size: int) -> list[int]:
    ids: list[int] = []
    token = ""
    for _ in range(100):
        page = desk_page(mira, read(query, mira), token=token, folded=folded, size=size)
        ids += [entry.take.pk for entry in page.entries]
        token = page.next_token
        if not token:
            return ids
    raise AssertionError("it never ends")


def test_takes_of_one_recipe_lie_in_one_stack_with_the_picked_one_on_top(mira: User):
    one = [make_take_row(mira, stack="a") for _ in range(3)]
    alone = make_take_row(mira)
    other = [make_take_row(mira, stack="b") for _ in range(2)]
    page = desk_page(mira, read("", mira))
    assert [(entry.take, entry.size) for entry in page.entries] == [(other[1], 2), (alone, 1), (one[2], 3)]
    assert (page.count, page.stacks) == (6, 3)
    Take.objects.filter(pk=one[0].pk).update(flag="pick", flagged_at="2026-01-01T00:00Z")
    page = desk_page(mira, read("", mira))
    assert [entry.take for entry in page.entries] == [other[1], alone, one[0]]
    assert [entry.take for entry in inside(mira, read("", mira), one[0])] == [one[2], one[1]]
    # A search folds what it finds.
    page = desk_page(mira, read("is:undecided", mira))
    assert [(entry.take, entry.size) for entry in page.entries][-1] == (one[2], 2)
    assert [entry.take for entry in inside(mira, read("is:undecided", mira), one[2])] == [one[1]]


def test_unfolded_each_take_stands_for_itself(mira: User):
    made = [make_take_row(mira, stack="a") for _ in range(3)]
    page = desk_page(mira, read("", mira), folded=False)
    assert [entry.take for entry in page.entries] == made[::-1]
    assert {entry.size for entry in page.entries} == {1}


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "unfolded"])
@pytest.mark.parametrize(
    "query", ["", "order:oldest", "order:stars", "order:stars_asc", "order:marked", "order:mpixels"]
)
def test_pages_hold_every_take_once(mira: User, query: str, folded: bool):
    chance = random.Random(query)
    for _ in range(40):
        make_take_row(mira, stack=chance.choice(["", "a", "b", "c", "d"]), stars=chance.randrange(4),
                      flag=chance.choice(["none", "pick", "reject"]), width=chance.choice([64, 128]))  # fmt: skip
    whole = all_pages(mira, query, folded=folded, size=1000)
    for size in (1, 3, 7):
        assert all_pages(mira, query, folded=folded, size=size) == whole
    assert len(whole) == len(set(whole)) == desk_page(mira, read(query, mira), folded=folded).stacks


def test_pages_read_a_fixed_number_of_times(mira: User, django_assert_num_queries):
    for _ in range(50):
        make_take_row(mira, stack="ab"[_ % 2])
    asked = read("", mira)
    with django_assert_num_queries(3):
        desk_page(mira, asked, folded=False)


@pytest.mark.parametrize("token", ["x", "1", "1.2.3", "9" * 40 + ".1", "1.-1", "１.１"])
def test_a_page_that_is_none_is_refused(mira: User, token: str):
    make_take_row(mira)
    with pytest.raises(Invalid):
        desk_page(mira, read("", mira), token=token)
