"""Pictures that are to be posted: kept once, told of only to those who may know."""

import io
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from gallery import ingest, posts
from gallery.errors import Invalid, NotNow
from gallery.ingest import child, find_duplicate, keep_sent, keep_upload, sent, uploads
from gallery.ingest.missing import make_missing
from gallery.models import Asset, AssetFile, AssetOrigin, Post, UploadAllowance, User
from gallery.pictures.metadata import Metadata
from generation import masks
from generation.models import Mask
from tests.factories import PASSWORD, make_asset, make_image, make_recipe, make_user
from tests.gallery.pictures.files import drawing, saved
from tests.gallery.threads import at_once

VISITOR = AnonymousUser()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def send(owner: User, content: bytes, name: str = "cat.png") -> Asset:
    return keep_sent(owner, io.BytesIO(content), len(content), name)


def posted(asset: Asset, **fields: Any) -> Post:
    post = posts.publish(asset.owner, asset, recipe=make_recipe(), tags=["cat"], rating="g")
    Post.objects.filter(pk=post.pk).update(**fields)
    return post


def test_it_has_a_clean_original_previews_and_what_its_file_was(media: Path) -> None:
    content = saved(drawing(1000, 500), "JPEG")
    asset = send(make_user(), content, "C:\\pictures\\cat\u202egnp.exe.jpg")
    assert (asset.origin, asset.width, asset.height) == ("sent", 1000, 500)
    kinds = {(file.variant, file.format): (file.width, file.height) for file in asset.files.all()}
    previews = {"180": (180, 90), "360": (360, 180), "720": (720, 360), "sample": (850, 425), "b360": (360, 180)}
    assert kinds == {("bare", "jpg"): (1000, 500)} | {
        (variant, kind): size for variant, size in previews.items() for kind in ("webp", "avif")
    }
    assert len(asset.thumbhash) > 20
    arrival = AssetOrigin.objects.get(asset=asset)
    assert arrival.file_sha256 == ingest.sent.hashlib.sha256(content).hexdigest()
    assert (arrival.file_name, arrival.file_format) == ("catgnp.exe.jpg", "jpg")
    assert (arrival.blocks, arrival.found, arrival.c2pa) == ({}, None, None)
    assert all((media / file.path).stat().st_size == file.size_bytes for file in asset.files.all())
    assert not list(media.glob(".part-*"))


def test_the_same_file_again_is_the_same_asset_and_costs_nothing() -> None:
    mira, content = make_user(), saved(drawing(), "PNG")
    asset = send(mira, content)
    posted(asset)
    assert send(mira, content, "other.png") == asset
    assert send(make_user(), content) != asset
    assert UploadAllowance.objects.get(user=mira).files == 1
    # To draw over it is another thing: that one goes away when nothing uses it.
    assert keep_upload(mira, drawing()) != asset


@pytest.mark.django_db(transaction=True)
def test_the_same_file_at_the_same_moment_is_one_asset() -> None:
    mira, content = make_user(), saved(drawing(), "PNG")
    made = at_once(*[lambda: send(mira, content)] * 3)
    assert len(set(made)) == Asset.objects.count() == AssetOrigin.objects.count() == 1
    assert UploadAllowance.objects.get().files == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_or_mask_to_draw_with_at_the_same_moment_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look for it before either has it."""
    mira, image = make_user(), drawing()
    mask = saved(image.convert("L").point(lambda grey: 255 * (grey > 99)), "PNG")
    for module, act, model in (
        (uploads, lambda: keep_upload(mira, image), Asset),
        (masks, lambda: masks.keep_mask(mira, io.BytesIO(mask), len(mask)), Mask),
    ):
        both, look = Barrier(2), module._known

        def known(*asked: Any, both: Barrier = both, look: Any = look) -> Any:
            found = look(*asked)
            with suppress(BrokenBarrierError):
                both.wait(3)  # the second looks of both come one after the other
            return found

        monkeypatch.setattr(module, "_known", known)
        made = at_once(act, act)
        assert len(set(made)) == model.objects.count() == 1
    assert UploadAllowance.objects.get().files == 2


def test_whoever_has_sent_enough_keeps_nothing_more(settings: Any, media: Path) -> None:
    settings.UPLOADS_PER_DAY = 1
    mira = make_user()
    send(mira, saved(drawing(), "PNG"))
    before = sorted(media.rglob("*"))
    with pytest.raises(Invalid) as caught:
        send(mira, saved(drawing(50, 50), "PNG"))
    assert caught.value.code == "uploads_spent"
    assert (sorted(media.rglob("*")), Asset.objects.count()) == (before, 1)


def test_when_too_many_are_being_opened_it_says_so(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_CHILDREN = 1
    monkeypatch.setattr(child, "WAIT_SECONDS", 0.1)
    content = saved(drawing(), "PNG")
    with child._slot(), pytest.raises(NotNow) as caught:
        send(make_user(), content)
    assert (caught.value.code, caught.value.status) == ("upload_busy", 503)
    assert send(make_user(), content)


def test_what_a_file_said_fits_into_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"a\0b": ["\ud800 half", 1.5, float("nan"), 2**40, True, None, {"": "\0"}]}
    assert sent._storable(said) == {"ab": ["? half", 1.5, None, 2**40, True, None, {"": ""}]}
    assert Metadata() == Metadata({}, None, None)
    asset = send(make_user(), saved(drawing(), "PNG"))
    AssetOrigin.objects.filter(asset=asset).update(blocks=sent._storable(said))


def test_a_post_of_it_shows_its_own_format(client: Client) -> None:
    mira = make_user("mira")
    asset = send(mira, saved(drawing(300, 200), "WEBP"))
    address = f"/media/{asset.key}/original.webp"
    assert client.get(address).status_code == 404, "nobody else's before it is posted"
    post = posted(asset)
    assert (post.file_type, post.file_size) == ("webp", asset.files.get(variant="bare").size_bytes)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/media/{asset.key}/180.avif")["Content-Type"] == "image/avif"
    assert client.get(f"/media/{asset.key}/bare.webp").status_code == 404
    page = client.get(f"/posts/{post.pk}").content.decode()
    assert address in page
    assert "WebP, 300 × 200" in page
    assert page.index('type="image/avif" srcset="/media/') < page.index('class="picture__image"')
    client.login(username="mira", password=PASSWORD)
    assert client.get(address).status_code == 200


def test_the_site_works_with_pictures_of_an_older_version(client: Client, media: Path) -> None:
    post = posted(make_asset(image=make_image(800, 600)))
    AssetFile.objects.filter(asset=post.asset).exclude(variant__in=["original", "bare", "360"]).delete()
    AssetFile.objects.filter(asset=post.asset, format="avif").delete()
    Asset.objects.update(thumbhash="")
    for address in (f"/posts/{post.pk}", "/posts", "/", "/posts.json"):
        page = client.get(address)
        assert page.status_code == 200
        assert b"image/avif" not in page.content
    assert make_missing(Asset.objects.get()) == 7
    assert len(Asset.objects.get().thumbhash) > 20
    assert make_missing(Asset.objects.get()) == 0
    label = b"trainedAlgorithmicMedia"
    assert all(label in (media / file.path).read_bytes() for file in AssetFile.objects.all())
    assert b"image/avif" in client.get("/posts").content


@pytest.mark.parametrize(
    ("fields", "knows_member"),
    [({}, True), ({"rating": "e"}, False), ({"status": "removed"}, False), ({"status": "quarantined"}, False)],
    ids=["public", "explicit", "removed", "quarantined"],
)
def test_a_duplicate_is_shown_to_those_who_may_reach_it(fields: dict[str, str], knows_member: bool) -> None:
    content = saved(drawing(), "PNG")
    asset = send(make_user(), content)
    digests = {"file_sha256": asset.arrival.file_sha256, "pixel_sha256": asset.pixel_sha256}
    for name, digest in digests.items():
        assert not find_duplicate(asset.owner, **{name: digest}).waits, "a draft is no duplicate"
    post = posted(asset, **fields)
    for name, digest in digests.items():
        for viewer in (VISITOR, make_user()):
            found = find_duplicate(viewer, **{name: digest})
            assert found.post == (post if knows_member else None)
            assert found.waits == ("status" in fields)
        found = find_duplicate(asset.owner, **{name: digest})
        assert (found.post == post) == (fields.get("status") != "quarantined")
    assert find_duplicate(VISITOR, file_sha256="0" * 64, pixel_sha256="0" * 64) == ingest.Duplicate()
    assert find_duplicate(VISITOR) == ingest.Duplicate()


def test_what_hides_a_duplicate_makes_no_difference() -> None:
    answers = set()
    for number, fields in enumerate(({"status": "appealed"}, {"status": "removed"}, {"status": "quarantined"})):
        asset = send(make_user(), saved(drawing(20 + number, 20), "PNG"))
        posted(asset, **fields)
        answers.add(find_duplicate(VISITOR, pixel_sha256=asset.pixel_sha256))
    assert len(answers) == 1


def test_the_same_pixels_in_another_format_are_a_duplicate() -> None:
    post = posted(send(make_user(), saved(drawing(), "PNG")))
    again = send(make_user(), saved(drawing(), "WEBP", lossless=True))
    assert find_duplicate(again.owner, pixel_sha256=again.pixel_sha256).post == post


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Asset, {"origin": "found"}),
        (AssetFile, {"format": "gif"}),
        (AssetOrigin, {"file_sha256": "abc"}),
        (AssetOrigin, {"file_format": "svg"}),
    ],
    ids=["origin", "format", "digest", "file format"],
)
def test_the_database_holds_what_is_promised(model: Any, fields: dict[str, str]) -> None:
    send(make_user(), saved(drawing(), "PNG"))
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**fields)


def test_a_blurred_variant_shows_nothing_but_colours(media: Path) -> None:
    """Black letters on white would be edges; there is none left."""
    image = Image.new("RGB", (600, 600), "white")
    image.paste("black", (290, 0, 310, 600))
    asset = send(make_user(), saved(image, "PNG"))
    with Image.open(media / asset.files.get(variant="b360", format="webp").path) as blur:
        row = [blur.convert("L").getpixel((x, 180)) for x in range(blur.width)]
    assert max(abs(one - other) for one, other in pairwise(row)) < 12
    assert min(row) > 100
