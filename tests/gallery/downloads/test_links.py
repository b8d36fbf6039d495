"""Signed addresses: for one account, one file, an hour, and never for more than that account may have."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core import signing
from django.test import Client

from gallery.downloads import links, signed_media_url
from gallery.models import Post, User
from tests.factories import PASSWORD, make_asset, make_image, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db

SECRET = "a very secret prompt"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def haru() -> User:
    return make_user("haru")


@pytest.fixture
def post(haru: User) -> Post:
    """One that only its author and moderators may see."""
    shown = make_post(haru, asset=make_asset(haru, image=make_image(400, 300)), rating="g")
    Post.objects.filter(pk=shown.pk).update(status="withdrawn")
    shown.refresh_from_db()
    return shown


def signature(url: str) -> str:
    return parse_qs(urlsplit(url).query)["sig"][0]


def test_it_needs_no_session_and_no_cache_keeps_it(client: Client, haru: User, post: Post) -> None:
    url = signed_media_url(haru, post.asset, "180", "webp")
    assert client.get(urlsplit(url).path).status_code == 404
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    again = client.get(url, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-store")
    client.force_login(haru, "django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(("variant", "kind"), [("180", "webp"), ("original", "png")])
def test_no_cache_keeps_one_of_a_public_picture_either(variant: str, kind: str, client: Client, haru: User) -> None:
    asset = make_post(haru, asset=make_asset(haru, image=make_image(400, 300))).asset
    answer = client.get(signed_media_url(haru, asset, variant, kind))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_a_picture_without_a_post_is_its_owners_alone(client: Client, haru: User) -> None:
    asset = make_asset(haru)
    assert client.get(signed_media_url(haru, asset, "original", "png")).status_code == 200
    for other in (make_user(), make_user(role="moderator")):
        assert client.get(signed_media_url(other, asset, "original", "png")).status_code == 404


def test_it_is_for_that_file_alone(client: Client, haru: User, post: Post) -> None:
    other = make_asset(haru, image=make_image(400, 300))
    given = signature(signed_media_url(haru, post.asset, "180", "webp"))
    for path in (
        f"{post.asset.key}/original.png",
        f"{post.asset.key}/360.webp",
        f"{post.asset.key}/180.avif",
        f"{other.key}/180.webp",
        "AAAAAAAAAAAAAAAAAAAAAA/180.webp",
    ):
        assert client.get(f"/media/{path}?{urlencode({'sig': given})}").status_code == 404, path
    assert client.get(signed_media_url(haru, post.asset, "bare", "png")).status_code == 404


def forgeries(haru: User, key: str) -> list[str]:
    """Signatures that aren't ours."""
    good = [haru.pk, key, "180", "webp", int(time.time()) + 60, haru.get_session_auth_hash()[:16]]
    whole = signing.dumps(good, salt=links.SALT)
    body, _, rest = whole.partition(":")
    return [
        "",
        "x",
        "a:b:c",
        "\0",
        "é" * 50,
        "A" * 5000,
        whole[:-1] + ("A" if whole[-1] != "A" else "B"),
        f"{body[:-2]}AA:{rest}",
        whole + "x",
        whole.lower(),
        signing.dumps(good),  # of another purpose
        signing.dumps(good, salt="gallery.other"),
        signing.dumps(good, salt=links.SALT, key="another site's"),
        signing.dumps([10**30, *good[1:]], salt=links.SALT, key="another site's"),
    ]


def test_what_is_not_as_it_was_made_is_404(client: Client, haru: User, post: Post) -> None:
    for forged in forgeries(haru, post.asset.key):
        answer = client.get(f"/media/{post.asset.key}/180.webp?{urlencode({'sig': forged})}")
        assert answer.status_code == 404, forged
    # Not even where no signature is needed: who sends one means it.
    Post.objects.filter(pk=post.pk).update(status="active")
    assert client.get(f"/media/{post.asset.key}/180.webp").status_code == 200
    assert client.get(f"/media/{post.asset.key}/180.webp?sig=x").status_code == 404


@pytest.mark.parametrize(("after", "status"), [(0, 200), (59, 200), (60, 404), (10**7, 404)])
def test_it_ends_by_itself(
    after: int, status: int, client: Client, haru: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    monkeypatch.setattr(links, "_now", lambda: now)
    url = signed_media_url(haru, post.asset, "180", "webp", seconds=60)
    monkeypatch.setattr(links, "_now", lambda: now + after)
    assert client.get(url).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        lambda haru, post: User.objects.filter(pk=haru.pk).update(is_active=False),
        lambda haru, post: haru.set_password("another one") or haru.save(),
        lambda haru, post: Post.objects.filter(pk=post.pk).update(status="quarantined"),
        lambda haru, post: Post.objects.filter(pk=post.pk).update(author=make_user()),
    ],
    ids=["account disabled", "password changed", "quarantined", "another author"],
)
def test_it_dies_with_the_permission(change: Any, client: Client, haru: User, post: Post) -> None:
    url = signed_media_url(haru, post.asset, "180", "webp")
    etag = client.get(url)["ETag"]
    change(haru, post)
    assert client.get(url).status_code == 404
    assert client.get(url, headers={"if-none-match": etag}).status_code == 404


def test_a_link_of_somebody_who_may_not_see_it_is_worth_nothing(client: Client, haru: User, post: Post) -> None:
    moderator, stranger = make_user(role="moderator"), make_user("mika")
    assert client.get(signed_media_url(stranger, post.asset, "180", "webp")).status_code == 404
    url = signed_media_url(moderator, post.asset, "180", "webp")
    assert client.get(url).status_code == 200
    User.objects.filter(pk=moderator.pk).update(role="member")
    assert client.get(url).status_code == 404
    # Another account than the one signed in.
    client.login(username="mika", password=PASSWORD)
    assert client.get(signed_media_url(haru, post.asset, "180", "webp")).status_code == 404


def test_the_prompt_goes_by_the_signer(client: Client, haru: User) -> None:
    post = make_post(haru, recipe=make_recipe(prompt=SECRET), prompt_visibility="hidden")
    own = signed_media_url(haru, post.asset, "original", "png")
    assert SECRET.encode() in client.get(own).content
    assert SECRET.encode() not in client.get(own + "&prompt=0").content
    other = client.get(signed_media_url(make_user(), post.asset, "original", "png"))
    assert other.status_code == 200
    assert SECRET.encode() not in other.content
    assert other["Cache-Control"] == "private, no-store"


ADDRESSES = ("file_url", "large_file_url", "preview_file_url")


def test_the_interface_signs_what_visitors_are_not_given(client: Client, haru: User, post: Post) -> None:
    public = make_post(haru)
    recipe = make_recipe(prompt=SECRET)
    picture = make_asset(haru, image=make_image(900, 700), recipe=recipe)
    hidden = make_post(haru, recipe=recipe, prompt_visibility="hidden", asset=picture)
    client.force_login(haru, "django.contrib.auth.backends.ModelBackend")
    told = client.get(f"/posts/{post.pk}.json").json()
    for name in ADDRESSES:
        answer = Client().get(told[name])
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store"), name
    told = client.get(f"/posts/{public.pk}.json").json()
    assert not [name for name in ADDRESSES if "?" in told[name]]
    told = client.get(f"/posts/{hidden.pk}.json").json()
    assert [name for name in ADDRESSES if "?" in told[name]] == ["file_url"]
    content = Client().get(told["file_url"]).content
    assert (SECRET.encode() in content, len(content)) == (True, told["file_size"])


def test_visitors_and_strangers_are_told_no_signature(client: Client, haru: User, post: Post) -> None:
    make_post(haru)
    make_post(haru, prompt_visibility="hidden")
    assert client.get(f"/posts/{post.pk}.json").status_code == 404
    assert "sig=" not in client.get("/posts.json").content.decode()
    client.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    assert "sig=" not in client.get("/posts.json").content.decode()
    assert client.get(f"/posts/{post.pk}.json").status_code == 404
