"""The fixed rule on what several edits make of a post together; each part alone is nobody's business."""

import pytest

from gallery import posts
from gallery.errors import Invalid
from gallery.models import Refusal
from gallery.recipes.editing import edit_recipe, revert_recipe
from gallery.tag_edits import edit_tags
from gallery.tag_edits.undo import revert_to
from tests.factories import make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db


def refused(act, *args, **kwargs):
    before = Refusal.objects.count()
    with pytest.raises(Invalid) as caught:
        act(*args, **kwargs)
    assert caught.value.code == "refused_minors"
    assert Refusal.objects.count() == before + 1


def test_a_title_is_held_against_the_prompt_that_is_there():
    author = make_user()
    post = make_post(author, recipe=make_recipe(prompt="nude woman"))
    fields = {"tags": ["1girl"], "rating": "s", "prompt_visibility": "hidden", "commentary": ""}
    refused(posts.edit, author, post, title="a loli", **fields)
    post.refresh_from_db()
    assert post.title == ""
    posts.edit(author, post, title="a lady", **fields)


def test_a_prompt_is_held_against_the_tags_that_are_there():
    author = make_user()
    post = make_post(author, tags=["1girl", "loli"], ai_evidence="declared")
    refused(edit_recipe, author, post, {"prompt": "nude"}, post.generation.version)


def test_an_authors_tags_are_held_against_the_prompt_and_others_are_not_judged():
    author = make_user()
    post = make_post(author, recipe=make_recipe(prompt="nude woman"))
    refused(edit_tags, author, post, new="loli", seen="")
    edit_tags(make_user(role="moderator"), post, new="schoolgirl", seen="")


def test_going_back_to_a_version_brings_nothing_back_that_is_refused_by_now():
    author = make_user()
    post = make_post(author, tags=["1girl", "loli"], ai_evidence="declared")
    edit_tags(author, post, new="-loli", seen="")
    edit_recipe(author, post, {"prompt": "nude"}, post.generation.version)
    refused(revert_to, author, post, 1)


def test_going_back_to_a_prompt_is_held_against_the_title_of_now():
    author = make_user()
    post = make_post(author, recipe=make_recipe(prompt="nude"), ai_evidence="declared")
    edit_recipe(author, post, {"prompt": "flowers"}, 1)
    fields = {"tags": ["1girl"], "rating": "s", "prompt_visibility": "hidden", "commentary": ""}
    posts.edit(author, post, title="a loli", **fields)
    refused(revert_recipe, author, post, 1)


def test_what_a_model_is_called_says_nothing():
    author = make_user()
    post = make_post(author, recipe=make_recipe(prompt="nude woman", model_name="schoolgirl mix"))
    edit_tags(author, post, new="smile", seen="")
