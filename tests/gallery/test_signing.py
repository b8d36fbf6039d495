"""What the site signs with: its own authority, the operator's certificate, or nothing; no picture is lost for it."""

import logging
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as site
from django.core.management import call_command

from config.prepare import make_signing_key
from gallery.ingest import signing
from gallery.ingest.signing import site_credentials, trust_anchors
from gallery.ingest.signing_check import files_can_be_signed
from gallery.models import Download
from gallery.provenance.c2pa import SigningError, read_manifest
from tests.factories import make_asset, make_checkpoint, make_image, make_post, make_take, make_user
from tests.gallery.provenance.test_authority import write_chain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.C2PA_DIR = tmp_path / "c2pa"


def content_of(file):
    return Path(site.MEDIA_ROOT, file.path).read_bytes()


def state_of(content, mime="image/png"):
    return read_manifest(content, mime, trust_anchors())


def test_what_is_drawn_is_signed_at_once_and_its_bare_twin_too():
    asset = make_asset(image=make_image(200, 160))
    for variant in ("original", "bare"):
        file = asset.files.get(variant=variant)
        found = state_of(content_of(file))
        assert (found.state, found.signer) == ("trusted", "Irodori")
        assert [action for action, _source in found.actions] == ["c2pa.created"]
        assert len(file.says) == 64
    assert all(state_of(content_of(file), "image/webp") is None for file in asset.files.filter(format="webp"))


def test_a_take_drawn_over_another_names_it():
    maker = make_user()
    make_checkpoint()
    first = make_take(maker)
    second = make_take(maker, source_take=first.pk, strength=0.5)
    assert second.asset.drawn_over == first.asset
    for variant in ("original", "bare"):
        found = state_of(content_of(second.asset.files.get(variant=variant)))
        assert found.state == "trusted"
        assert [action for action, _source in found.actions] == ["c2pa.opened", "c2pa.edited"]
        assert found.ingredients == ("Picture that it was drawn over",)


def test_a_long_line_of_edits_is_cut_off(monkeypatch):
    maker = make_user()
    make_checkpoint()
    take = make_take(maker)
    sizes = []
    for _ in range(3):
        take = make_take(maker, source_take=take.pk, strength=0.5)
        content = content_of(take.asset.files.get(variant="bare"))
        assert state_of(content).ingredients == ("Picture that it was drawn over",)
        sizes.append(content.count(b"c2pa.claim.v2"))
    assert sizes[0] < sizes[1] < sizes[2]
    monkeypatch.setattr(signing, "LONGEST_LINEAGE", 9000)
    last = content_of(make_take(maker, source_take=take.pk, strength=0.5).asset.files.get(variant="bare"))
    assert state_of(last).ingredients == ("Picture that it was drawn over",)
    assert state_of(last).state == "trusted"
    assert last.count(b"c2pa.claim.v2") < sizes[0]


@pytest.mark.parametrize("damage", ["lost", "cut", "its manifest"])
def test_what_was_drawn_over_may_be_damaged(damage):
    maker = make_user()
    make_checkpoint()
    take = make_take(maker)
    path = Path(site.MEDIA_ROOT, take.asset.files.get(variant="bare").path)
    content = path.read_bytes()
    if damage == "lost":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[:-30])
    else:
        begin = content.index(b"caBX") + 4
        path.write_bytes(content[:begin] + b"\xff" * 400 + content[begin + 400 :])
    found = state_of(content_of(make_take(maker, source_take=take.pk, strength=0.5).asset.files.get(variant="bare")))
    assert found.state == "trusted"
    assert found.actions[0][0] == "c2pa.opened"
    assert found.ingredients == ("Picture that it was drawn over",)


def test_the_start_makes_the_key_and_says_who_signs(settings):
    assert not settings.C2PA_DIR.exists()
    assert files_can_be_signed() == []
    assert not settings.C2PA_DIR.exists(), "a check makes nothing"
    assert "Irodori" in make_signing_key()
    assert files_can_be_signed() == []


def test_the_operators_certificate_takes_the_place_of_the_sites_own(client, settings, tmp_path):
    before = make_post()
    chain, key, _top = write_chain(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    settings.C2PA_CERT, settings.C2PA_KEY = str(chain), str(key)
    assert "The operator" in make_signing_key()
    post = make_post()
    content = client.get(f"/media/{post.asset.key}/original.webp").content
    assert (state_of(content, "image/webp").state, state_of(content, "image/webp").signer) == (
        "trusted",
        "The operator",
    )
    # What the site's own authority signed before is still trusted.
    assert state_of(content_of(before.asset.files.get(variant="original"))).state == "trusted"


def test_others_can_be_trusted_too(settings, tmp_path):
    asset = make_asset()
    content = content_of(asset.files.get(variant="original"))
    root = tmp_path / "c2pa" / "root.pem"
    settings.C2PA_DIR = tmp_path / "another site"
    site_credentials()
    assert state_of(content).state == "untrusted"
    settings.C2PA_ANCHORS = str(root)
    assert state_of(content).state == "trusted"
    listed = tmp_path / "list.pem"
    listed.write_text(f"# Société des photos, 写真\n{root.read_text()}", encoding="utf-8")
    settings.C2PA_ANCHORS = str(listed)
    assert state_of(content).state == "trusted"
    settings.C2PA_ANCHORS = str(tmp_path / "nowhere.pem")
    assert state_of(content).state == "untrusted"


@pytest.mark.parametrize(
    "broken",
    [
        {"C2PA_CERT": "/nowhere/cert.pem", "C2PA_KEY": "/nowhere/key.pem"},
        {"C2PA_CERT": "/nowhere/cert.pem"},
        {"C2PA_KEY": "/nowhere/key.pem"},
        {"C2PA_DIR": Path(__file__) / "c2pa"},
    ],
    ids=["no such files", "no key", "no certificate", "no folder"],
)
def test_without_a_key_no_picture_is_lost(client, settings, caplog, broken):
    for name, value in broken.items():
        setattr(settings, name, value)
    with caplog.at_level(logging.ERROR):
        post = make_post()
    assert "couldn't be signed" in caplog.text
    for extension, mime in (("png", "image/png"), ("jpg", "image/jpeg"), ("avif", "image/avif")):
        response = client.get(f"/media/{post.asset.key}/original.{extension}")
        assert response.status_code == 200
        assert b"trainedAlgorithmicMedia" in response.content
        assert read_manifest(response.content, mime) is None
    said = StringIO()
    call_command("check", stderr=said, stdout=said)
    assert "Files are not signed" in said.getvalue()
    assert "files are not signed" in make_signing_key()


def test_once_the_key_is_back_files_are_signed_again(client, settings, tmp_path):
    settings.C2PA_DIR = Path(__file__) / "c2pa"
    post = make_post()
    address = f"/media/{post.asset.key}/original.png"
    client.get(address)
    assert [row.signed for row in Download.objects.all()] == [False]
    settings.C2PA_DIR = tmp_path / "c2pa"
    assert state_of(client.get(address).content).state == "trusted"
    assert [row.signed for row in Download.objects.all()] == [True]


def test_a_damaged_key_is_told_by_the_check(settings):
    site_credentials()
    (settings.C2PA_DIR / "signer.key").write_text("nonsense")
    with pytest.raises(SigningError):
        site_credentials()
    [warning] = files_can_be_signed()
    assert str(settings.C2PA_DIR) in warning.msg
