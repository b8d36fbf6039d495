"""Pictures in a bucket, from being sent to being repaired, over HTTP against a server that speaks S3."""

import hashlib
import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from django.urls import reverse

from gallery import posts
from gallery.errors import NotNow
from gallery.ingest import checking, keep_sent
from gallery.ingest.store import store
from gallery.models import Asset, AssetFile, AssetOrigin, Download, Post, UploadAllowance, User
from gallery.similar.upkeep import hash_pictures
from gallery.storing import OutOfReach, content_of, discard, is_there, kept_at, listed
from gallery.storing.bucket import MediaBucket
from generation.masks import keep_mask, picture_of
from tests.factories import make_asset, make_image, make_mask, make_post, make_recipe, make_user
from tests.gallery.pictures.files import drawing, saved
from tests.gallery.storing.server import BUCKET, PREFIX, client, s3_server, storages
from tests.gallery.test_check_media import run as check

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(autouse=True)
def bucket(server: str, settings: Any, tmp_path: Path) -> Any:
    """boto3's client of the emptied bucket that the site uses; nothing may land in the folder."""
    settings.MEDIA_ROOT, settings.STORAGES = tmp_path / "media", storages(server)
    settings.MEDIA_ROOT.mkdir()
    outside = client(server)
    for key in keys(outside):
        outside.delete_object(Bucket=BUCKET, Key=key)
    yield outside
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def keys(outside: Any) -> set[str]:
    return {entry["Key"] for entry in outside.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


@pytest.fixture
def nowhere() -> str:
    """The address of a server that is down."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def send(owner: User, picture: bytes) -> Asset:
    return keep_sent(owner, io.BytesIO(picture), len(picture), "cat.png")


def fetched(address: str) -> tuple[bytes, Any]:
    with urlopen(address, timeout=30) as answer:
        return answer.read(), answer.headers


def test_the_seam_itself(bucket: Any) -> None:
    kept = store(b"some bytes", "png")
    assert kept.path == "{0[0]}{0[1]}/{0[2]}{0[3]}/{0}.png".format(hashlib.sha256(b"some bytes").hexdigest())
    assert store(b"some bytes", "png") == kept
    assert keys(bucket) == {f"{PREFIX}/{kept.path}"}
    assert (content_of(kept.path), is_there(kept.path)) == (b"some bytes", True)
    assert [(file.path, file.kept_at) for file in listed()] == [(kept.path, kept_at(kept.path))]
    assert bucket.head_object(Bucket=BUCKET, Key=f"{PREFIX}/{kept.path}")["ContentType"] == "image/png"
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=f"{PREFIX}/{kept.path}")["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"], "its owner's alone"
    discard(kept.path)
    discard(kept.path)
    assert (is_there(kept.path), kept_at(kept.path), list(listed())) == (False, None, [])
    with pytest.raises(FileNotFoundError):
        content_of(kept.path)


def test_another_sites_prefix_is_none_of_ours(bucket: Any) -> None:
    bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}-two/ab/cd/x.png", Body=b"theirs")
    assert list(listed()) == []


def test_a_picture_is_sent_published_shown_and_downloaded(client: Client, bucket: Any) -> None:
    asset = send(make_user("haru"), saved(drawing(400, 300), "PNG"))
    post = posts.publish(asset.owner, asset, recipe=make_recipe(), tags=["cat"], rating="g")
    assert keys(bucket) == {f"{PREFIX}/{path}" for path in AssetFile.objects.values_list("path", flat=True)}
    page = client.get(f"/posts/{post.pk}").content.decode()
    assert f"/media/{asset.key}/" in page
    assert "X-Amz" not in page
    preview = client.get(f"/media/{asset.key}/180.webp")
    content, _headers = fetched(preview["Location"])
    assert hashlib.sha256(content).hexdigest() == AssetFile.objects.get(variant="180", format="webp").sha256
    answer = client.get(f"/media/{asset.key}/original.jpg?download")
    assert answer.status_code == 302
    content, headers = fetched(answer["Location"])
    made = Download.objects.get(format="jpg")
    assert hashlib.sha256(content).hexdigest() == made.sha256
    assert f"{PREFIX}/{made.path}" in keys(bucket)
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == f'attachment; filename="irodori-{post.pk}.jpg"'


def test_readers_are_sent_to_an_address_that_soon_ends_after_the_question_whether_they_may(client: Client) -> None:
    post = make_post()
    path = f"/media/{post.asset.key}/original.png"
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["response-content-type"] == ["image/png"]
    assert query["response-cache-control"] == ["private, no-store"]
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    head = client.head(path)
    with urlopen(Request(head["Location"], method="HEAD"), timeout=30) as looked:
        assert looked.status == 200
    Post.objects.filter(pk=post.pk).update(status="removed")
    refused = client.get(path)
    assert (refused.status_code, "Location" in refused) == (404, False)
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 404


def test_without_its_signature_an_address_is_of_no_use_to_the_server(client: Client, server: str) -> None:
    """moto signs nothing off, so what is asked is that the signature covers name, headers and end."""
    answer = client.get(f"/media/{make_post().asset.key}/original.png")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert {"X-Amz-Signature", "X-Amz-Date", "X-Amz-Credential"} <= query.keys()
    assert "secret" not in answer["Location"]


def test_the_site_hands_the_bytes_over_itself_where_it_should(client: Client, server: str, settings: Any) -> None:
    settings.STORAGES = storages(server, through_site=True)
    post = make_post()
    answer = client.get(f"/media/{post.asset.key}/original.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "private, no-cache"
    assert hashlib.sha256(answer.content).hexdigest() == AssetFile.objects.get(variant="original").sha256


def test_a_lost_object_is_404(client: Client, bucket: Any) -> None:
    post = make_post()
    bucket.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{AssetFile.objects.get(variant='original').path}")
    assert client.get(f"/media/{post.asset.key}/original.png").status_code == 404


def test_masks_come_back(client: Client) -> None:
    mask = make_mask(make_user("haru"))
    assert picture_of(mask).mode == "L"
    client.force_login(mask.owner, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("generation:mask", args=[mask.pk]))
    assert fetched(answer["Location"])[0] == content_of(mask.path)


def test_check_media_finds_and_repairs(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_asset(image=make_image(400, 300))
    code, said = check()
    assert (code, said.endswith("All is well.\n")) == (0, True)
    orphan, lost = store(b"nobody's", "png"), AssetFile.objects.get(variant="180", format="webp")
    other = AssetFile.objects.get(variant="360", format="avif")
    bucket.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{lost.path}")
    bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{other.path}", Body=b"other bytes")
    code, said = check("--repair", "--quick")
    assert (code, "are younger than" in said, is_there(orphan.path)) == (0, True, True)
    bucket.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{lost.path}")
    monkeypatch.setattr(checking, "GRACE_SECONDS", -60)
    code, said = check()
    assert code == 1
    assert all(path in said for path in (orphan.path, lost.path, other.path))
    code, said = check("--repair")
    assert code == 0, said
    assert {f"{PREFIX}/{path}" for path in AssetFile.objects.values_list("path", flat=True)} == keys(bucket)
    assert hashlib.sha256(content_of(other.path)).hexdigest() == other.sha256
    assert check()[0] == 0


def test_leftovers_of_opened_files_are_found_in_the_folder(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    left = settings.MEDIA_ROOT / ".part-abc"
    left.mkdir()
    (left / "received").write_bytes(b"x")
    monkeypatch.setattr(checking, "GRACE_SECONDS", -60)
    assert ".part-abc" in check()[1]
    assert check("--repair")[0] == 0
    assert not left.exists()


def test_a_server_that_is_down_is_told_of_and_nothing_is_kept(nowhere: str, settings: Any) -> None:
    settings.STORAGES = storages(nowhere)
    haru = make_user()
    with pytest.raises(NotNow) as refused:
        send(haru, saved(drawing(400, 300), "PNG"))
    assert refused.value.code == "upload_no_room"
    with pytest.raises(NotNow):
        keep_mask(haru, io.BytesIO(saved(half_white(), "PNG")), 0)
    assert [model.objects.count() for model in (Asset, AssetFile, AssetOrigin, UploadAllowance)] == [0] * 4
    code, said = check()
    assert code == 2
    assert "can't be looked at" in said


def half_white() -> Any:
    image = make_image(64, 64, (0, 0, 0)).convert("L")
    image.paste(255, (0, 0, 32, 64))
    return image


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_server_that_fails_in_the_middle_leaves_only_what_is_tidied_up(
    at: int, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, calls = MediaBucket._save, [0]

    def failing(self: MediaBucket, name: str, content: Any) -> str:
        calls[0] += 1
        if calls[0] > at:
            raise OutOfReach("gone")
        return save(self, name, content)

    haru, picture = make_user(), saved(drawing(400, 300), "PNG")
    monkeypatch.setattr(MediaBucket, "_save", failing)
    with pytest.raises(NotNow):
        send(haru, picture)
    monkeypatch.setattr(MediaBucket, "_save", save)
    assert len(keys(bucket)) == at
    assert [model.objects.count() for model in (Asset, AssetFile, AssetOrigin, UploadAllowance)] == [0] * 4
    monkeypatch.setattr(checking, "GRACE_SECONDS", -60)
    assert check("--repair")[0] == 0
    assert keys(bucket) == set()


@pytest.mark.parametrize("through_site", [True, False])
def test_readers_get_a_sentence_while_the_server_is_down(
    through_site: bool, client: Client, nowhere: str, settings: Any
) -> None:
    post = make_post(asset=make_asset(image=make_image(400, 300)))
    settings.STORAGES = storages(nowhere, through_site=through_site)
    for path in ("original.png", "180.webp", "original.jpg?download"):
        answer = client.get(f"/media/{post.asset.key}/{path}")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "get at its files" in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
        assert "127.0.0.1" not in answer.content.decode()


def test_no_picture_counts_as_unreadable_while_the_server_is_down(nowhere: str, settings: Any) -> None:
    asset = make_asset()
    asset.hash.delete()
    reachable, settings.STORAGES = settings.STORAGES, storages(nowhere)
    assert hash_pictures() == 0
    settings.STORAGES = reachable
    assert hash_pictures() == 1
    asset.refresh_from_db()
    assert asset.hash.quality is not None


def test_a_bucket_that_is_not_there_is_no_lost_file(server: str, settings: Any) -> None:
    settings.STORAGES = storages(server, bucket_name="another")
    with pytest.raises(OutOfReach, match="NoSuchBucket"):
        content_of("ab/cd/x.png")
    with pytest.raises(HTTPError):
        fetched(f"{server}/another/ab/cd/x.png")
