"""The rating that counts is the strictest of what its sources say, and only moderators lower it."""

import pytest

from gallery import moderation, posts
from gallery.errors import Invalid
from gallery.models import RatingSource
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind, Outcome
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import Decision, decide
from gallery.tag_edits import edit_tags
from tests.factories import make_recipe, make_user
from tests.gallery.post_ratings.people import bare_post

pytestmark = pytest.mark.django_db


def said(post):
    return {row.kind: row.rating + ("-" if row.overruled else "") for row in post.rating_sources.all()}


def history(post):
    return [(one.rating, one.kind) for one in post.rating_versions.order_by("number")]


def edited(post, **changes):
    given = {"rating": post.rating, "tags": ["1girl"], "title": "", "commentary": "", "prompt_visibility": "visible"}
    return posts.edit(post.author, post, **(given | changes)).post


def test_a_new_post_says_what_its_rating_rests_on():
    post = bare_post(tags=["bikini"], recipe=make_recipe(prompt="nude, sea"))
    assert (post.rating, said(post), history(post)) == ("q", {"author": "g", "rules": "q"}, [("q", "author")])
    reasons = post.rating_sources.get(kind="rules").reasons
    assert [(one["phrase"], one["where"]) for one in reasons] == [("bikini", "tag"), ("nude", "prompt")]


def test_an_author_who_leaves_the_rating_as_it_is_stands_by_it():
    post = edited(bare_post(tags=["bikini"]), tags=["cat"])
    assert (post.rating, said(post)["author"]) == ("s", "s")


def test_an_authors_word_goes_up_and_down_and_stands_in_the_history():
    post = edited(edited(bare_post(), rating="e"), rating="s")
    assert history(post) == [("g", "author"), ("e", "author"), ("s", "author")]
    assert {one.by for one in post.rating_versions.all()} == {post.author}


def test_a_moderators_word_answers_all_that_was_said_before():
    post = bare_post(tags=["bikini"], rating="q")
    moderation.rerate(make_user(role="moderator"), post, "g", "It is laundry.")
    post.refresh_from_db()
    assert (post.rating, said(post)) == ("g", {"author": "q-", "rules": "s-", "moderator": "g"})
    assert history(post)[-1] == ("g", "moderator")
    assert edited(post, tags=["bikini", "lingerie"]).rating == "g"
    assert edited(post, rating="s").rating == "s"


def test_others_edits_of_tags_neither_raise_by_rules_nor_lower():
    post = bare_post(tags=["bikini"])
    edit_tags(make_user(shown_ratings=["g", "s"]), post, new="cat nude", seen="bikini")
    post.refresh_from_db()
    assert (post.rating, said(post)) == ("s", {"author": "g", "rules": "s"})


def test_a_post_of_before_there_were_sources_keeps_its_rating_and_its_decision():
    post = bare_post(rating="q")
    moderation.rerate(make_user(role="moderator"), post, "s", "Not so much.")
    RatingSource.objects.all().delete()
    post.refresh_from_db()
    with pytest.raises(Invalid):
        edited(post, rating="g")
    assert edited(post, rating="e").rating == "e"
    assert said(post) == {"moderator": "s", "author": "e"}


def test_what_a_moderator_leaves_as_it_is_is_decided_too():
    post, moderator = bare_post(rating="s"), make_user(role="moderator")
    case = claim(moderator, open_case(CaseKind.RATING, post=post))
    decide(moderator, case, Decision(Outcome.KEPT, "A swimsuit."))
    assert said(post) == {"author": "s-", "moderator": "s"}
    with pytest.raises(Invalid) as caught:
        edited(post, rating="g")
    assert caught.value.code == "rating_fixed"


def test_a_bulk_update_leaves_a_locked_or_decided_rating_alone():
    from gallery.bulk_updates.retagging import retag
    from gallery.models import Post
    from tagging.models import Tag

    tag = Tag.objects.create(name="nude")
    decided, free = bare_post(), bare_post()
    moderation.rerate(make_user(role="moderator"), decided, "s", "a reason")
    rows = list(Post.objects.filter(pk__in=[decided.pk, free.pk]).select_for_update(of=("self",)).order_by("pk"))
    retag(make_user(), rows, lambda ids: ids | {tag.pk})
    assert [Post.objects.get(pk=one.pk).rating for one in (decided, free)] == ["s", "q"]
    assert history(free) == [("g", "author"), ("q", "rules")]


def test_the_log_has_no_row_for_what_the_author_does():
    post = edited(bare_post(), rating="e")
    assert not post.moderation_actions.filter(kind=ModerationKind.RERATE).exists()
    assert RatingKind.MODERATOR not in said(post)
