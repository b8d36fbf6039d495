"""Aliases and implications stay sound, whoever changes them and in whatever order."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tagging.edit import ensure_tags
from tagging.models import Tag, TagAlias, TagImplication
from tagging.relation_messages import explain_relation
from tagging.relations import (
    _REFUSALS,
    RelationError,
    create_alias,
    create_implication,
    drop_implications,
    implied_tags,
    implying_tags,
    remove_alias,
    remove_implication,
)
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def tag(name: str) -> Tag:
    return ensure_tags([name])[0]


def edges() -> set[tuple[str, str]]:
    return set(TagImplication.objects.values_list("antecedent__name", "consequent__name"))


def aliases() -> dict[str, str]:
    return dict(TagAlias.objects.values_list("antecedent", "consequent__name"))


def refused(change, *names: str) -> str:
    with pytest.raises(RelationError) as caught:
        change(*names)
    assert explain_relation(caught.value)
    return caught.value.code


def test_what_is_implied_comes_through_all_steps_in_one_query():
    for pair in (("kitten", "cat"), ("cat", "animal"), ("animal", "living"), ("dog", "animal")):
        create_implication(*pair)
    kitten = tag("kitten")
    with CaptureQueriesContext(connection) as queries:
        found = implied_tags([kitten])
    assert len(queries) == 1
    assert {t.name for t in found} == {"cat", "animal", "living"}
    assert {t.name for t in implied_tags([tag("kitten"), tag("cat")])} == {"cat", "animal", "living"}
    assert {t.name for t in implying_tags([tag("animal")])} == {"cat", "kitten", "dog"}
    assert implied_tags([]) == set()
    assert implied_tags([tag("living")]) == set()


def test_an_alias_of_a_target_is_pointed_on():
    create_alias("a", "b")
    create_alias("b", "c")
    assert aliases() == {"a": "c", "b": "c"}


def test_an_alias_to_an_old_name_is_refused():
    create_alias("b", "c")
    assert refused(create_alias, "x", "b") == "alias_to_old_name"
    assert refused(create_alias, "b", "d") == "alias_taken"
    assert refused(create_alias, "b", "c") == "alias_exists"
    assert refused(create_alias, "b", "b") == "alias_to_itself"
    assert aliases() == {"b": "c"}


def test_an_alias_can_be_turned_with_all_that_led_to_it():
    create_alias("x", "fresh")
    create_alias("old", "fresh")
    create_alias("fresh", "old")
    assert aliases() == {"fresh": "old", "x": "old"}


def test_an_alias_takes_the_implications_along_as_far_as_they_are_sound():
    create_implication("kitten", "neko")
    create_implication("neko", "animal")
    create_implication("neko", "cat")
    create_implication("cat", "pet")
    create_alias("neko", "cat")
    assert edges() == {("kitten", "cat"), ("cat", "pet"), ("cat", "animal")}


def test_an_alias_does_not_repeat_what_follows_already():
    create_implication("neko", "animal")
    create_implication("cat", "mammal")
    create_implication("mammal", "animal")
    create_alias("neko", "cat")
    assert edges() == {("cat", "mammal"), ("mammal", "animal")}


def test_an_alias_is_removed_by_both_its_names():
    create_alias("a", "b")
    assert refused(remove_alias, "a", "c") == "no_alias"
    remove_alias("a", "b")
    assert aliases() == {}


def test_an_implication_closes_no_circle_and_repeats_nothing():
    create_implication("a", "b")
    create_implication("b", "c")
    assert refused(create_implication, "c", "a") == "implication_circle"
    assert refused(create_implication, "a", "c") == "implication_known"
    assert refused(create_implication, "a", "b") == "implication_exists"
    assert refused(create_implication, "a", "a") == "implication_to_itself"
    assert edges() == {("a", "b"), ("b", "c")}


def test_edges_that_a_new_one_makes_superfluous_go():
    create_implication("a", "d")
    create_implication("a", "b")
    create_implication("c", "d")
    create_implication("b", "c")
    assert edges() == {("a", "b"), ("b", "c"), ("c", "d")}


def test_no_end_of_an_implication_is_an_old_name_or_deprecated():
    create_alias("neko", "cat")
    assert refused(create_implication, "neko", "animal") == "implication_of_old_name"
    assert refused(create_implication, "kitten", "neko") == "implication_of_old_name"
    Tag.objects.filter(name="cat").update(is_deprecated=True)
    assert refused(create_implication, "kitten", "cat") == "implication_of_deprecated"


def test_an_implication_is_removed_alone_or_with_its_tag():
    create_implication("a", "b")
    create_implication("b", "c")
    create_implication("x", "y")
    assert refused(remove_implication, "a", "c") == "no_implication"
    remove_implication("a", "b")
    assert edges() == {("b", "c"), ("x", "y")}
    assert drop_implications(tag("b")) == 1
    assert edges() == {("x", "y")}


def test_names_are_taken_as_people_type_them():
    create_alias("Cat Girl", "ＣＡＴ_ears")
    assert aliases() == {"cat_girl": "cat_ears"}


def test_the_database_refuses_what_goes_past_this_module():
    create_implication("a", "b")
    create_alias("old", "b")
    with pytest.raises(IntegrityError), transaction.atomic():
        TagImplication.objects.create(antecedent=tag("b"), consequent=tag("a"))
    with pytest.raises(IntegrityError), transaction.atomic():
        TagAlias.objects.create(antecedent="a", consequent=tag("z"))
    for code in _REFUSALS.values():
        assert explain_relation(RelationError(code, "a", "b", old="a", current="b"))


@pytest.mark.django_db(transaction=True)
def test_two_implications_made_at_once_close_no_circle():
    tag("a"), tag("b")
    ends = at_once(lambda: create_implication("a", "b"), lambda: create_implication("b", "a"))
    refusals = [end.code for end in ends if isinstance(end, RelationError)]
    assert refusals == ["implication_circle"]
    assert len(edges()) == 1


class AnyOrder(TestCase):
    """Whatever is asked for in whatever order, the relations stay sound."""

    names = st.sampled_from(["a", "b", "c", "d", "e"])
    acts = st.sampled_from([create_alias, create_implication, remove_alias, remove_implication])

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(acts, names, names), max_size=12))
    def test_relations_stay_sound(self, script):
        for act, first, second in script:
            with suppress(RelationError):
                act(first, second)
            old = set(aliases())
            assert not old & set(aliases().values())
            drawn = edges()
            assert not old & {end for edge in drawn for end in edge}
            for antecedent, consequent in drawn:
                assert antecedent not in {t.name for t in implied_tags([tag(antecedent)])}
                others = {c for a, c in drawn if a == antecedent and c != consequent}
                assert consequent not in {t.name for t in implied_tags(map(tag, others))}
