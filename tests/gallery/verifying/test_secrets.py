"""A match tells of nothing that its viewer may not see, and a check leaves nothing behind."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from PIL import Image

from gallery.ingest import keep_sent
from gallery.models import Post
from gallery.uploads import publish_sent
from tests.factories import make_asset, make_post, make_recipe, make_take, make_user
from tests.gallery.drawn import scene
from tests.gallery.pictures.corpus import REFUSED
from tests.gallery.verifying.conftest import download, saved

pytestmark = pytest.mark.django_db

VIEWERS = ("visitor", "author", "member", "daring", "moderator")
# Whose answer tells of the post: what their lists may hold. `daring` shows every rating, up to the site's ceiling.
STATES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "general": ({"rating": "g"}, set(VIEWERS)),
    "sensitive": ({"rating": "s"}, {"daring", "moderator"}),
    "explicit": ({"rating": "e"}, {"moderator"}),
    "human's": ({"rating": "g", "ai_level": "human", "ai_evidence": "declared"}, set(VIEWERS)),
    "pending": ({"status": "pending"}, set()),
    "flagged": ({"status": "flagged"}, set(VIEWERS)),
    "removed": ({"status": "removed"}, set()),
    "withdrawn": ({"status": "withdrawn"}, set()),
    "quarantined": ({"status": "quarantined"}, set()),
}


@pytest.fixture
def people() -> dict[str, Any]:
    return {
        "author": make_user("author", zone="human"),
        "member": make_user("member"),
        "daring": make_user("daring", shown_ratings="gsqe"),
        "moderator": make_user("moderator", role="moderator", shown_ratings="gsqe"),
    }


def browser(people: dict[str, Any], viewer: str) -> Client:
    client = Client()
    if viewer in people:
        client.force_login(people[viewer], "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("state", list(STATES))
def test_only_posts_of_the_viewers_own_lists_match(people, verify, state):
    fields, seeing = STATES[state]
    picture = scene(1, 320, 416)
    copies = [saved(picture, "JPEG", quality=60), saved(picture)]
    asked = {viewer: browser(people, viewer) for viewer in VIEWERS}
    before = {viewer: [verify(copy, client=asked[viewer]) for copy in copies] for viewer in VIEWERS}
    post = make_post(people["author"], asset=make_asset(people["author"], image=picture), **fields)
    after = {viewer: [verify(copy, client=asked[viewer]) for copy in copies] for viewer in VIEWERS}
    found = {
        viewer: [[match["post_id"] for match in one["matches"]] for one in answers] for viewer, answers in after.items()
    }
    told = {viewer for viewer, listed in found.items() if listed == [[post.pk], [post.pk]]}
    assert told == seeing
    # For all others it is as if there were no such post, to the last byte.
    assert {viewer: after[viewer] for viewer in VIEWERS if viewer not in seeing} == {
        viewer: before[viewer] for viewer in VIEWERS if viewer not in seeing
    }


def test_a_take_that_nobody_published_never_matches(people, verify):
    picture = scene(1, 320, 416)
    take = make_take(people["author"], image=picture, width=64, height=64)
    assert take.asset_id
    for viewer in VIEWERS:
        assert verify(saved(picture), client=browser(people, viewer))["verdict"]["code"] == "nothing"


@pytest.mark.parametrize("visibility", ["hidden", "on_request"])
def test_nothing_is_told_of_the_prompt_of_a_post_that_matches(people, client, verify, visibility):
    recipe = make_recipe(prompt="zxsecret, 1girl", negative_prompt="zxnegative", seed=3141592653)
    asset = make_asset(people["author"], image=scene(1, 320, 416), recipe=recipe)
    post = make_post(asset=asset, recipe=recipe, prompt_visibility=visibility)
    for content in (saved(scene(1, 320, 416)), download(client, post, "png")):
        told = client.post("/verify.json", {"file": io.BytesIO(content)})
        page = client.post("/verify", {"file": io.BytesIO(content)})
        assert f"/posts/{post.pk}" in page.content.decode()
        for secret in (b"zxsecret", b"zxnegative", b"3141592653"):
            assert secret not in told.content + page.content
        assert told.json()["matches"][0]["post"]["generation"]["prompt"] is None


def test_whoever_guesses_a_hidden_prompt_does_not_learn_that_the_guess_is_right(people, client, verify):
    """Files that hold the prompt are the same files only to those who may read it."""
    recipe = make_recipe(prompt="zxsecret")
    asset = make_asset(people["author"], image=scene(1, 320, 416), recipe=recipe)
    post = make_post(asset=asset, recipe=recipe)
    author = browser(people, "author")
    telling = download(author, post, "jpg", prompt="1")
    content = saved(scene(2, 320, 416), "PNG")
    kept = keep_sent(people["author"], io.BytesIO(content), len(content), "a.png")
    sent = publish_sent(people["author"], kept, tags=["cat"], rating="g")
    assert verify(telling)["matches"][0]["by"] == verify(content)["matches"][0]["by"] == "file"
    Post.objects.filter(pk__in=[post.pk, sent.pk]).update(prompt_visibility="hidden")
    assert verify(telling, client=author)["matches"][0]["by"] == "file"
    assert verify(content, client=author)["matches"][0]["by"] == "file"
    assert verify(telling)["matches"][0]["by"] == "look"
    assert verify(content)["matches"][0]["by"] == "pixels"
    # The file without it is everybody's.
    assert verify(download(client, post, "jpg"))["matches"][0]["by"] == "file"


def everything_kept(media: Path) -> tuple[list[Any], list[str]]:
    tables = [model._meta.db_table for model in apps.get_models() if model is not Session]
    one = "SELECT '{0}', md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {0} AS row"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return sorted(cursor.fetchall()), sorted(str(path) for path in media.rglob("*"))


@pytest.mark.parametrize("name", ["known", "large", "unknown", "noise", "empty"])
@pytest.mark.parametrize("address", ["/verify", "/verify.json"], ids=["page", "json"])
def test_a_check_keeps_no_row_and_no_file(post, client, media, tmp_path, settings, name, address):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "uploads")
    (tmp_path / "uploads").mkdir()
    large = Image.effect_noise((2400, 2000), 200)
    content = {
        "known": download(client, post, "png"),
        "large": saved(large),
        "unknown": saved(scene(3), "JPEG"),
        "noise": b"no picture at all" * 99,
        "empty": b"",
    }[name]
    if name == "large":
        assert len(content) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE, "it has to go to the disk to be a test of that"
    viewers = (client, browser({"member": make_user()}, "member"))
    # A session's first request notes that it is there.
    for asking in viewers:
        asking.get("/about")
    before = everything_kept(media)
    for asking in viewers:
        response = asking.post(address, {"file": io.BytesIO(content)})
        assert response.status_code == (422 if name in ("noise", "empty") else 200)
        assert response["Cache-Control"] == "private, no-store"
    assert everything_kept(media) == before
    assert list((tmp_path / "uploads").iterdir()) == []


BOMBS = ["png of 13376² pixels", "zTXt of 200 MB", "jpeg of 500 scans", "gif of 300 frames on 10000²", "zip bomb",
         "svg", "html", "png, half", "text", "apng of 50 frames of 4000²"]  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_and_garbage_get_the_sentence_of_an_upload(client, media, name):
    make, code = REFUSED[name]
    content = make()
    before = everything_kept(media)
    told = client.post("/verify.json", {"file": io.BytesIO(content)})
    assert (told.status_code, told.json()["error"]) == (422, code)
    page = client.post("/verify", {"file": io.BytesIO(content)})
    assert page.status_code == 422
    assert "This file could not be checked." in page.content.decode()
    assert everything_kept(media)[0] == before[0]
    assert not list(media.rglob("*")) if media.exists() else True
