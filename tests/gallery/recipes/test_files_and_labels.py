"""What others type shows on the page and goes into no file; what names a machine stands at no post of a human's."""

import pytest
from django.urls import reverse

from gallery import posts
from gallery.downloads import post_label, post_menu
from gallery.errors import Invalid
from gallery.labels.acts import decide, declare
from gallery.models import Post, PostGeneration
from gallery.recipes.editing import edit_recipe, revert_recipe
from tests.factories import make_asset, make_image, make_user
from tests.gallery.downloads.bytes_of_files import holds
from tests.gallery.recipes.sent import sent_post

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def fresh(post):
    return Post.objects.select_related("generation", "author", "asset").get(pk=post.pk)


def prompt_in_files(post):
    recipe = post_label(fresh(post), with_prompt=True).recipe
    return recipe.prompt if recipe else None


def test_files_carry_what_the_author_or_a_moderator_saved_last():
    post, member, moderator = sent_post(), make_user(), make_user(role="moderator")
    own = prompt_in_files(post)
    edit_recipe(member, post, {"prompt": "zxother"}, 1)
    assert (fresh(post).generation.prompt, prompt_in_files(post)) == ("zxother", own)
    edit_recipe(post.author, post, {"prompt": "the author’s"}, 2)
    assert prompt_in_files(post) == "the author’s"
    # Nobody else brings back what the author replaced, though it came from the file.
    revert_recipe(member, post, 1)
    assert (fresh(post).generation.prompt, prompt_in_files(post)) == (own, "the author’s")
    edit_recipe(moderator, post, {"prompt": "a moderator’s"}, 4)
    assert prompt_in_files(post) == "a moderator’s"


def test_what_only_others_typed_is_in_no_file_until_the_author_saves_it():
    post, member = sent_post(recipe=None), make_user()
    edit_recipe(member, post, {"prompt": "zxother", "model_name": "zxmodel"}, 0)
    assert prompt_in_files(post) is None
    assert len(post_menu(fresh(post), reads_prompt=True).groups) == 1
    # A member who saves it again changes nothing; the author makes it their own, and the history says so.
    edit_recipe(member, post, {"prompt": "zxother"}, 1)
    assert PostGeneration.objects.get().version == 1
    edit_recipe(post.author, post, {"prompt": "zxother"}, 1)
    row = PostGeneration.objects.get()
    assert (row.version, row.file_version, prompt_in_files(post)) == (2, 2, "zxother")
    edit_recipe(post.author, post, {"prompt": "zxother"}, 2)
    assert PostGeneration.objects.get().version == 2


def test_who_brings_back_the_authors_words_leaves_them_in_the_files(client):
    post, member = sent_post(), make_user()
    edit_recipe(member, post, {"prompt": "zxother"}, 1)
    revert_recipe(member, post, 1)
    row = PostGeneration.objects.get()
    assert (row.version, row.file_version) == (3, 3)


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_no_byte_of_a_file_holds_what_others_typed_and_files_follow_the_author(client, extension):
    author = make_user()
    asset = make_asset(author, image=make_image(80, 60))
    post = posts.publish(
        author, asset, recipe=None, tags=["cat"], rating="g", ai_level="generated", ai_evidence="declared"
    )
    address = f"/media/{asset.key}/original.{extension}?download"
    edit_recipe(make_user(), post, {"prompt": "zxother", "model_name": "zxmodel"}, 0)
    before = client.get(address)
    assert not [word for word in ("zxother", "zxmodel") if holds(before.content, word)]
    edit_recipe(author, post, {"prompt": "zxother"}, 1)
    after = client.get(address, headers={"if-none-match": before["ETag"]})
    assert [word for word in ("zxother", "zxmodel") if holds(after.content, word)] == ["zxother", "zxmodel"]


def test_the_page_says_who_typed_what_files_do_not_carry(client):
    post, member = sent_post(), make_user("wanda")
    address, line = reverse("gallery:post", args=[post.pk]), "not in downloaded files"
    assert line not in client.get(address).content.decode()
    edit_recipe(member, post, {"prompt": "zxother"}, 1)
    page = client.get(address).content.decode()
    assert line in page
    assert "wanda</a>" in page
    assert "in downloaded files" in client.get(reverse("gallery:recipe_history", args=[post.pk])).content.decode()
    edit_recipe(post.author, post, {"steps": "9"}, 2)
    assert line not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt", "a boat"), ("model_name", "m"), ("sampler", "Euler"), ("seed", "5"), ("generator", "A1111")],
)
def test_what_names_a_machine_is_refused_at_a_humans_post(client, field, value):
    post = sent_post(recipe=None, ai_level="human", ai_evidence="declared")
    for editor, code in ((post.author, "recipe_of_human"), (make_user(), "recipe_of_humans_post")):
        with pytest.raises(Invalid) as caught:
            edit_recipe(editor, post, {field: value}, 0)
        assert caught.value.code == code
    assert not PostGeneration.objects.exists()
    edit_recipe(post.author, post, {"width": "10", "height": "20"}, 0, rest=[("Paper", "A4")])
    client.force_login(make_user(), BACKEND)
    form = client.get(reverse("gallery:recipe_edit", args=[post.pk])).content.decode()
    assert reverse("gallery:post_label", args=[post.pk]) + "#dispute" in form


def test_human_is_declared_only_where_no_machine_is_named():
    post = sent_post(recipe=None)
    edit_recipe(make_user(), post, {"prompt": "zxother", "width": "10"}, 0)
    with pytest.raises(Invalid) as caught:
        declare(post.author, post, "human")
    assert caught.value.code == "label_against_recipe"
    edit_recipe(post.author, post, {"prompt": ""}, 1)
    declare(post.author, post, "human")
    assert Post.objects.get(pk=post.pk).ai_level == "human"


def test_a_moderator_may_decide_so_and_the_page_says_that_it_contradicts(client):
    post, moderator = sent_post(), make_user(role="moderator")
    sentence, address = "these data name a machine", reverse("gallery:post", args=[post.pk])
    assert sentence not in client.get(address).content.decode()
    decide(moderator, post, "human", "photographed")
    assert sentence in client.get(address).content.decode()
    # Nothing is added, but what stands can go bit by bit.
    with pytest.raises(Invalid):
        edit_recipe(post.author, post, {"prompt": "another"}, 1)
    edit_recipe(post.author, post, {"prompt": ""}, 1)
