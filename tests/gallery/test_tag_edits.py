"""Edits of posts: three-way merges, who may, what the terms do."""

import itertools

import pytest
from django.core.cache import cache

from gallery import moderation, posts
from gallery.community import favourite_groups
from gallery.errors import InvalidTransition
from gallery.models import Favourite, FavouriteGroupEntry, Post, PostVote
from gallery.tag_edits import apply_script, edit_tags
from gallery.tag_edits.edit import merge
from gallery.tag_edits.terms import Terms
from tagging.models import Tag
from tests.factories import make_user
from tests.gallery.editing import counts, names, plain_post, refusal
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


# --- merging ---------------------------------------------------------------------------------------------------------


def test_what_others_did_meanwhile_stays():
    post = plain_post("cat", "sea", "sky")
    seen = "cat sea sky"
    edit_tags(make_user(), post, new="cat sea sky night", seen=seen)
    edit_tags(make_user(), post, new="cat sky", seen="cat sea sky")
    edited = edit_tags(make_user(), post, new="cat sea sky moon", seen=seen)
    assert [warning for warning in edited.warnings if "night" in warning and "added" in warning]
    assert [warning for warning in edited.warnings if "sea" in warning and "removed" in warning]
    assert names(post) == {"cat", "sky", "night", "moon"}
    assert counts() == {"cat": 1, "sky": 1, "night": 1, "moon": 1}


def test_without_what_was_seen_the_new_tags_replace_those_of_now():
    post = plain_post("cat", "sea")
    edit_tags(make_user(), post, new="cat sky")
    assert names(post) == {"cat", "sky"}


def test_a_script_names_only_what_changes_and_a_minus_wins():
    post = plain_post("cat", "sea")
    apply_script(make_user(), post, "sky -sea night -night")
    assert names(post) == {"cat", "sky"}


def test_merging_is_the_same_as_on_sets(django_db_blocker):
    tags = {name: Tag.objects.create(name=name) for name in "abc"}
    subsets = [set(chosen) for size in range(4) for chosen in itertools.combinations("abc", size)]
    for current, seen, new, gone in itertools.product(subsets, subsets, subsets, [set(), {"a"}, {"a", "b"}]):
        terms = Terms(dict.fromkeys(sorted(new)), tuple(sorted(gone)), ())
        merged = merge([tags[name] for name in current], terms, sorted(seen))
        expected = (current | (new - seen)) - (seen - new) - gone
        assert {tag.name for tag in merged.tags} == expected, (current, seen, new, gone)


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_moment_all_count():
    post = plain_post("cat")
    editors = [make_user() for _ in range(4)]
    found = at_once(
        *(
            lambda editor=editor, word=word: edit_tags(editor, Post(pk=post.pk), new=f"cat {word}", seen="cat").post.pk
            for editor, word in zip(editors, ["ant", "bee", "cow", "dog"], strict=True)
        )
    )
    assert found == [post.pk] * 4
    assert names(post) == {"cat", "ant", "bee", "cow", "dog"}
    assert counts() == dict.fromkeys(["cat", "ant", "bee", "cow", "dog"], 1)
    assert post.versions.count() == 5


def test_an_author_who_edits_an_old_page_does_not_undo_others():
    post = plain_post("cat")
    edit_tags(make_user(), post, new="sea", seen="")
    same = {"rating": "g", "prompt_visibility": "visible", "title": "New", "commentary": ""}
    posts.edit(post.author, post, tags=["cat", "sky"], seen="cat", **same)
    assert names(post) == {"cat", "sea", "sky"}
    post.refresh_from_db()
    assert post.title == "New"


# --- who -------------------------------------------------------------------------------------------------------------


def test_every_member_may_edit_what_they_can_reach():
    post = plain_post("cat")
    assert edit_tags(make_user(), post, new="cat dog").post.pk == post.pk
    hidden = plain_post("cat", rating="q")
    assert refusal(lambda: edit_tags(make_user(), hidden, new="dog")).code == "no_such_post"
    assert names(hidden) == {"cat"}
    assert refusal(lambda: edit_tags(make_user(is_active=False), post, new="dog")).code == "account_disabled"


def test_a_post_that_is_in_no_list_is_not_edited():
    post = plain_post("cat")
    moderator = make_user(role="moderator")
    moderation.remove(moderator, post, "Twice the same.")
    with pytest.raises(InvalidTransition):
        edit_tags(moderator, post, new="dog")


def test_only_the_author_rates_in_an_edit():
    post = plain_post("cat")
    assert refusal(lambda: apply_script(make_user(), post, "dog rating:s")).code == "rating_by_author"
    moderator = make_user(role="moderator")
    assert refusal(lambda: apply_script(moderator, post, "rating:s")).code == "rating_by_moderation"
    assert names(post) == {"cat"}
    assert apply_script(post.author, post, "rating:sensitive").post.rating == "s"
    assert refusal(lambda: apply_script(post.author, post, "rating:lovely")).code == "unknown_rating"
    assert apply_script(make_user(shown_ratings="gs"), post, "rating:s").post.rating == "s"  # says what is so already


def test_anothers_edit_leaves_the_rating_and_says_what_it_calls_for():
    post = plain_post("cat")
    edited = edit_tags(make_user(), post, new="cat bikini")
    assert edited.post.rating == "g"
    assert any("Sensitive" in warning for warning in edited.warnings)
    assert edit_tags(post.author, post, new="cat bikini hat").post.rating == "s"


# --- parents, sources, opinions --------------------------------------------------------------------------------------


def test_parent_and_children_are_set_and_taken_away():
    first, second, third = plain_post(), plain_post(), plain_post()
    editor = make_user()
    apply_script(editor, second, f"parent:{first.pk}")
    second.refresh_from_db()
    assert second.parent_id == first.pk
    apply_script(editor, first, f"child:{third.pk} -child:{second.pk}")
    assert [post.pk for post in first.children.all()] == [third.pk]
    apply_script(editor, first, "child:none")
    assert not first.children.exists()
    apply_script(editor, third, f"parent:{first.pk}")
    apply_script(editor, third, f"-parent:{second.pk}")
    third.refresh_from_db()
    assert third.parent_id == first.pk
    apply_script(editor, third, f"-parent:{first.pk}")
    third.refresh_from_db()
    assert third.parent_id is None


def test_a_parent_that_cannot_be_is_refused_and_nothing_changes():
    first, second, hidden = plain_post(), plain_post(), plain_post(rating="q")
    editor = make_user()
    apply_script(editor, second, f"parent:{first.pk}")
    for script, post in [
        (f"dog parent:{second.pk}", first),
        (f"dog parent:{first.pk}", first),
        (f"dog parent:{hidden.pk}", first),
        ("dog parent:999999999", first),
        ("dog parent:x", first),
        (f"dog child:{hidden.pk}", first),
        ("dog child:1,x", first),
    ]:
        assert refusal(lambda script=script, post=post: apply_script(editor, post, script)).status in (403, 422)
        assert names(post) == {"cat"}


def test_a_post_has_thirty_children_at_most():
    author = make_user()
    parent = plain_post(author=author)
    children = [plain_post(author=author) for _ in range(31)]
    Post.objects.filter(pk__in=[child.pk for child in children[:30]]).update(parent=parent)
    error = refusal(lambda: apply_script(author, children[30], f"parent:{parent.pk}"))
    assert error.code == "too_many_children"
    assert "30" in error.message


def test_source_is_set_and_emptied():
    post, editor = plain_post(), make_user()
    assert apply_script(editor, post, 'source:"https://example.org/a b"').post.source == "https://example.org/a b"
    assert apply_script(editor, post, "source:none").post.source == ""
    assert apply_script(editor, post, 'source:"none"').post.source == "none"
    assert apply_script(editor, post, "source:").post.source == ""


def test_opinions_in_an_edit_are_the_editors_own():
    post, editor = plain_post(), make_user("mika")
    group = favourite_groups.create(editor, "To draw")
    apply_script(editor, post, 'fav:me favgroup:"to draw"')
    assert Favourite.objects.filter(user=editor, post=post).exists()
    assert FavouriteGroupEntry.objects.filter(group=group, post=post).exists()
    apply_script(editor, post, "downvote:self")
    assert PostVote.objects.get(user=editor, post=post).score == -1
    apply_script(editor, post, "-downvote:mika -fav:me -favgroup:to_draw")
    assert not PostVote.objects.exists()
    assert not Favourite.objects.exists()
    assert not FavouriteGroupEntry.objects.exists()
    for script in ("fav:someone", "upvote:someone", "favgroup:nowhere", "favgroup:"):
        assert refusal(lambda script=script: apply_script(editor, post, f"dog {script}")).status == 422
    assert names(post) == {"cat"}
    assert refusal(lambda: apply_script(post.author, post, "upvote:me")).code == "vote_on_own_post"
