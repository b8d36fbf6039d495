"""What a file shows of its origin, and which of it is believed."""

import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings as site

from gallery import posts
from gallery.ingest.signing import site_credentials
from gallery.models import User
from gallery.uploads import evidence_of
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user
from tests.gallery.uploads.crafted import A1111, png, sent, signed_by_stranger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    settings.C2PA_DIR = tmp_path / "c2pa"
    site_credentials()


@pytest.fixture
def owner() -> User:
    return make_user()


def test_a_file_that_says_nothing_is_no_evidence(owner: User) -> None:
    evidence = evidence_of(sent(owner, png()))
    assert (evidence.label, evidence.recipe, evidence.raw, evidence.rest) == (None, None, "", {})


def test_what_was_drawn_here_needs_none() -> None:
    assert evidence_of(make_asset()).label is None


def test_a_generators_own_data_are_evidence_and_a_recipe(owner: User) -> None:
    evidence = evidence_of(sent(owner, png(parameters=A1111)))
    assert evidence.label == ("generated", "metadata")
    assert evidence.recipe is not None
    assert (evidence.recipe.prompt, evidence.recipe.seed, evidence.recipe.generator) == (
        "night sky",
        5,
        "AUTOMATIC1111",
    )
    assert evidence.raw == A1111


@pytest.mark.parametrize(
    ("source_type", "label"),
    [
        ("trainedAlgorithmicMedia", ("generated", "metadata")),
        ("compositeWithTrainedAlgorithmicMedia", ("composite", "metadata")),
        ("digitalCapture", None),
        ("digitalCreation", None),
    ],
)
def test_a_mark_of_ai_is_believed_and_one_of_a_human_is_not(owner: User, source_type: str, label: object) -> None:
    assert evidence_of(sent(owner, png(source_type=source_type))).label == label


def test_a_download_of_this_site_brings_its_manifest(owner: User, client) -> None:
    post = make_post(recipe=make_recipe(prompt="an evening"), asset=make_asset(image=make_image(96, 64)))
    data = client.get(f"/media/{post.asset.key}/original.png?download").content
    evidence = evidence_of(sent(owner, data))
    assert evidence.manifest is not None
    assert (evidence.manifest.state, evidence.label) == ("trusted", ("generated", "c2pa"))
    assert evidence.recipe is not None
    assert (evidence.recipe.prompt, evidence.recipe.generator) == ("an evening", "Irodori")


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_an_authors_word_does_not_come_back_as_a_signature_of_this_site(owner: User, client, extension: str) -> None:
    asset = sent(make_user(), png())
    posts.publish(asset.owner, asset, recipe=None, tags=["1girl"], rating="g", ai_level="human", ai_evidence="declared")
    data = client.get(f"/media/{asset.key}/original.{extension}?download").content
    evidence = evidence_of(sent(owner, data))
    assert evidence.manifest is not None
    assert (evidence.manifest.state, evidence.label) == ("trusted", None)


def test_a_changed_manifest_counts_as_a_word_in_the_file(owner: User) -> None:
    asset = make_asset(image=make_image(96, 64))
    data = Path(site.MEDIA_ROOT, asset.files.get(variant="original").path).read_bytes()
    chunk = b"tEXt" + b"Comment\x00hello"
    chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    evidence = evidence_of(sent(owner, data[:33] + chunk + data[33:]))
    assert evidence.manifest is not None
    assert evidence.manifest.state == "invalid"
    assert "assertion.dataHash.mismatch" in evidence.manifest.codes
    assert evidence.label == ("generated", "metadata")


@pytest.mark.parametrize(
    ("source_type", "label"),
    [("trainedAlgorithmicMedia", ("generated", "c2pa")), ("digitalCapture", None), ("noSuchType", None)],
)
def test_a_stranger_is_believed_that_it_is_ai_only(
    owner: User, tmp_path: Path, source_type: str, label: object
) -> None:
    data = signed_by_stranger(png(make_image(96, 64)), tmp_path / "stranger", source_type)
    evidence = evidence_of(sent(owner, data))
    assert evidence.manifest is not None
    assert evidence.manifest.state == "untrusted"
    assert evidence.label == label


def test_whom_the_operator_trusts_is_believed_that_it_is_a_photo(owner: User, tmp_path: Path, settings) -> None:
    data = signed_by_stranger(png(make_image(96, 64)), tmp_path / "camera", "digitalCapture")
    anchors = tmp_path / "anchors.pem"
    anchors.write_text("\n".join(path.read_text() for path in (tmp_path / "camera").glob("*root*.pem")))
    settings.C2PA_ANCHORS = str(anchors)
    evidence = evidence_of(sent(owner, data))
    assert evidence.manifest is not None
    assert (evidence.manifest.state, evidence.label) == ("trusted", ("human", "c2pa"))
