"""Publishing, editing, withdrawing; the tags' counters follow."""

import pytest
from django.db import IntegrityError, transaction

from gallery import moderation, posts
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, Post
from gallery.models.post import PostStatus
from tagging.models import Category, Tag, TagAlias
from tests.factories import SET_BY_SITE, make_asset, make_asset_row, make_post, make_recipe, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def counts():
    tags = Tag.objects.filter(post_count__gt=0).exclude(name__in=SET_BY_SITE)
    return dict(tags.values_list("name", "post_count"))


def names_of(post):
    return sorted(set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) - SET_BY_SITE)


def edited(post, **changes):
    """`posts.edit` by its author with one thing changed."""
    same = {
        "tags": names_of(post),
        "rating": post.rating,
        "prompt_visibility": post.prompt_visibility,
        "title": post.title,
        "commentary": post.commentary,
    }
    return posts.edit(post.author, post, **(same | changes)).post


def test_the_counts_for_everybody_follow_tags_and_rating():
    def general():
        tags = Tag.objects.filter(general_count__gt=0).exclude(name__in=SET_BY_SITE)
        return dict(tags.values_list("name", "general_count"))

    author = make_user()
    post = make_post(author, asset=make_asset_row(author), tags=["cat", "sea"])
    make_post(author, asset=make_asset_row(author), tags=["cat"], rating="e")
    assert general() == {"cat": 1, "sea": 1}
    assert counts() == {"cat": 2, "sea": 1}
    post = edited(post, tags=["cat", "sky"], rating="s")
    assert general() == {}
    post = edited(post, rating="g")
    assert general() == {"cat": 1, "sky": 1}
    posts.withdraw(author, post)
    assert general() == {}
    assert counts() == {"cat": 1}


def test_publish_keeps_everything_that_was_given():
    author = make_user()
    recipe = make_recipe(prompt="a cat", seed=7)
    asset = make_asset(author, recipe=recipe)
    post = posts.publish(
        author,
        asset,
        recipe=recipe,
        tags=["Red Hair", "cat", "red_hair", " "],
        rating="s",
        prompt_visibility="hidden",
        title=" A cat ",
        commentary="Drawn at night.",
    )
    post.refresh_from_db()
    assert names_of(post) == ["cat", "red_hair"]
    assert post.tag_ids == sorted(set(post.tag_ids))
    assert (post.title, post.rating, post.prompt_visibility, post.status) == ("A cat", "s", "hidden", "active")
    assert (post.ai_level, post.ai_evidence) == ("generated", "site_job")
    made = post.generation
    assert (made.prompt, made.negative_prompt, made.seed, made.cfg, made.steps) == ("a cat", "blurry", 7, 7.0, 20)
    assert (made.model_name, made.generator) == ("tiny", "Irodori")
    assert post.stats.score == 0
    assert counts() == {"cat": 1, "red_hair": 1}


def test_publishing_twice_gives_the_first_post_unchanged():
    first = make_post(tags=["cat"])
    again = posts.publish(first.author, first.asset, recipe=make_recipe(), tags=["dog"], rating="e")
    assert again == first
    assert (again.rating, names_of(again), counts()) == ("g", ["cat"], {"cat": 1})


@pytest.mark.django_db(transaction=True)
def test_publishing_at_the_same_moment_makes_one_post():
    author = make_user()
    asset = make_asset_row(author)

    def publish():
        return posts.publish(author, asset, recipe=make_recipe(), tags=["cat", "dog"], rating="g").pk

    found = at_once(publish, publish, publish)
    assert found == [found[0]] * 3
    assert isinstance(found[0], int)
    assert counts() == {"cat": 1, "dog": 1}


@pytest.mark.django_db(transaction=True)
def test_counters_are_right_after_many_at_the_same_moment():
    author = make_user()
    assets = [make_asset_row(author) for _ in range(4)]
    wanted = [["ant", "bee", "cat"], ["cat", "bee", "ant"], ["bee", "dog"], ["dog", "ant"]]
    found = at_once(
        *(
            lambda asset=asset, tags=tags: posts.publish(author, asset, recipe=make_recipe(), tags=tags, rating="g")
            for asset, tags in zip(assets, wanted, strict=True)
        )
    )
    assert all(isinstance(post, Post) for post in found), found
    assert counts() == {"ant": 3, "bee": 3, "cat": 2, "dog": 2}


def test_the_rules_can_only_make_the_rating_stricter():
    assert make_post(tags=["bikini"], rating="g").rating == "s"
    assert make_post(tags=["bikini"], rating="e").rating == "e"
    assert make_post(recipe=make_recipe(prompt="nude"), rating="general").rating == "q"
    assert make_post(recipe=make_recipe(negative_prompt="nude"), rating="g").rating == "g"


def test_another_persons_picture_cannot_be_published():
    with pytest.raises(NotAllowed) as caught:
        posts.publish(make_user(), make_asset(), recipe=make_recipe(), tags=[], rating="g")
    assert caught.value.code == "not_your_picture"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rating": "x"}, "unknown_rating"),
        ({"prompt_visibility": "maybe"}, "unknown_prompt_visibility"),
        ({"title": "x" * 201}, "title_too_long"),
        ({"commentary": "x" * 10_001}, "commentary_too_long"),
        ({"tags": ["-cat"]}, "bad_tag"),
        ({"tags": ["猫"]}, "bad_tag"),
        ({"tags": [f"tag{number}" for number in range(301)]}, "too_many_tags"),
        ({"ai_level": "magic"}, "unknown_ai_level"),
        ({"ai_evidence": "hearsay"}, "unknown_ai_evidence"),
    ],
)
def test_bad_values_are_refused_with_a_sentence_and_nothing_is_written(changes, code):
    author = make_user()
    given = {"recipe": make_recipe(), "tags": ["cat"], "rating": "g"} | changes
    with pytest.raises(Invalid) as caught:
        posts.publish(author, make_asset_row(author), **given)
    assert caught.value.code == code
    assert caught.value.message[0].isupper() or caught.value.message[0] == "“"
    assert not Post.objects.exists()
    assert counts() == {}


def test_what_was_drawn_here_cannot_be_called_human():
    author = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        posts.publish(author, make_asset_row(author), recipe=make_recipe(), tags=[], rating="g", ai_level="human")


def test_an_alias_becomes_the_tag_it_leads_to():
    tag = Tag.objects.create(name="cat", category=Category.GENERAL)
    TagAlias.objects.create(antecedent="kitty", consequent=tag)
    post = make_post(tags=["kitty", "cat"])
    assert tag.pk in post.tag_ids
    assert names_of(post) == ["cat"]
    assert counts() == {"cat": 1}


def test_editing_moves_the_counters_and_changes_the_rest():
    post = make_post(tags=["cat", "dog"])
    created = post.created_at
    edited(post, tags=["dog", "bird"], title="New", rating="s", prompt_visibility="hidden", commentary="Words")
    post.refresh_from_db()
    assert names_of(post) == ["bird", "dog"]
    assert (post.title, post.rating, post.prompt_visibility, post.commentary) == ("New", "s", "hidden", "Words")
    assert (post.created_at, post.ai_level) == (created, "generated")
    assert counts() == {"bird": 1, "dog": 1}


def test_only_the_author_edits_and_withdraws():
    post, moderator = make_post(), make_user(role="moderator")
    with pytest.raises(NotAllowed):
        posts.edit(moderator, post, tags=[], rating="g", prompt_visibility="visible", title="", commentary="")
    with pytest.raises(NotAllowed):
        posts.withdraw(moderator, post)


def test_an_author_may_lower_a_rating_down_to_what_the_rules_say():
    post = make_post(tags=["bikini"], rating="e")
    assert edited(post, rating="s").rating == "s"
    assert edited(post, rating="g").rating == "s"
    assert edited(post, rating="g", tags=["cat"]).rating == "g"


def test_an_author_cannot_lower_what_a_moderator_set():
    post, moderator = make_post(), make_user(role="moderator")
    moderation.rerate(moderator, post, "q", "as the rules have it")
    post.refresh_from_db()
    with pytest.raises(Invalid) as caught:
        edited(post, rating="s")
    assert caught.value.code == "rating_fixed"
    assert edited(post, rating="e").rating == "e"
    assert edited(post, rating="q", title="still").rating == "q"


def test_a_moderators_lower_rating_stands_against_the_rules():
    post, moderator = make_post(tags=["bikini"]), make_user(role="moderator")
    moderation.rerate(moderator, post, "g", "a bikini on a clothes line")
    post.refresh_from_db()
    assert edited(post, title="Laundry").rating == "g"


def test_withdrawing_takes_the_post_out_of_the_counters_and_is_logged():
    post = make_post(tags=["cat"])
    posts.withdraw(post.author, post, "changed my mind")
    post.refresh_from_db()
    assert (post.status, counts()) == ("withdrawn", {})
    row = ModerationAction.objects.get()
    assert (row.kind, row.actor, row.post, row.reason) == ("withdraw", post.author, post, "changed my mind")
    for act in (lambda: posts.withdraw(post.author, post), lambda: edited(post, title="x")):
        with pytest.raises(InvalidTransition):
            act()
    with pytest.raises(InvalidTransition) as caught:
        posts.publish(post.author, post.asset, recipe=make_recipe(), tags=[], rating="g")
    assert caught.value.code == "published_before"


def test_an_author_takes_back_what_waits_for_a_moderator():
    post = make_post(tags=["cat"], status="pending")
    assert posts.withdraw(post.author, post).status == "withdrawn"
    assert counts() == {}


@pytest.mark.parametrize("status", sorted(set(PostStatus) - posts.WITHDRAWABLE))
def test_what_left_every_list_already_cannot_be_withdrawn(status):
    post = make_post(status=status)
    with pytest.raises(InvalidTransition):
        posts.withdraw(post.author, post)


def test_editing_a_pending_post_leaves_the_counters_alone():
    post = make_post(tags=["cat"], status="pending")
    assert counts() == {}
    edited(post, tags=["dog"])
    assert counts() == {}
    posts.set_status(posts.Post.objects.get(pk=post.pk), PostStatus.ACTIVE)
    assert counts() == {"dog": 1}


def test_a_flagged_post_counts_as_before():
    post = make_post(tags=["cat"])
    posts.set_status(post, PostStatus.FLAGGED)
    assert counts() == {"cat": 1}
    edited(post, tags=["dog"])
    assert counts() == {"dog": 1}
