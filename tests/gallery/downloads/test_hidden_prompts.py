"""Who may read the prompt × who asks × every format and variant: no byte holds what its reader may not read."""

import pytest

from gallery import posts
from gallery.models import PostGeneration
from gallery.models.post import PromptVisibility
from gallery.provenance import FORMATS, EmbeddingEntry, LoraEntry
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user
from tests.gallery.downloads.bytes_of_files import holds

pytestmark = pytest.mark.django_db

SECRETS = ("zxprompt", "zxnegative", "zxlora", "zxembedding", "31415926535")
VIEWERS = ("visitor", "other", "author", "moderator")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def secret_post(visibility):
    author = make_user("author")
    recipe = make_recipe(
        prompt="1girl, zxprompt 秘密",
        negative_prompt="zxnegative",
        seed=31415926535,
        loras=(LoraEntry("zxlora", "ab" * 32),),
        embeddings=(EmbeddingEntry("zxembedding", "cd" * 32),),
    )
    asset = make_asset(author, image=make_image(80, 60), recipe=recipe)
    return make_post(author, asset=asset, recipe=recipe, prompt_visibility=visibility)


def sign_in(client, viewer, post):
    if viewer != "visitor":
        user = (
            post.author
            if viewer == "author"
            else make_user(viewer, role="moderator" if viewer == "moderator" else "member")
        )
        client.force_login(user, BACKEND)


def address(post, extension):
    return f"/media/{post.asset.key}/original.{extension}"


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("visibility", PromptVisibility.values)
def test_no_byte_holds_what_the_reader_may_not_read(client, visibility, viewer):
    post = secret_post(visibility)
    sign_in(client, viewer, post)
    readable = visibility == PromptVisibility.VISIBLE or viewer in ("author", "moderator")
    for extension in FORMATS:
        for query in ({}, {"download": ""}, {"prompt": "0"}, {"prompt": "0", "download": ""}, {"prompt": "1"}):
            response = client.get(address(post, extension), query)
            assert response.status_code == 200
            found = [secret for secret in SECRETS if holds(response.content, secret)]
            # The search for secrets finds them where they are: a search that found nothing would prove nothing.
            expected = list(SECRETS) if readable and query.get("prompt") != "0" else []
            assert found == expected, (extension, query)
            assert b"trainedAlgorithmicMedia" in response.content
            everybodys = query.get("prompt") == "0"
            if everybodys:
                assert response["Cache-Control"] == "public, no-cache"
            elif visibility == PromptVisibility.VISIBLE:
                assert response["Cache-Control"] == "private, no-cache"
            else:
                assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_previews_hold_the_label_and_no_prompt_for_anybody(client, viewer):
    post = secret_post("visible")
    sign_in(client, viewer, post)
    previews = post.asset.files.exclude(variant__in=["original", "bare"])
    assert previews
    for file in previews:
        content = client.get(f"/media/{post.asset.key}/{file.variant}.{file.format}").content
        assert b"trainedAlgorithmicMedia" in content
        assert not [secret for secret in SECRETS if holds(content, secret)]


@pytest.mark.parametrize("query", [{}, {"download": ""}], ids=["shown", "kept"])
@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_once_the_author_hides_the_prompt_the_same_address_gives_a_clean_file(client, extension, query):
    post = secret_post("visible")
    before = client.get(address(post, extension), query)
    assert holds(before.content, "zxprompt")
    posts.edit(post.author, post, tags=["1girl"], rating="g", prompt_visibility="hidden", title="", commentary="")
    after = client.get(address(post, extension), query, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert not [secret for secret in SECRETS if holds(after.content, secret)]
    assert after["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("query", [{}, {"download": ""}], ids=["shown", "kept"])
@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_a_corrected_recipe_is_in_the_file_at_once_and_the_old_one_in_none(client, extension, query):
    post = secret_post("visible")
    before = client.get(address(post, extension), query)
    PostGeneration.objects.filter(post=post).update(prompt="zxcorrected", negative_prompt="", seed=7)
    after = client.get(address(post, extension), query, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert holds(after.content, "zxcorrected")
    for secret in ("zxprompt", "zxnegative", "31415926535"):
        assert not holds(after.content, secret)


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_the_files_of_what_is_no_models_work_any_more_tell_of_no_model(client, extension):
    post = secret_post("visible")
    type(post).objects.filter(pk=post.pk).update(ai_level="human", ai_evidence="moderator")
    content = client.get(address(post, extension)).content
    assert not [secret for secret in (*SECRETS, "lgorithmicMedia", "tiny via") if holds(content, secret)]
    assert b"digitalCreation" in content
