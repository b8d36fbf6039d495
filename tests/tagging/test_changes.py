"""Category and deprecation of tags, with a version for every change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tagging.changes import change_category, set_deprecated, version_of
from tagging.models import Category, Tag, TagImplication
from tagging.relations import create_implication
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def story(tag: Tag) -> list[tuple[int, str | None, int, bool]]:
    rows = tag.versions.select_related("editor").order_by("number")
    return [(row.number, row.editor and row.editor.username, row.category, row.is_deprecated) for row in rows]


def test_the_first_change_writes_down_what_was_before():
    tag = Tag.objects.create(name="mika")
    editor = make_user("editor")
    changed = change_category(tag, Category.ARTIST, editor)
    assert changed.category == Category.ARTIST
    assert story(tag) == [(1, None, Category.GENERAL, False), (2, "editor", Category.ARTIST, False)]
    assert version_of(tag, 1).at == tag.created_at
    set_deprecated(tag, True, None)
    assert story(tag)[2:] == [(3, None, Category.ARTIST, True)]


def test_what_changes_nothing_writes_nothing():
    tag = Tag.objects.create(name="mika")
    change_category(tag, Category.GENERAL, None)
    set_deprecated(tag, False, None)
    assert story(tag) == []


def test_a_category_that_does_not_exist_is_refused():
    tag = Tag.objects.create(name="mika")
    with pytest.raises(ValueError, match="2"):
        change_category(tag, 2, None)
    assert story(tag) == []


def test_deprecating_drops_implications_both_ways():
    create_implication("kitten", "cat")
    create_implication("cat", "animal")
    create_implication("dog", "animal")
    set_deprecated(Tag.objects.get(name="cat"), True, None)
    assert [str(edge) for edge in TagImplication.objects.all()] == ["dog ⇒ animal"]


def test_deprecating_waits_for_changes_of_relations_before_it_locks_the_tag():
    tag = Tag.objects.create(name="cat")
    with CaptureQueriesContext(connection) as queries:
        set_deprecated(tag, True, None)
    locks = [query["sql"] for query in queries if "advisory" in query["sql"] or "FOR NO KEY UPDATE" in query["sql"]]
    assert "tagging_relations" in locks[0]
    assert "tagging_tag" in locks[1]
