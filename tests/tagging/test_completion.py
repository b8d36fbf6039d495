"""What the box at the caret offers."""

from __future__ import annotations

import pytest
from django.db.models import Q

from tagging.completion import Completion, complete
from tagging.models import Category, Tag, TagAlias
from tagging.suggest import nearest_tags

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vocabulary() -> None:
    counts = {
        "hair": 1,
        "hair_ribbon": 50,
        "hairband": 80,
        "long_hair": 900,
        "saber_(hair)": 5,
        "t-hair": 7,
        "chair": 1000,
        "cat": 70,
        "cat_ears": 60,
        "100%_cat": 3,
        "under_score": 2,
        "underscore": 4,
        "back\\slash": 1,
        "blue_eyes": 0,
    }
    Tag.objects.bulk_create(Tag(name=name, post_count=2000, general_count=count) for name, count in counts.items())
    Tag.objects.filter(name="cat").update(category=Category.CHARACTER)
    TagAlias.objects.create(antecedent="hairdo", consequent=Tag.objects.get(name="cat"))
    TagAlias.objects.create(antecedent="neko", consequent=Tag.objects.get(name="cat"))
    TagAlias.objects.create(antecedent="cat_ear", consequent=Tag.objects.get(name="cat_ears"))


def names(prefix: str, limit: int = 10) -> list[str]:
    return [line.name for line in complete(prefix, limit)]


def test_the_exact_name_then_beginnings_by_size_then_words_inside() -> None:
    assert names("hair") == ["hair", "hairband", "cat", "hair_ribbon", "long_hair", "t-hair", "saber_(hair)"]


def test_what_was_typed_is_normalised() -> None:
    assert names("Hair R") == ["hair_ribbon"]
    assert names("ｈａｉｒｂ") == ["hairband"]


def test_an_alias_is_shown_as_old_and_new() -> None:
    assert complete("nek") == [Completion("cat", Category.CHARACTER, 70, "neko")]
    assert complete("neko") == [Completion("cat", Category.CHARACTER, 70, "neko")]


def test_a_tag_comes_once_under_its_own_name() -> None:
    assert complete("cat_e") == [Completion("cat_ears", Category.GENERAL, 60, None)]


def test_tags_without_posts_are_offered() -> None:
    assert names("blue") == ["blue_eyes"]


def test_the_limit_holds() -> None:
    assert names("hair", 2) == ["hair", "hairband"]
    assert names("hair", 0) == []


@pytest.mark.parametrize("prefix", ["", "   ", "猫", "\x00", "a\x00", "x" * 5000, "\ud800", "\u200b"])
def test_nothing_for_what_no_tag_can_begin_with(prefix: str) -> None:
    assert complete(prefix) == []


def test_signs_of_sql_patterns_are_signs() -> None:
    assert names("%") == []
    assert names("100%") == ["100%_cat"]
    assert names("under_") == ["under_score"]
    assert names("back\\") == ["back\\slash"]
    assert names("'; drop table") == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("long_hiar", "long_hair"),
        ("lnog_hair", "long_hair"),
        ("blue_eye", "blue_eyes"),
        ("hairbnd", "hairband"),
        ("cat,", "cat"),
    ],
)
def test_a_typo_leads_to_the_tag(typed: str, first: str) -> None:
    assert nearest_tags(typed)[0] == first


def test_only_what_fits_the_condition_is_offered_and_hidden_tags_take_no_place() -> None:
    big = Q(general_count__gt=6)
    assert [line.name for line in complete("hair", 3, among=big)] == ["hairband", "cat", "hair_ribbon"]
    assert complete("neko", among=~Q(name="cat")) == []
    assert nearest_tags("long_hiar", among=~Q(name="long_hair")) != nearest_tags("long_hiar")


@pytest.mark.parametrize("typed", ["zzzz", "猫", "", "___", "\x00", "%"])
def test_nothing_near_is_nothing(typed: str) -> None:
    assert nearest_tags(typed) == []
