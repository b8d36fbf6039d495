"""The relatives of a take: a tree from its first ancestor down, whatever became of those between."""

import pytest
from django.utils import timezone

from generation.desk.lineage import MAX_DEPTH, lineage_of
from generation.models import Take
from tests.factories import make_take_row, make_user

pytestmark = pytest.mark.django_db


def test_all_relatives_are_found_from_any_of_them():
    mira = make_user()
    root = make_take_row(mira)
    left, right = make_take_row(mira, parent=root), make_take_row(mira, parent=root)
    leaf = make_take_row(mira, parent=left)
    make_take_row(mira)
    for take in (root, left, right, leaf):
        tree = lineage_of(mira, take)
        assert [step.relative.take for step in tree.steps] == [root, left, leaf, right]
        assert [(step.opens, len(step.closes)) for step in tree.steps] == [(True, 0), (True, 0), (False, 1), (False, 1)]
        assert (tree.count, tree.cut, tree.here.take) == (4, False, take)
    assert [one.take for one in lineage_of(mira, leaf).line] == [root, left, leaf]
    assert [one.take for one in lineage_of(mira, root).line] == [root]


def test_the_lists_that_open_are_closed_again():
    mira = make_user()
    takes = [make_take_row(mira)]
    for number in range(1, 30):
        takes.append(make_take_row(mira, parent=takes[(number * 7) % len(takes)]))
    steps = lineage_of(mira, takes[4]).steps
    assert len(steps) == 30
    assert sum(step.opens for step in steps) == sum(len(step.closes) for step in steps)


def test_what_was_purged_keeps_its_place():
    mira = make_user()
    now = timezone.now()
    root = make_take_row(mira, purged_at=now, erased_at=now)
    middle = make_take_row(mira, parent=root, purged_at=now)
    leaf = make_take_row(mira, parent=middle)
    assert [one.take for one in lineage_of(mira, leaf).line] == [root, middle, leaf]


def test_a_very_long_line_and_a_circle_end(django_assert_num_queries):
    mira = make_user()
    take = make_take_row(mira)
    for _ in range(MAX_DEPTH + 20):
        take = make_take_row(mira, parent=take)
    with django_assert_num_queries(3):
        assert 1 < lineage_of(mira, take).count <= MAX_DEPTH + 2
    one = make_take_row(mira)
    two = make_take_row(mira, parent=one)
    Take.objects.filter(pk=one.pk).update(parent=two)
    tree = lineage_of(mira, one)
    assert tree.count == 2
    assert tree.steps


def test_the_takes_of_others_are_no_relatives():
    mira, tomo = make_user(), make_user()
    mine = make_take_row(mira)
    make_take_row(tomo, parent=mine)
    assert lineage_of(mira, mine).count == 1
