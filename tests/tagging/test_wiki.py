"""Wiki pages: who wrote what when, and that nothing anybody wrote is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tagging.models import OtherName, WikiPage, WikiVersion
from tagging.names import TagNameError
from tagging.other_names import fold_name
from tagging.wiki import (
    MERGE_WITHIN,
    WikiConflict,
    WikiError,
    Written,
    canonical_title,
    is_about_a_tag,
    pages_linking_to,
    read_names,
    revert_page,
    set_deleted,
    set_locked,
    state_of,
    write_page,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def save(editor, title="long_hair", body="", names=(), seen=None, **options):
    page = WikiPage.objects.filter(title=title).first()
    return write_page(
        editor, title, Written(body, tuple(names)), seen=state_of(page) if seen is None else seen, **options
    )


def grow_old(page):
    WikiVersion.objects.filter(page=page).update(at=timezone.now() - MERGE_WITHIN - timedelta(seconds=1))


def test_edits_of_one_person_within_an_hour_are_one_version():
    mika, nao = make_user(), make_user()
    page = save(mika, body="One.")
    save(mika, body="Two.")
    assert [(v.number, v.body, v.editor) for v in page.versions.all()] == [(1, "Two.", mika)]
    save(nao, body="Three.")
    save(mika, body="Four.")
    grow_old(page)
    save(mika, body="Five.", names=["長い髪"])
    versions = page.versions.order_by("number")
    assert [(v.number, v.body, v.other_names) for v in versions] == [
        (1, "Two.", []), (2, "Three.", []), (3, "Four.", []), (4, "Five.", ["長い髪"]),
    ]  # fmt: skip


def test_an_edit_that_changes_nothing_makes_no_version():
    page = save(make_user(), body="One.")
    grow_old(page)
    save(make_user(), body="One.")
    assert page.versions.count() == 1


def test_an_edit_that_began_before_anothers_was_saved_is_refused():
    mika, nao = make_user(), make_user()
    page = save(mika, body="One.")
    seen = state_of(page)
    save(nao, body="Two.")
    with pytest.raises(WikiConflict) as conflict:
        save(mika, body="Three.", seen=seen)
    assert conflict.value.page.body == "Two."
    assert WikiPage.objects.get().body == "Two."


def test_a_merged_version_is_noticed_too():
    mika, nao = make_user(), make_user()
    page = save(mika, body="One.")
    seen = state_of(page)
    save(mika, body="Two.")  # the same number
    with pytest.raises(WikiConflict):
        save(nao, body="Three.", seen=seen)


def test_two_who_make_the_same_page_do_not_overwrite_each_other():
    save(make_user(), body="One.")
    with pytest.raises(WikiConflict):
        save(make_user(), body="Two.", seen="")


def test_reverting_is_a_new_version_at_once():
    mika = make_user()
    page = save(mika, body="One.", names=["a"])
    grow_old(page)
    save(mika, body="Two.")
    revert_page(mika, "long_hair", 1)
    assert [v.body for v in page.versions.order_by("number")] == ["One.", "Two.", "One."]
    assert OtherName.objects.get().name == "a"
    with pytest.raises(WikiError, match="unknown_version"):
        revert_page(mika, "long_hair", 9)


def test_a_locked_and_a_deleted_page_take_edits_only_over_the_lock():
    mika = make_user()
    page = save(mika, body="One.")
    for flag, code in ((set_locked, "page_locked"), (set_deleted, "page_deleted")):
        flag(mika, "long_hair", True)
        with pytest.raises(WikiError, match=code):
            save(make_user(), body="Two.")
        with pytest.raises(WikiError, match=code):
            revert_page(make_user(), "long_hair", 1)
        save(mika, body=f"{code}.", over_lock=True)
        flag(mika, "long_hair", False)
    assert [(v.is_locked, v.is_deleted) for v in page.versions.order_by("number")] == [
        (False, False), (True, False), (False, False), (False, True), (False, False),
    ]  # fmt: skip


def test_a_title_is_a_tags_name_in_canonical_spelling():
    assert canonical_title(" Long　Hair ") == "long_hair"
    assert canonical_title("help:search") == "help:search"
    assert is_about_a_tag("long_hair")
    assert not is_about_a_tag("help:search")
    assert not is_about_a_tag("list_of_colours")
    for bad in ("", "-a", "a*b", "猫", "rating:g", "search", "a" * 171):
        with pytest.raises(TagNameError):
            canonical_title(bad)


def test_other_names_stand_one_a_line_and_once_each():
    assert read_names("長い髪\n  ロング　ヘア \n\nＬＯＮＧ hair\nlong HAIR\n") == ("長い髪", "ロング ヘア", "LONG hair")
    assert fold_name("ＬＯＮＧ  Hair") == "long_hair"
    assert fold_name("ストレート　ヘア") == "ストレート_ヘア"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (Written("x" * 80_001), "text_too_long"),
        (Written("", tuple(f"n{number}" for number in range(81))), "too_many_names"),
        (Written("", ("x" * 171,)), "name_too_long"),
        (Written("", ("㌀" * 60,)), "name_too_long"),  # longer once it is folded
    ],
)
def test_what_is_too_much_is_refused_whole(written, code):
    with pytest.raises(WikiError, match=code):
        write_page(make_user(), "long_hair", written, seen="")
    assert not WikiPage.objects.exists()


def test_pages_that_link_here_are_found_in_every_spelling():
    editor = make_user()
    for title, body in {
        "a": "see [[long hair]]", "b": "[[Long_Hair|locks]]", "c": "long hair", "d": "[[very long hair]]",
        "e": "[[ long  hair ]]", "long_hair": "[[long hair]]",
    }.items():  # fmt: skip
        save(editor, title, body)
    save(editor, "f", "[[long hair]]")
    set_deleted(editor, "f", True)
    assert [page.title for page in pages_linking_to("long_hair")] == ["a", "b", "e"]
    save(editor, "g", "[[c++ (language)]]")
    assert [page.title for page in pages_linking_to("c++_(language)")] == ["g"]
