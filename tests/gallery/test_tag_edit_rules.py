"""What an edit may not do, and what the site adds to it."""

import pytest
from django.core.cache import cache

from gallery.tag_edits import apply_script, edit_tags
from gallery.tag_edits.automatic import model_tag_name, shape_names
from tagging.changes import set_deprecated
from tagging.models import Category, Tag, TagAlias
from tagging.relations import create_implication
from tests.factories import make_asset_row, make_post, make_recipe, make_user
from tests.gallery.editing import names, plain_post, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


# --- rules -----------------------------------------------------------------------------------------------------------


def test_aliases_and_implications_are_followed():
    create_implication("kitten", "cat")
    create_implication("cat", "animal")
    TagAlias.objects.create(antecedent="kitty", consequent=Tag.objects.get(name="kitten"))
    post = plain_post("sky")
    edited = edit_tags(make_user(), post, new="sky kitty")
    assert names(post) == {"sky", "kitten", "cat", "animal"}
    edited = edit_tags(make_user(), post, new="sky kitten animal", seen="sky kitten cat animal")
    assert names(post) == {"sky", "kitten", "cat", "animal"}
    assert any("cat" in warning and "follow" in warning for warning in edited.warnings)
    edit_tags(make_user(), post, new="sky", seen="sky kitty cat animal")
    assert names(post) == {"sky"}
    assert names(plain_post("kitty")) == {"kitten", "cat", "animal"}


def test_deprecated_tags_stay_and_are_not_added():
    old = plain_post("cat", "nice")
    other = plain_post("cat")
    set_deprecated(Tag.objects.get(name="nice"), True, None)
    error = refusal(lambda: edit_tags(make_user(), other, new="cat nice"))
    assert (error.code, "nice" in error.message) == ("tag_deprecated", True)
    edit_tags(make_user(), old, new="cat nice dog")
    assert names(old) == {"cat", "nice", "dog"}
    assert refusal(lambda: plain_post("nice")).code == "tag_deprecated"


def test_there_are_three_hundred_tags_at_most():
    post = plain_post("cat")
    words = " ".join(f"tag{number}" for number in range(300))
    error = refusal(lambda: edit_tags(make_user(role="moderator"), post, new=words))
    assert error.code == "too_many_tags"
    assert not Tag.objects.filter(name="tag7").exists()


def test_members_have_limits_for_a_minute_and_moderators_none():
    post = plain_post("cat")
    editor = make_user()
    many = " ".join(f"new{number}" for number in range(21))
    assert refusal(lambda: apply_script(editor, post, many)).code == "too_many_new_tags"
    assert names(post) == {"cat"}
    apply_script(editor, post, " ".join(f"new{number}" for number in range(20)))
    assert refusal(lambda: apply_script(editor, post, "onemore")).code == "too_many_new_tags"
    plain_post(*(f"old{number}" for number in range(120)))
    known = " ".join(f"old{number}" for number in range(101))
    assert refusal(lambda: apply_script(make_user(), post, known)).code == "too_many_changed_tags"
    apply_script(make_user(role="moderator"), post, f"{known} {many}")
    assert "old100" in names(post)


def test_a_tag_on_posts_out_of_sight_alone_is_as_good_as_new():
    plain_post("secret", rating="q")
    post = plain_post("cat")
    edited = edit_tags(make_user(), post, new="cat secret never_seen")
    said = [warning for warning in edited.warnings if "never_seen" in warning]
    assert said
    assert all("secret" in warning for warning in said)


def test_a_name_in_another_script_that_leads_to_no_tag_is_refused():
    post = plain_post("cat")
    error = refusal(lambda: edit_tags(make_user(), post, new="cat 犬"))
    assert (error.code, "犬" in error.message) == ("bad_tag", True)


# --- automatic tags --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((768, 512), {"lowres"}),
        ((769, 512), set()),
        ((1920, 1080), {"highres"}),
        ((2560, 1440), {"highres", "absurdres"}),
        ((3840, 2160), {"highres", "absurdres"}),
        ((3841, 2160), {"highres", "absurdres", "incredibly_absurdres"}),
        ((2048, 512), {"wide_image"}),
        ((512, 2048), {"tall_image"}),
        ((512, 2047), set()),
    ],
)
def test_size_and_shape_are_told_by_area_and_ratio(size, expected):
    assert set(shape_names(*size)) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Some Model V1.0.safetensors", "some_model_v1.0"),
        ("checkpoints/anime\\Foo__Bar.ckpt", "foo_bar"),
        ("(odd", "odd"),
        ("odd)", ""),
        ("夜", ""),
        ("", ""),
        ("-dash", "dash"),
        ("a, b*c", "a_b_c"),
        ("x" * 200, ""),
    ],
)
def test_a_checkpoint_makes_a_tags_name_or_none(model, expected):
    assert model_tag_name(model) == expected


def test_halves_of_characters_and_nuls_are_no_fault():
    post, editor = plain_post("cat"), make_user()
    edit_tags(editor, post, new="cat \ud800", seen="cat \ud800")
    assert names(post) == {"cat"}
    edit_tags(editor, post, new="cat\x00dog source:'\ud800'", seen="cat\x00")
    assert names(post) == {"cat", "dog"}


def test_the_site_sets_size_and_model_and_nobody_takes_them_away():
    post = plain_post("cat")
    tags = {tag.name: tag for tag in Tag.objects.filter(pk__in=post.tag_ids)}
    assert set(tags) == {"cat", "lowres", "tiny"}
    assert (tags["lowres"].category, tags["tiny"].category) == (Category.META, Category.MODEL)
    assert (post.meta_tags, post.model_tags, post.general_tags, post.tag_count) == (1, 1, 1, 3)
    edited = edit_tags(make_user(), post, new="cat -tiny -lowres highres")
    edited.post.refresh_from_db()
    assert set(edited.post.tag_ids) == set(post.tag_ids)
    assert sum("tiny" in warning and "lowres" in warning for warning in edited.warnings) == 1
    assert any("highres" in warning for warning in edited.warnings)


def test_a_model_named_like_another_kind_of_tag_gets_a_name_of_its_own():
    Tag.objects.create(name="anime", category=Category.GENERAL)
    post = plain_post("cat", recipe=make_recipe(model_name="Anime"))
    assert Tag.objects.get(name="anime_(model)").pk in post.tag_ids


def test_a_post_without_tags_asks_for_some_until_it_has_thirty():
    author = make_user()
    post = make_post(author, asset=make_asset_row(author), tags=[])
    assert names(post) == {"tagme"}
    editor = make_user(role="moderator")
    apply_script(editor, post, "cat")
    assert names(post) == {"cat", "tagme"}
    apply_script(editor, post, " ".join(f"tag{number}" for number in range(29)))
    assert "tagme" not in names(post)
