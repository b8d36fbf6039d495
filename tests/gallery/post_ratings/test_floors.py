"""Minimums of tags: set by moderators, logged, carried out on all posts that have the tag."""

import pytest

from gallery import moderation
from gallery.errors import UserFacingError
from gallery.models import ModerationAction, Post, TagFloor
from gallery.moderation.audit import verify
from gallery.post_ratings.floor_acts import set_floor
from gallery.post_ratings.locks import lock_rating
from gallery.post_ratings.upkeep import raise_by_floors
from gallery.tag_edits import edit_tags
from tagging.models import Tag
from tests.factories import make_user
from tests.gallery.post_ratings.people import bare_post

pytestmark = pytest.mark.django_db


def rating(post):
    return Post.objects.get(pk=post.pk).rating


def moderator():
    return make_user(role="moderator")


def test_new_posts_and_edits_get_at_least_the_minimum():
    Tag.objects.create(name="hammer")
    set_floor(moderator(), "hammer", "s", "Always.")
    post = bare_post(tags=["hammer"])
    assert (post.rating, post.rating_sources.get(kind="floor").reasons) == ("s", [{"phrase": "hammer", "where": "tag"}])
    other = bare_post(tags=["cat"])
    edit_tags(make_user(), other, new="cat hammer", seen="cat")
    assert rating(other) == "s"
    edit_tags(make_user(shown_ratings=["g", "s"]), other, new="cat", seen="cat hammer")
    assert rating(other) == "s", "a tag that goes lowers nothing"


def test_posts_that_had_the_tag_before_follow_with_counters_and_a_word_to_their_authors():
    posts = [bare_post(tags=["hammer"]) for _number in range(3)]
    untouched = bare_post(tags=["hammer"], rating="e")
    set_floor(moderator(), "hammer", "s", "Always.")
    assert rating(posts[0]) == "g"
    assert raise_by_floors() == 3
    assert [rating(post) for post in posts] == ["s"] * 3
    assert rating(untouched) == "e"
    assert Tag.objects.get(name="hammer").general_count == 0
    assert posts[0].author.statements.get().automated
    assert TagFloor.objects.get().done_to is None
    assert raise_by_floors() == 0
    set_floor(moderator(), "hammer", "q", "More.")
    assert raise_by_floors() == 3


def test_it_goes_on_where_it_was_stopped():
    for _number in range(3):
        bare_post(tags=["hammer"])
    set_floor(moderator(), "hammer", "s", "Always.")
    asked = iter([False, False, True, True, True])
    assert raise_by_floors(lambda: next(asked)) == 2
    assert raise_by_floors() == 1


def test_decided_and_locked_posts():
    decided, locked = bare_post(tags=["hammer"], rating="e"), bare_post(tags=["hammer"])
    moderation.rerate(moderator(), decided, "g", "A toy.")
    lock_rating(moderator(), locked, "A toy.")
    set_floor(moderator(), "hammer", "s", "Always.")
    raise_by_floors()
    assert (rating(decided), rating(locked)) == ("s", "g"), "said after the decision; locked"


def test_the_author_of_a_quarantined_post_is_told_nothing():
    post = bare_post(tags=["hammer"], status="quarantined")
    set_floor(moderator(), "hammer", "s", "Always.")
    raise_by_floors()
    assert (rating(post), post.author.statements.count()) == ("s", 0)


def test_a_minimum_that_goes_lowers_nothing_and_all_stands_in_the_log():
    post, one = bare_post(tags=["hammer"]), moderator()
    set_floor(one, "hammer", "s", "Always.")
    raise_by_floors()
    assert set_floor(one, "hammer", "", "Not always.") is None
    assert rating(post) == "s"
    assert bare_post(tags=["hammer"]).rating == "g"
    rows = ModerationAction.objects.filter(kind="rule").order_by("pk").values_list("reason", "details")
    assert [(reason, details["to"]) for reason, details in rows] == [("Always.", "s"), ("Not always.", "g")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("no_such_tag", "s", "x"), "floor_tag_unknown"),
        (("\x00", "s", "x"), "floor_tag_unknown"),
        (("cat", "x", "x"), "unknown_rating"),
        (("cat", "s", " "), "reason_needed"),
        (("cat", "", "x"), "same_floor"),
    ],
    ids=["no tag", "nul", "no rating", "no reason", "none to take"],
)
def test_what_is_refused(given, code):
    bare_post(tags=["cat"])
    with pytest.raises(UserFacingError) as caught:
        set_floor(moderator(), *given)
    assert caught.value.code == code
    assert not ModerationAction.objects.exists()


def test_members_set_none():
    with pytest.raises(UserFacingError) as caught:
        set_floor(make_user(), "cat", "s", "x")
    assert caught.value.code == "moderators_only"


@pytest.mark.django_db(transaction=True)
def test_the_chain_holds_after_all_of_it():
    bare_post(tags=["hammer"])
    set_floor(moderator(), "hammer", "s", "Always.")
    raise_by_floors()
    assert verify()[1] is None
