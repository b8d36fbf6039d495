"""Files: who gets which bytes, and which caches may keep them."""

from io import BytesIO

import pytest
from PIL import Image

from gallery import moderation
from gallery.models.asset import Variant
from tests.factories import PASSWORD, make_asset, make_image, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db

SECRET = "a very secret prompt"


@pytest.fixture
def author():
    return make_user("author")


def original(post):
    return f"/media/{post.asset.key}/original.png"


def test_a_public_file_is_asked_about_anew_each_time_and_its_recipe_stays_out_of_shared_caches(client, author):
    post = make_post(author, asset=make_asset(author, image=make_image(200, 160)))
    assert client.get(f"/media/{post.asset.key}/180.webp")["Cache-Control"] == "public, no-cache"
    response = client.get(original(post))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" not in response.get("Vary", "")
    assert Image.open(BytesIO(response.content)).size == (post.asset.width, post.asset.height)


def test_a_file_that_was_not_changed_is_answered_304(client, author):
    post = make_post(author)
    etag = client.get(original(post))["ETag"]
    response = client.get(original(post), headers={"if-none-match": etag})
    assert response.status_code == 304
    assert response.content == b""


def test_what_a_moderator_hides_is_gone_also_for_those_who_have_it(client, author):
    post = make_post(author)
    etag = client.get(original(post))["ETag"]
    moderation.rerate(make_user(role="moderator"), post, "e", "not for everyone")
    assert client.get(original(post), headers={"if-none-match": etag}).status_code == 404


def test_the_file_name_says_which_post_it_is(client, author):
    post = make_post(author)
    response = client.get(original(post), {"download": ""})
    assert response["Content-Disposition"] == f'attachment; filename="irodori-{post.pk}.png"'


def test_a_hidden_prompt_is_in_no_byte_that_others_get(client, author):
    post = make_post(author, recipe=make_recipe(prompt=SECRET), prompt_visibility="hidden")
    for file in post.asset.files.all():
        if file.variant == Variant.BARE:
            continue
        response = client.get(f"/media/{post.asset.key}/{file.variant}.{file.format}")
        assert response.status_code == 200
        assert SECRET.encode() not in response.content
    response = client.get(original(post))
    assert response["Cache-Control"] == "private, no-store"
    assert "parameters" in Image.open(BytesIO(response.content)).text
    client.login(username="author", password=PASSWORD)
    mine = client.get(original(post))
    assert SECRET.encode() in mine.content
    assert mine["Cache-Control"] == "private, no-store"


def test_the_bare_file_has_no_address_of_its_own(client, author):
    post = make_post(author)
    assert client.get(f"/media/{post.asset.key}/bare.png").status_code == 404


@pytest.mark.parametrize("change", [{"rating": "e"}, {"status": "removed"}, {"status": "withdrawn"}])
def test_what_a_visitor_may_not_see_has_no_files_for_them(client, author, change):
    post = make_post(author)
    type(post).objects.filter(pk=post.pk).update(**change)
    assert client.get(original(post)).status_code == 404
    client.login(username="author", password=PASSWORD)
    response = client.get(original(post))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_nobody_gets_the_files_of_a_quarantined_post(client, author):
    post = make_post(author)
    type(post).objects.filter(pk=post.pk).update(status="quarantined")
    client.login(username="author", password=PASSWORD)
    assert client.get(original(post)).status_code == 404
    client.login(username=make_user("mod", role="moderator").username, password=PASSWORD)
    assert client.get(original(post)).status_code == 404


def test_a_picture_without_a_post_is_its_owners_alone(client, author):
    asset = make_asset(author, image=make_image())
    address = f"/media/{asset.key}/original.png"
    assert client.get(address).status_code == 404
    client.login(username=make_user("mod", role="moderator").username, password=PASSWORD)
    assert client.get(address).status_code == 404
    client.login(username="author", password=PASSWORD)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/media/AAAAAAAAAAAAAAAAAAAAAA/original.png", "/media/AAAAAAAAAAAAAAAAAAAAAA/999.webp", "/media/../settings.py"],
)
def test_what_does_not_exist_is_404(client, address):
    assert client.get(address).status_code == 404


def test_a_file_lost_from_the_disk_is_404_and_no_error(client, author, settings, tmp_path):
    post = make_post(author)
    settings.MEDIA_ROOT = tmp_path
    assert client.get(original(post)).status_code == 404
