"""Names in other languages lead to tags, and people's own pages are left alone."""

from __future__ import annotations

import json

import pytest

from tagging.edit import ensure_tags, resolve_tags
from tagging.models import OtherName, Tag, TagAlias, WikiPage, WikiVersion
from tagging.names import TagNameError, validate_tag
from tagging.other_names import fold_name, seed_other_names, tags_by_other_name
from tagging.seed import JAPANESE_NAMES, seed_japanese_names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("青い目", "青い目"),
        ("  Ｂｌｕｅ　Eyes ", "blue_eyes"),
        ("ﾈｺﾐﾐ", "ネコミミ"),
        ("Straße", "strasse"),
        ("　", ""),
    ],
)
def test_one_folded_spelling_for_all_ways_to_write_a_name(written: str, folded: str) -> None:
    assert fold_name(written) == folded


def test_a_japanese_name_is_its_tag_in_searches_and_edits() -> None:
    seed_other_names({"blue_eyes": ["青い目", "ネコミミ"]})
    assert resolve_tags(["青い目"]) == {}
    tag = Tag.objects.create(name="blue_eyes")
    assert resolve_tags(["青い目", "ﾈｺﾐﾐ", "緑の目", "blue_eyes"]) == {"青い目": tag, "ﾈｺﾐﾐ": tag, "blue_eyes": tag}
    assert ensure_tags(["青い目", "blue_eyes"]) == [tag]
    with pytest.raises(TagNameError):
        ensure_tags(["緑の目"])


def test_the_largest_tag_wins_and_aliases_and_deleted_pages_are_heeded() -> None:
    small = Tag.objects.create(name="small", post_count=9, general_count=1)
    large = Tag.objects.create(name="large", post_count=5, general_count=5)
    seed_other_names({"small": ["名"], "large": ["名"], "old": ["古い名"], "gone": ["消えた名"], "newer": ["空"]})
    TagAlias.objects.create(antecedent="old", consequent=small)
    Tag.objects.create(name="gone")
    WikiPage.objects.filter(title="gone").update(is_deleted=True)
    found = tags_by_other_name(["名", "古い名", "消えた名", "空", "small", "\x00名", "\ud800", "x" * 500 + "名"])
    assert found == {"名": large, "古い名": small}


def test_seeding_again_changes_nothing_and_peoples_pages_stay() -> None:
    Tag.objects.create(name="theirs")
    WikiPage.objects.create(title="theirs", body="Ours.")
    TagAlias.objects.create(antecedent="old", consequent=Tag.objects.get(name="theirs"))
    names = {"theirs": ["彼らの"], "mine": ["私の", "わたしの", "私の"], "old": ["昔"]}
    assert seed_other_names(names) == 1
    assert seed_other_names(names) == 0
    assert list(OtherName.objects.values_list("page__title", "name", "position")) == [
        ("mine", "私の", 0),
        ("mine", "わたしの", 1),
    ]
    version = WikiVersion.objects.get()
    assert (version.number, version.editor, version.other_names) == (1, None, ["私の", "わたしの"])


def test_every_seeded_name_is_usable() -> None:
    names = json.loads(JAPANESE_NAMES.read_text("utf-8"))
    for name in names:
        validate_tag(name)
    assert seed_japanese_names() == len(names) > 126
    assert seed_japanese_names() == 0
    assert OtherName.objects.count() == sum(len(each) for each in names.values())
    bundled = json.loads((JAPANESE_NAMES.parents[1] / "generation/bundled/model/irodori.json").read_text("utf-8"))
    assert {tag["name"] for tag in bundled["known_tags"]} <= names.keys()
    best = [each[0] for each in names.values()]
    assert len(set(best)) == len(best)
