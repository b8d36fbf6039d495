"""Files to be checked, and the address that checks them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gallery.models import Post
from tests.factories import make_asset, make_post, make_recipe, make_user
from tests.gallery.drawn import scene

PROMPT = "a zebra, 猫, (night:1.2)"
Verify = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures, and nobody has had any file checked."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    return tmp_path / "media"


@pytest.fixture
def post(db: None) -> Post:
    """A picture drawn here, with enough in it to be told from others."""
    author = make_user("author")
    recipe = make_recipe(prompt=PROMPT)
    return make_post(author, asset=make_asset(author, image=scene(1, 320, 416), recipe=recipe), recipe=recipe)


@pytest.fixture
def verify(client: Client) -> Verify:
    """What `POST /verify.json` answers to some bytes; `client` for who asks."""

    def ask(content: bytes, *, client: Client = client, status: int = 200) -> dict[str, Any]:
        response = client.post("/verify.json", {"file": SimpleUploadedFile("file", content)})
        assert response.status_code == status, response.content
        return response.json()

    return ask


def download(client: Client, post: Post, extension: str, **query: str) -> bytes:
    """A file of the post, as the download menu gives it."""
    response = client.get(f"/media/{post.asset.key}/original.{extension}", {"download": ""} | query)
    assert response.status_code == 200
    return response.content


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file without a word in it."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
