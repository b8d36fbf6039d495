"""What the box at the caret offers."""

from __future__ import annotations

from typing import Any

import pytest

from tagging.completion import Completion, Match, complete
from tagging.completion_rows import Among, Condition, japanese_names
from tagging.models import Category, Tag, TagAlias
from tagging.other_names import seed_other_names
from tagging.suggest import nearest_tags, slips_at_beginning

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
        ":3": 8,
    }
    Tag.objects.bulk_create(Tag(name=name, post_count=2000, general_count=count) for name, count in counts.items())
    Tag.objects.filter(name="cat").update(category=Category.CHARACTER)
    TagAlias.objects.create(antecedent="hairdo", consequent=Tag.objects.get(name="cat"))
    TagAlias.objects.create(antecedent="neko", consequent=Tag.objects.get(name="cat"))
    TagAlias.objects.create(antecedent="cat_ear", consequent=Tag.objects.get(name="cat_ears"))


def names(prefix: str, limit: int = 10, **options: Any) -> list[str]:
    return [line.name for line in complete(prefix, limit, **options)]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        # The exact name, then the largest; a tag once, also where names and aliases fit.
        ("hair", ["hair", "long_hair", "hairband", "cat", "hair_ribbon", "t-hair", "saber_(hair)"]),
        ("chair", ["chair"]),
        # All words in any order, the last one as a beginning; as it was typed comes first.
        ("hair long", ["long_hair"]),
        ("hair_lo", ["long_hair"]),
        ("long_h", ["long_hair"]),
        ("hair saber", ["saber_(hair)"]),
        ("ha r", []),
        ("hair r", ["hair_ribbon"]),
        # A sign at the end closes the word.
        ("hair_", ["hair_ribbon", "long_hair", "t-hair", "saber_(hair)", "hair"]),
        ("t-", ["t-hair"]),
        # One letter begins the name.
        ("l", ["long_hair"]),
        ("u", ["underscore", "under_score"]),
        # Initials.
        ("/lh", ["long_hair"]),
        ("/h", ["hairband", "hair", "hair_ribbon"]),
        ("/hr", ["hair_ribbon"]),
        # Patterns.
        ("*hair", ["chair", "long_hair", "t-hair", "hair"]),
        ("h*on", ["hair_ribbon"]),
        ("n*ko", ["cat"]),
        ("h*n", []),  # would have all names read
        ("*", []),
        ("**", []),
        # A typo as the last resort.
        ("long_hiar", ["long_hair"]),
        ("lnog_hair", ["long_hair"]),
        ("hairbnd", ["hairband"]),
        ("nekko", ["cat"]),
        ("zzzz", []),
        ("cxt", []),
        # Aliases.
        ("neko", ["cat"]),
        ("cat_ear", ["cat_ears"]),
        # Signs alone.
        (":3", [":3"]),
        (":", [":3"]),
    ],
)
def test_what_is_shown_in_its_order(typed: str, shown: list[str]) -> None:
    assert names(typed) == shown


def test_an_exact_name_is_before_any_larger_one_and_fuzzy_ones_come_only_alone() -> None:
    Tag.objects.bulk_create([Tag(name="cait"), Tag(name="cats", post_count=9000, general_count=9000)])
    assert names("cat") == ["cat", "cats", "cat_ears", "100%_cat"]
    assert [line.match for line in complete("cat")] == [Match.NAME] * 4
    assert {line.match for line in complete("lnog_hair")} == {Match.FUZZY}


def test_deprecated_tags_are_last_and_marked_and_can_be_left_out() -> None:
    Tag.objects.filter(name__in=["long_hair", "hair"]).update(is_deprecated=True)
    lines = complete("hair")
    assert [line.name for line in lines][-2:] == ["hair", "long_hair"]
    assert [line.is_deprecated for line in lines] == [False] * 5 + [True] * 2
    assert "long_hair" not in names("hair", among=Among(deprecated=False))
    assert names("long", among=Among(deprecated=False)) == []


def test_a_models_words_come_first_where_they_are_wanted() -> None:
    Tag.objects.filter(name__in=["t-hair", "hair_ribbon"]).update(in_vocabulary=True)
    assert names("hair", among=Among(vocabulary_first=True))[:4] == ["hair", "hair_ribbon", "t-hair", "long_hair"]
    assert names("ha", among=Among(vocabulary_first=True))[0] == "hair_ribbon"


def test_what_was_typed_is_normalised() -> None:
    assert names("Hair R") == ["hair_ribbon"]
    assert names("ｈａｉｒｂ") == ["hairband"]


def test_an_alias_is_shown_as_old_and_new() -> None:
    expected = [Completion("cat", Category.CHARACTER, 70, "neko", Match.ALIAS)]
    assert complete("nek") == expected
    assert complete("neko") == expected


def test_a_tag_comes_once_under_its_own_name() -> None:
    assert complete("cat_e") == [Completion("cat_ears", Category.GENERAL, 60, None)]


def test_tags_without_posts_are_offered() -> None:
    assert names("blue") == ["blue_eyes"]


def test_the_limit_holds() -> None:
    assert names("hair", 2) == ["hair", "long_hair"]
    assert names("hair", 0) == []


def test_other_names_lead_to_all_tags_called_so() -> None:
    seed_other_names({"blue_eyes": ["青い目", "碧眼"], "cat": ["猫", "ネコ"], "cat_ears": ["猫耳"], "nobody": ["猫背"]})
    seed_other_names({"long_hair": ["青い目"], "hair": ["黒猫"]})
    assert complete("青い") == [
        Completion("long_hair", Category.GENERAL, 900, "青い目", Match.OTHER_NAME),
        Completion("blue_eyes", Category.GENERAL, 0, "青い目", Match.OTHER_NAME),
    ]
    assert names("猫") == ["cat", "cat_ears", "hair"]
    assert names("ﾈｺ") == ["cat"]
    assert names("耳") == ["cat_ears"]
    assert names("犬") == []
    assert names("猫", among=Among(known_to_all=True)) == ["cat", "cat_ears", "hair"]
    assert names("碧", among=Among(known_to_all=True)) == []
    assert japanese_names(["blue_eyes", "cat", "hairband"]) == {"blue_eyes": "青い目", "cat": "猫"}


@pytest.mark.parametrize(
    "prefix", ["", "   ", "猫", "\x00", "a\x00", "x" * 5000, "\ud800", "\u200b", "猫\x00", "/", "'"]
)
def test_nothing_for_what_no_tag_can_begin_with(prefix: str) -> None:
    assert complete(prefix) == []


def test_signs_of_sql_patterns_are_signs() -> None:
    assert names("%") == []
    assert names("100%") == ["100%_cat"]
    assert names("under_") == ["under_score"]
    assert names("back\\") == ["back\\slash"]
    assert names("back\\s*") == ["back\\slash"]
    assert names("h%n*") == []
    assert names("'; drop table") == []
    assert names("/l_") == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("long_hiar", "long_hair"),
        ("lnog_hair", "long_hair"),
        ("blue_eye", "blue_eyes"),
        ("hairbnd", "hairband"),
        ("cat,", "cat"),
        ("nekoo", "cat"),
        ("青い目玉", "blue_eyes"),
        ("大きい青い目", "blue_eyes"),
    ],
)
def test_a_typo_leads_to_the_tag(typed: str, first: str) -> None:
    seed_other_names({"blue_eyes": ["青い目"]})
    assert nearest_tags(typed)[0] == first


def test_only_what_may_be_told_is_offered_and_the_rest_leaves_no_trace() -> None:
    Tag.objects.update(general_count=0)
    told = Among(known_to_all=True, others=Condition("t.name <> ALL(%s)", (["long_hair", "cat"],)))
    assert "long_hair" not in names("hair", 30, among=told)
    assert "hairband" in names("hair", 30, among=told)
    assert names("neko", among=told) == names("nekp", among=told) == []
    # Whoever may not know of long_hair gets what somebody gets who wrote a name that is no tag.
    Tag.objects.create(name="long_hare")
    assert names("long_hair", among=told) == ["long_hare"]
    assert "long_hair" not in nearest_tags("long_hiar", among=told)
    assert names("blue", among=Among(known_to_all=True)) == []
    Tag.objects.filter(name="blue_eyes").update(in_vocabulary=True)
    assert names("blue", among=Among(known_to_all=True)) == ["blue_eyes"]


@pytest.mark.parametrize("typed", ["zzzz", "猫", "", "___", "\x00", "%", "猫" * 500])
def test_nothing_near_is_nothing(typed: str) -> None:
    assert nearest_tags(typed) == []


@pytest.mark.parametrize(
    ("typed", "name", "slips"),
    [
        ("", "cat", 0),
        ("ca", "cat", 0),
        ("act", "cat", 1),
        ("cxt", "cat", 1),
        ("catt", "cat", 1),
        ("lnog", "long_hair", 1),
    ],
)
def test_slips_are_counted_to_the_nearest_beginning(typed: str, name: str, slips: int) -> None:
    assert slips_at_beginning(typed, name) == slips


def test_one_statement_finds_names_and_aliases(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        complete("hair")
    with django_assert_num_queries(2):
        complete("lnog_hair")
    # Nothing is like one or two letters: all names would be read in search of it.
    for typed, statements in (("(", 0), ("zq", 1), ("z-", 1)):
        with django_assert_num_queries(statements):
            assert complete(typed) == []
