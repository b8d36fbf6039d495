"""Categories: prefixes, counters of posts, and locks of those who change them at once."""

import re
import threading

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gallery import posts
from gallery.errors import NotAllowed
from gallery.models import Post
from gallery.tag_edits import apply_script, curation, recategorise, recount_categories
from gallery.tag_edits.limits import CHANGED_TAGS_A_MINUTE, left, spend
from gallery.tag_edits.store import lock_posts_with
from tagging.models import Category, Tag
from tests.factories import make_asset_row, make_recipe, make_user
from tests.gallery.editing import names, plain_post, refusal
from tests.gallery.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def test_a_prefix_makes_or_changes_the_category_and_posts_count_it_anew():
    first, second = plain_post("cat", "mika"), plain_post("mika")
    apply_script(make_user(), first, "artist:mika char:miku")
    for post in (first, second):
        post.refresh_from_db()
    assert (first.artist_tags, first.character_tags, first.general_tags) == (1, 1, 1)
    assert (second.artist_tags, second.general_tags) == (1, 0)
    tag = Tag.objects.get(name="mika")
    assert [version.category for version in tag.versions.order_by("number")] == [Category.GENERAL, Category.ARTIST]


def test_large_tags_change_category_by_moderators_alone():
    tag = Tag.objects.create(name="large", post_count=50)  # none of them is for everybody
    post = plain_post("cat")
    with pytest.raises(NotAllowed) as caught:
        apply_script(make_user(), post, "char:large")
    assert caught.value.code == "category_moderators"
    assert "50" not in caught.value.message
    assert recategorise(make_user(role="moderator"), tag, Category.CHARACTER).category == Category.CHARACTER


def test_very_large_tags_change_category_in_the_background_alone():
    tag = Tag.objects.create(name="huge", post_count=curation.LARGE_TAG)
    moderator = make_user(role="moderator")
    for act in (
        lambda: apply_script(moderator, plain_post("cat"), "char:huge"),
        lambda: curation.recategorise_now(moderator, tag, Category.CHARACTER),
    ):
        error = refusal(act)
        assert error.code == "category_in_bulk"
        assert "category huge -> character" in error.message
    assert recategorise(moderator, tag, Category.CHARACTER).category == Category.CHARACTER


def test_a_name_that_is_taken_away_too_keeps_its_category():
    post = plain_post("cat", "mika")
    apply_script(make_user(), post, "artist:mika -mika")
    assert names(post) == {"cat"}
    assert Tag.objects.get(name="mika").category == Category.GENERAL


def test_every_change_of_a_category_counts_towards_the_limit():
    post = plain_post("cat")
    member, moderator = make_user(), make_user(role="moderator")
    first, second, third = (Tag.objects.create(name=name, in_vocabulary=True) for name in ("mika", "miku", "rin"))
    spend(member, new_tags=0, changed_tags=CHANGED_TAGS_A_MINUTE - 1)
    assert refusal(lambda: apply_script(member, post, "artist:mika artist:miku")).code == "too_many_changed_tags"
    curation.recategorise_now(member, first, Category.ARTIST)
    assert refusal(lambda: curation.recategorise_now(member, second, Category.ARTIST)).code == "too_many_changed_tags"
    apply_script(moderator, post, "artist:miku artist:rin")
    assert set(Tag.objects.filter(category=Category.ARTIST)) == {first, second, third}


def test_what_is_refused_for_its_new_tags_is_not_counted_as_changed():
    member, post = make_user(), plain_post("cat")
    before = left(member)
    error = refusal(lambda: apply_script(member, post, " ".join(f"new_{number}" for number in range(21))))
    assert error.code == "too_many_new_tags"
    assert left(member) == before


def test_counting_anew_mends_posts_whose_tag_changed_behind_their_back():
    post = plain_post("cat", "dog")
    Tag.objects.filter(name="dog").update(category=Category.CHARACTER)
    recount_categories(Tag.objects.get(name="dog"))
    post.refresh_from_db()
    assert (post.general_tags, post.character_tags) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_category_that_changes_while_posts_do_is_counted_right():
    post = plain_post("cat")
    author, editor, moderator = make_user(), make_user(), make_user(role="moderator")
    tag = Tag.objects.get(name="cat")
    asset = make_asset_row(author)
    found = at_once(
        lambda: recategorise(moderator, tag, Category.CHARACTER).pk,
        lambda: apply_script(editor, Post(pk=post.pk), "-cat dog").post.pk,
        lambda: posts.publish(author, asset, recipe=make_recipe(), tags=["cat"], rating="g").pk,
    )
    assert not [error for error in found if isinstance(error, BaseException)], found
    for row in Post.objects.all():
        kinds = list(Tag.objects.filter(pk__in=row.tag_ids).values_list("category", flat=True))
        assert row.character_tags == kinds.count(Category.CHARACTER)
        assert row.general_tags == kinds.count(Category.GENERAL)


def locks(queries: CaptureQueriesContext) -> list[str]:
    """What was locked, in this order: many posts, one post by its number, or tags."""
    found = [query["sql"] for query in queries if " UPDATE" in query["sql"] and query["sql"].startswith("SELECT")]
    kinds = {'FROM "tagging_tag"': "tags", '"gallery_post"."id" = ': "post", 'FROM "gallery_post"': "posts"}
    return [next(kind for part, kind in kinds.items() if part in sql) for sql in found]


def test_all_posts_are_locked_before_any_tag(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # those are not captured
    early, late = plain_post("mika"), plain_post("miku")
    post = plain_post("cat", "miku")
    for child in (early, late):
        Post.objects.filter(pk=child.pk).update(parent=post)
    with CaptureQueriesContext(connection) as queries:
        apply_script(make_user(), post, "artist:miku char:mika child:none -cat dog")
    order = locks(queries)
    assert order[:5] == ["posts", "post", "post", "post", "tags"]
    assert "post" not in order[5:]
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.parent_id, early.character_tags) == (None, 1)
    assert (late.parent_id, late.artist_tags) == (None, 1)
    post.refresh_from_db()
    assert (post.artist_tags, post.character_tags) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_people_who_change_categories_and_families_at_once_do_not_lock_each_other_up():
    first, second = plain_post("mika", "sea"), plain_post("miku", "sky")
    Post.objects.filter(pk=first.pk).update(parent=second)
    people = [make_user() for _ in range(3)]
    for kinds in (("artist", "char"), ("char", "artist")):
        found = at_once(
            lambda a=kinds[0]: (
                apply_script(people[0], Post(pk=second.pk), f"{a}:miku {a}:mika child:none mika").post.pk
            ),
            lambda a=kinds[1]: apply_script(people[1], Post(pk=first.pk), f"{a}:mika {a}:miku -sea miku").post.pk,
            lambda: apply_script(people[2], Post(pk=second.pk), f"child:{first.pk} sea -sky").post.pk,
        )
        assert not [error for error in found if isinstance(error, BaseException)], found


@pytest.mark.django_db(transaction=True)
def test_who_became_a_child_while_others_waited_is_locked_in_its_turn():
    child, parent = plain_post("mika"), plain_post("miku")
    writing = threading.Event()

    def write() -> None:
        with transaction.atomic():
            Post.objects.select_for_update().get(pk=parent.pk)
            writing.set()
            until_somebody_waits()
            Post.objects.filter(pk=child.pk).update(parent=parent)

    def lock() -> set[int]:
        assert writing.wait(20)
        with transaction.atomic():
            return lock_posts_with([], also={parent.pk}, children_of=parent.pk)

    assert at_once(write, lock) == [None, {child.pk, parent.pk}]


def test_tags_are_locked_together_when_the_rating_moves_the_counters_of_all():
    author = make_user(shown_ratings="gs")
    post = plain_post("cat", "dog", author=author)
    kept, gained = Tag.objects.get(name="cat").pk, Tag.objects.create(name="sea").pk
    with CaptureQueriesContext(connection) as queries:
        apply_script(author, post, "sea rating:s")
    rounds = [
        query["sql"] for query in queries if "tagging_tag" in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]
    ]
    for number in (kept, gained):
        assert re.search(rf"[(, ]{number}[), ]", rounds[0])
