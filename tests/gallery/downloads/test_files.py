"""Files are made once, kept while they are asked for and true, and made one at a time."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as site
from django.utils import timezone
from PIL import Image

from gallery.downloads import download_of, files, post_label, post_menu, remove_old_downloads, turns
from gallery.errors import Invalid
from gallery.ingest import keep_sent
from gallery.models import Download, PostGeneration
from gallery.posts import publish
from gallery.provenance import FORMATS, PNG, WEBP
from tests.factories import (
    PASSWORD,
    make_asset,
    make_asset_row,
    make_checkpoint,
    make_image,
    make_post,
    make_take,
    make_user,
)
from tests.gallery.drawn import scene
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    author = make_user("author")
    return make_post(author, asset=make_asset(author, image=make_image(120, 90)))


def address(post, extension="jpg"):
    return f"/media/{post.asset.key}/original.{extension}"


def test_a_file_is_made_once(client, post, monkeypatch):
    first = client.get(address(post))
    row = Download.objects.get()
    assert (row.format, row.with_prompt, row.signed, row.size_bytes) == ("jpg", True, True, len(first.content))

    def fail(*_args):
        raise AssertionError("it was made before")

    monkeypatch.setattr(files, "_make", fail)
    assert client.get(address(post)).content == first.content
    assert client.get(address(post), headers={"if-none-match": first["ETag"]}).status_code == 304


def test_a_file_that_the_disk_lost_is_made_again(client, post):
    client.get(address(post))
    Path(site.MEDIA_ROOT, Download.objects.get().path).unlink()
    assert client.get(address(post)).status_code == 200
    assert Path(site.MEDIA_ROOT, Download.objects.get().path).exists()


@pytest.mark.parametrize(
    ("kind", "extension", "mode"), [("JPEG", "jpg", "RGB"), ("JPEG", "jpg", "L"), ("PNG", "png", "RGBA")]
)
def test_what_was_sent_is_given_back_in_its_own_format_as_it_is_coded(client, kind, extension, mode):
    author, sent = make_user("author"), BytesIO()
    picture = scene(3, 120, 90).convert(mode)
    if mode == "RGBA":
        picture.putalpha(100)
    picture.save(sent, kind, quality=70)
    asset = keep_sent(author, BytesIO(sent.getvalue()), len(sent.getvalue()), f"a.{extension}")
    post = publish(author, asset, recipe=None, tags=["1girl"], rating="g", ai_level="human", ai_evidence="declared")
    stored = Image.open(Path(site.MEDIA_ROOT, asset.files.get(variant="bare").path))
    given = Image.open(BytesIO(client.get(address(post, extension), {"download": ""}).content))
    assert (given.mode, given.tobytes()) == (mode, stored.tobytes())
    assert b"digitalCreation" in given.info["xmp"]


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_where_the_original_is_gone_there_is_no_file_and_no_error(client, post, extension):
    for file in post.asset.files.all():
        Path(site.MEDIA_ROOT, file.path).unlink(missing_ok=True)
    assert client.get(address(post, extension), {"download": ""}).status_code == 404


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_a_damaged_original_makes_no_error(client, post, extension):
    for file in post.asset.files.filter(variant="original"):
        path = Path(site.MEDIA_ROOT, file.path)
        path.write_bytes(path.read_bytes()[:90])
    assert client.get(address(post, extension), {"download": ""}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_is_untrue_by_now_is_removed_and_the_rest_stays(client, post):
    client.get(address(post))
    old = Download.objects.get()
    other = make_post(post.author)
    client.get(address(other))
    PostGeneration.objects.filter(post=post).update(prompt="another")
    client.get(address(post))
    assert Download.objects.count() == 3
    assert remove_old_downloads(timezone.now()) == 1
    assert not Path(site.MEDIA_ROOT, old.path).exists()
    assert Download.objects.count() == 2
    assert all(Path(site.MEDIA_ROOT, row.path).exists() for row in Download.objects.all())


@pytest.mark.django_db(transaction=True)
def test_what_nobody_asks_for_is_removed(client, post):
    client.get(address(post))
    file = Path(site.MEDIA_ROOT, Download.objects.get().path)
    assert remove_old_downloads(timezone.now() + timedelta(days=29)) == 0
    Download.objects.update(asked_at=timezone.now() - timedelta(days=20))
    client.get(address(post))
    assert remove_old_downloads(timezone.now() + timedelta(days=29)) == 0, "it was asked for again"
    assert remove_old_downloads(timezone.now() + timedelta(days=31)) == 1
    assert not file.exists()
    assert client.get(address(post)).status_code == 200
    assert all(Path(site.MEDIA_ROOT, each.path).exists() for each in post.asset.files.all())


@pytest.mark.parametrize("full", ["_coding", "_here"])
def test_while_too_many_files_are_made_others_read_when_to_come_back(client, post, monkeypatch, full):
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.01)
    semaphore = getattr(turns.turn.__self__, full)
    held = 0
    while semaphore.acquire(blocking=False):
        held += 1
    try:
        response = client.get(address(post))
    finally:
        for _ in range(held):
            semaphore.release()
    assert held
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "private, no-store"
    assert "Try again" in response.text
    assert client.get(address(post)).status_code == 200


def test_a_format_that_cannot_hold_the_picture_is_not_offered(client):
    author = make_user()
    post = make_post(author, asset=make_asset_row(author, width=16_384, height=100))
    offered = [choice.form.name for choice in post_menu(post, reads_prompt=True).groups[0].choices]
    assert offered == ["PNG", "JPEG", "AVIF"]
    with pytest.raises(Invalid) as refusal:
        download_of(post.asset, WEBP, post_label(post, with_prompt=False))
    assert refusal.value.code == "format_cannot_hold"
    response = client.get(address(post, "webp"))
    assert response.status_code == 422
    assert "too large for a WebP file" in response.text


def test_what_a_format_refuses_is_told_and_no_error(client, post, monkeypatch):
    def refuse(*_args):
        raise ValueError("encoding error 6")

    monkeypatch.setattr(files, "labelled", refuse)
    response = client.get(address(post, "webp"))
    assert response.status_code == 422
    assert "too large for a WebP file" in response.text


@pytest.mark.django_db(transaction=True)
def test_the_same_file_asked_for_by_many_at_once_is_made_once(post, monkeypatch):
    label, made = post_label(post, with_prompt=True), []
    make = files._make
    monkeypatch.setattr(files, "_make", lambda *args: made.append(1) or make(*args))
    answers = at_once(*(lambda: download_of(post.asset, FORMATS["jpg"], label) for _ in range(4)))
    assert {answer.sha256 for answer in answers} == {Download.objects.get().sha256}
    assert made == [1]


def test_what_was_stored_is_given_as_long_as_it_is_true(client, post):
    assert client.get(address(post, "png")).status_code == 200
    assert not Download.objects.exists()
    post.asset.files.update(says="")
    assert client.get(address(post, "png")).status_code == 200
    assert Download.objects.get().format == PNG.extension


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_a_take_is_its_makers_alone_in_every_format(client, extension):
    maker = make_user("maker")
    make_checkpoint()
    take = make_take(maker, prompt="zxtake, 1girl")
    place = f"/takes/{take.pk}/file.{extension}"
    assert client.get(place).status_code == 302
    client.login(username=make_user("mod", role="moderator").username, password=PASSWORD)
    assert client.get(place).status_code == 404
    client.login(username="maker", password=PASSWORD)
    response = client.get(place, {"download": ""})
    assert response["Content-Disposition"] == f'attachment; filename="irodori-take-{take.pk}.{extension}"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == FORMATS[extension].mime
    assert b"zxtake" in response.content
    without = client.get(place, {"download": "", "prompt": "0"})["Content-Disposition"]
    assert without == f'attachment; filename="irodori-take-{take.pk}-no-prompt.{extension}"'
    assert b"zxtake" not in client.get(place, {"prompt": "0"}).content


@pytest.mark.parametrize("extension", ["gif", "svg", "PNG", "jpeg"])
def test_there_are_no_other_formats(client, post, extension):
    assert client.get(address(post, extension)).status_code == 404
    make_checkpoint()
    take = make_take(post.author)
    client.login(username="author", password=PASSWORD)
    assert client.get(f"/takes/{take.pk}/file.{extension}").status_code == 404
