"""A locked rating is nobody's but moderators' to change."""

import pytest

from gallery import moderation, posts
from gallery.errors import UserFacingError
from gallery.models import ModerationAction, Post
from gallery.post_ratings.locks import lock_rating, unlock_rating
from tests.factories import make_user
from tests.gallery.post_ratings.people import bare_post

pytestmark = pytest.mark.django_db


def refusal(act, *given):
    with pytest.raises(UserFacingError) as caught:
        act(*given)
    return caught.value.code


def edit(post, rating, **more):
    given = {"tags": ["1girl"], "title": "", "commentary": "", "prompt_visibility": "visible"}
    return posts.edit(post.author, post, rating=rating, **(given | more)).post


def test_a_lock_holds_against_author_and_tags_and_not_against_moderators():
    post, moderator = bare_post(rating="s"), make_user(role="moderator")
    lock_rating(moderator, post, "Argued over.")
    assert refusal(edit, post, "e") == "rating_locked"
    assert refusal(edit, post, "g") == "rating_locked"
    assert edit(post, "s", tags=["nude"], title="New").rating == "s"
    moderation.rerate(moderator, post, "q", "Nude.")
    post.refresh_from_db()
    assert refusal(edit, post, "e") == "rating_locked"
    unlock_rating(moderator, post, "Settled.")
    assert edit(post, "e").rating == "e"
    kinds = ModerationAction.objects.order_by("pk").values_list("kind", "details__locked")
    assert list(kinds) == [("lock", True), ("rerate", None), ("lock", False)]


def test_who_may_not_lock_and_when():
    post, moderator = bare_post(), make_user(role="moderator")
    assert refusal(lock_rating, make_user(), post, "x") == "moderators_only"
    assert refusal(lock_rating, moderator, post, " ") == "reason_needed"
    assert refusal(unlock_rating, moderator, post, "x") == "rating_not_locked"
    lock_rating(moderator, post, "x")
    assert refusal(lock_rating, moderator, post, "x") == "rating_locked_already"
    assert refusal(lock_rating, moderator, bare_post(moderator), "x") == "own_post"
    assert Post.objects.get(pk=post.pk).rating == "g"
