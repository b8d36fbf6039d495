"""Tags come into being once, whoever asks and however many at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from tagging.edit import Counted, change_post_counts, ensure_tags, move_post_counts, resolve_tags
from tagging.models import Category, Tag, TagAlias
from tagging.names import TagNameError
from tagging.seed import seed_tags

pytestmark = pytest.mark.django_db


def test_it_makes_what_is_missing_and_keeps_the_order() -> None:
    old = Tag.objects.create(name="cat", category=Category.CHARACTER)
    tags = ensure_tags(["Long Hair", "cat", "long_hair", "１ｇｉｒｌ"])
    assert [tag.name for tag in tags] == ["long_hair", "cat", "1girl"]
    assert tags[1] == old
    assert tags[1].category == Category.CHARACTER
    assert [tag.name for tag in ensure_tags(["cat"])] == ["cat"]
    assert Tag.objects.count() == 3
    assert ensure_tags([]) == []


def test_new_tags_get_the_category_asked_for() -> None:
    Tag.objects.create(name="cat")
    assert [tag.category for tag in ensure_tags(["cat", "tiny"], Category.MODEL)] == [Category.GENERAL, Category.MODEL]


def test_it_follows_aliases() -> None:
    cat = Tag.objects.create(name="cat")
    TagAlias.objects.create(antecedent="kitty", consequent=cat)
    assert ensure_tags(["kitty", "cat"]) == [cat]
    assert resolve_tags(["kitty", "cat", "dog"]) == {"kitty": cat, "cat": cat}
    assert not Tag.objects.filter(name="kitty").exists()


def test_a_bad_name_leaves_nothing_behind() -> None:
    with pytest.raises(TagNameError):
        ensure_tags(["fine", "a*b"])
    assert not Tag.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(2))
def test_many_at_once_make_each_tag_once(attempt: int) -> None:
    names = [f"{attempt}tag{number}" for number in range(4000)]  # enough for inserts to overlap
    start = Barrier(4)

    def one_of_them(number: int) -> list[str]:
        try:
            start.wait()
            with transaction.atomic():
                mine = names if number % 2 else names[::-1]
                return sorted(tag.name for tag in ensure_tags(mine))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one_of_them, range(4)))
    assert results == [sorted(names)] * 4
    assert Tag.objects.count() == 4000


def test_counters_follow_a_post() -> None:
    one, two, three = ensure_tags(["one", "two", "three"])
    move_post_counts(Counted(), Counted(frozenset({one.pk, two.pk}), general=True))
    move_post_counts(
        Counted(frozenset({one.pk, two.pk}), general=True), Counted(frozenset({two.pk, three.pk}), general=True)
    )
    assert dict(Tag.objects.values_list("name", "post_count")) == {"one": 0, "two": 1, "three": 1}
    change_post_counts({two.pk: 5, three.pk: 5, one.pk: 0})
    assert dict(Tag.objects.values_list("name", "post_count")) == {"one": 0, "two": 6, "three": 6}
    assert dict(Tag.objects.values_list("name", "general_count")) == {"one": 0, "two": 1, "three": 1}
    move_post_counts(Counted(frozenset({two.pk}), general=True), Counted(frozenset({two.pk})))
    assert list(Tag.objects.filter(name="two").values_list("post_count", "general_count")) == [(6, 0)]
    with pytest.raises(IntegrityError), transaction.atomic():
        change_post_counts({one.pk: -1})
    with pytest.raises(IntegrityError), transaction.atomic():
        change_post_counts({}, {one.pk: 1})


@pytest.mark.django_db(transaction=True)
def test_counters_of_the_same_tags_do_not_lock_up() -> None:
    ids = [tag.pk for tag in ensure_tags([f"tag{number}" for number in range(30)])]
    start = Barrier(4)

    def one_of_them(number: int) -> None:
        try:
            start.wait()
            for _round in range(5):
                with transaction.atomic():
                    change_post_counts(
                        {tag_id: 1 + (tag_id + number) % 3 for tag_id in ids[:: 1 if number % 2 else -1]}
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_of_them, range(4)))
    expected = {tag_id: 5 * sum(1 + (tag_id + number) % 3 for number in range(4)) for tag_id in ids}
    assert dict(Tag.objects.values_list("pk", "post_count")) == expected


def test_seeding_twice_changes_nothing() -> None:
    vocabulary = [("1girl", 0), ("Tiny Model", 6), ("kitty", 0)]
    cat = Tag.objects.create(name="cat")
    TagAlias.objects.create(antecedent="kitty", consequent=cat)
    assert seed_tags(vocabulary) == 2
    Tag.objects.filter(name="1girl").update(category=Category.META)
    assert seed_tags(iter(vocabulary)) == 0
    assert dict(Tag.objects.values_list("name", "category")) == {"1girl": 5, "tiny_model": 6, "cat": 0}


def test_what_a_model_knows_is_in_the_vocabulary_also_if_it_was_there_before() -> None:
    ensure_tags(["cat", "secret"])
    seed_tags([("cat", 0), ("dog", 0)])
    assert set(Tag.objects.filter(in_vocabulary=True).values_list("name", flat=True)) == {"cat", "dog"}


@pytest.mark.parametrize("vocabulary", [[("fine", 0), ("a*", 0)], [("fine", 0), ("odd", 2)]])
def test_a_bad_vocabulary_leaves_nothing_behind(vocabulary: list[tuple[str, int]]) -> None:
    with pytest.raises((TagNameError, ValueError)):
        seed_tags(vocabulary)
    assert not Tag.objects.exists()
