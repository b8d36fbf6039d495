"""Files that the proxy before the site sends: the site says which, and only after it asked who may have it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import AssetFile, Post
from tests.factories import make_asset, make_image, make_mask, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.SENDFILE = tmp_path, "x-accel"


def headers(answer: Any) -> dict[str, str]:
    named = (
        "X-Accel-Redirect",
        "Content-Type",
        "Content-Disposition",
        "Cache-Control",
        "X-Content-Type-Options",
        "ETag",
    )
    return {name: answer.get(name) for name in named}


def test_the_proxy_is_told_the_file_and_the_reader_everything_else(client: Client) -> None:
    post = make_post(asset=make_asset(image=make_image(200, 160)))
    file = AssetFile.objects.get(asset=post.asset, variant="180", format="webp")
    answer = client.get(f"/media/{post.asset.key}/180.webp")
    assert (answer.status_code, answer.content) == (200, b"")
    assert headers(answer) == {
        "X-Accel-Redirect": f"/_media/{file.path}",
        "Content-Type": "image/webp",
        "Content-Disposition": f'inline; filename="irodori-{post.pk}-180.webp"',
        "Cache-Control": "public, no-cache",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{file.sha256}"',
    }


def test_the_headers_are_those_of_the_site_itself(client: Client, settings: Any) -> None:
    post = make_post()
    path = f"/media/{post.asset.key}/original.png?download"
    by_proxy = headers(client.get(path))
    settings.SENDFILE = ""
    answer = client.get(path)
    assert answer.content.startswith(b"\x89PNG")
    assert by_proxy.pop("X-Accel-Redirect").startswith("/_media/")
    assert by_proxy == {name: value for name, value in headers(answer).items() if name != "X-Accel-Redirect"}


def test_what_a_reader_may_not_have_names_no_file(client: Client) -> None:
    post = make_post()
    path = f"/media/{post.asset.key}/original.png"
    etag = client.get(path)["ETag"]
    again = client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, "X-Accel-Redirect" in again) == (304, False)
    Post.objects.filter(pk=post.pk).update(status="removed")
    for answer in (client.get(path), client.get(path, headers={"if-none-match": etag})):
        assert (answer.status_code, "X-Accel-Redirect" in answer) == (404, False)


def test_a_lost_file_is_404_before_the_proxy_is_asked(client: Client, tmp_path: Path) -> None:
    post = make_post()
    (tmp_path / AssetFile.objects.get(variant="original").path).unlink()
    answer = client.get(f"/media/{post.asset.key}/original.png")
    assert (answer.status_code, "X-Accel-Redirect" in answer) == (404, False)


def test_masks_go_the_same_way(client: Client) -> None:
    mask = make_mask(make_user())
    path = reverse("generation:mask", args=[mask.pk])
    assert "X-Accel-Redirect" not in client.get(path)
    client.force_login(mask.owner, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer["X-Accel-Redirect"] == f"/_media/{mask.path}"
    assert answer["Cache-Control"] == "private, no-store"
