"""Which sentence a file is answered with, and what the answer says of it."""

import io
import shutil
import zlib
from typing import Any

import c2pa
import pytest
from django.conf import settings as site
from PIL import Image, ImageOps

from gallery.ingest import keep_sent
from gallery.ingest.signing import trust_anchors
from gallery.provenance import FORMATS, PNG
from gallery.provenance.c2pa import ManifestState, own_credentials, sign
from gallery.provenance.readers.marks import LEVELS
from gallery.uploads import publish_sent
from gallery.verifying.signature import CODES, SOURCES, signature_of
from gallery.verifying.verdict import VERDICTS, Case
from tests.factories import make_asset, make_post, make_user
from tests.gallery.downloads.bytes_of_files import exiftool
from tests.gallery.drawn import MADE_OF_IT, scene
from tests.gallery.pictures.files import chunk
from tests.gallery.provenance.readers.samples import SAMPLES
from tests.gallery.verifying.conftest import PROMPT, download, saved

pytestmark = pytest.mark.django_db

EXTENSIONS = sorted(FORMATS)
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def with_a_changed_byte(content: bytes, extension: str) -> bytes:
    """Still a picture, and nearly the same one: a pixel of a PNG, a late byte of what JPEG and AVIF keep pixels in."""
    if extension == "png":
        return with_a_changed_pixel(content)
    changed = bytearray(content)
    changed[_late_byte(content, extension)] ^= 1
    return bytes(changed)


def with_a_changed_pixel(content: bytes) -> bytes:
    """A PNG with one pixel changed, its chunks and their order kept."""
    parts, place = [], 8
    while place < len(content):
        length = int.from_bytes(content[place : place + 4])
        parts.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + length]))
        place += 12 + length
    pixels = bytearray(zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT")))
    pixels[-1] ^= 1
    first = next(number for number, part in enumerate(parts) if part[0] == b"IDAT")
    kept = [part for part in parts if part[0] != b"IDAT"]
    kept.insert(first, (b"IDAT", zlib.compress(bytes(pixels))))
    return content[:8] + b"".join(chunk(kind, data) for kind, data in kept)


def _late_byte(content: bytes, extension: str) -> int:
    if extension == "webp":
        # Whatever changes in its pixels makes another picture, or none: a letter of a text beside them.
        return content.index(b"tiny via Irodori") + 1
    if extension == "jpg":
        return content.rindex(b"\xff\xda") + (len(content) - content.rindex(b"\xff\xda")) * 9 // 10
    return content.rindex(b"mdat") + 40


def signed_by_others(folder, source_type: str, action: str = "c2pa.created") -> bytes:
    folder.mkdir(exist_ok=True)
    actions = [{"action": action, "digitalSourceType": IPTC + source_type}]
    claim = {
        "claim_generator_info": [{"name": "Camera", "version": "3"}],
        "title": "Holiday",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }
    return sign(saved(scene(7, 200, 160)), PNG.mime, claim, own_credentials(folder, "Another Site"))


def xmp(source_type: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'Iptc4xmpExt:DigitalSourceType="{IPTC}{source_type}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_download_of_any_format_is_drawn_here_and_unchanged(client, post, verify, extension):
    told = verify(download(client, post, extension))
    assert told["verdict"]["code"] == "drawn_here"
    assert told["verdict"]["title"] == "Drawn on this site and unchanged since"
    assert (told["signature"]["state"], told["signature"]["codes"]) == ("own", [])
    created, published = told["signature"]["actions"]
    assert (created["action"], created["digital_source_meaning"]) == ("c2pa.created", "made by AI")
    assert published["meaning"] == "It was published"
    assert told["generation"]["generator"] == "Irodori"
    assert told["generation"]["recipe"]["prompt"] == PROMPT
    [match] = told["matches"]
    assert (match["post_id"], match["by"], match["sureness"]) == (post.pk, "file", "same")
    assert match["post"]["ai"]["evidence"] == "site_job"
    assert told["ai"]["level"] == "generated"
    assert (told["file"]["type"], told["file"]["width"], told["file"]["height"]) == (extension, 320, 416)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_changed_byte_is_warned_of_before_the_likeness_and_says_why(client, post, verify, extension):
    told = verify(with_a_changed_byte(download(client, post, extension), extension))
    assert told["verdict"]["code"] == "changed_copy"
    assert (told["signature"]["state"], told["ai"]) == ("invalid", None)
    [reason] = told["signature"]["codes"]
    assert reason["code"] == ("assertion.bmffHash.mismatch" if extension == "avif" else "assertion.dataHash.mismatch")
    assert reason["meaning"].startswith("The file is not as it was when it was signed")
    assert [match["post_id"] for match in told["matches"]] == [post.pk]


def test_a_changed_file_of_no_post_is_changed(client, verify, tmp_path):
    content = signed_by_others(tmp_path / "other", "digitalCapture")
    told = verify(with_a_changed_byte(content, "png"))
    assert (told["verdict"]["code"], told["signature"]["state"]) == ("changed", "invalid")
    assert told["ai"] is None


@pytest.mark.parametrize("made", ["jpeg 40", "webp 50", "half the size", "mirrored", "turned by 90 degrees"])
def test_a_copy_is_recognised_by_its_look(post, verify, made):
    told = verify(saved(MADE_OF_IT[made](scene(1, 320, 416)), "JPEG"))
    assert told["verdict"]["code"] == "copy_of_drawn"
    assert told["signature"] is told["generation"] is told["declared"] is None
    [match] = told["matches"]
    assert (match["post_id"], match["by"]) == (post.pk, "look")
    assert match["sureness"] in ("same", "copy")
    assert match["turned"] == (made in ("mirrored", "turned by 90 degrees"))


def test_the_same_pixels_without_a_word_are_told_as_such(post, verify):
    told = verify(saved(scene(1, 320, 416)))
    assert told["verdict"]["code"] == "copy_of_drawn"
    assert [(match["post_id"], match["by"]) for match in told["matches"]] == [(post.pk, "pixels")]


def test_a_preview_is_the_same_file(client, post, verify):
    preview = client.get(f"/media/{post.asset.key}/360.webp").content
    told = verify(preview)
    assert (told["verdict"]["code"], told["matches"][0]["by"]) == ("same_file", "file")
    assert told["declared"]["value"] == "trainedAlgorithmicMedia"


def test_what_was_sent_is_never_called_drawn_here(client, verify):
    author, content = make_user(), saved(scene(5, 320, 240), "JPEG", quality=95)
    asset = keep_sent(author, io.BytesIO(content), len(content), "mine.jpg")
    sent = publish_sent(author, asset, tags=["cat"], rating="g", level="human")
    told = verify(download(client, sent, "jpg"))
    assert (told["verdict"]["code"], told["signature"]["state"]) == ("signed_here", "own")
    label = told["matches"][0]["post"]["ai"]
    assert (label["level"], label["evidence"]) == ("human", "declared")
    assert verify(content)["verdict"]["code"] == "same_file"
    again = saved(scene(5, 320, 240), "WEBP", quality=60)
    assert verify(again)["verdict"]["code"] == "copy_of_sent"


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_files_of_generators_say_so(verify, sample):
    told = verify(sample.build())
    assert told["verdict"]["code"] in ("ai_said", "partly_ai_said")
    assert told["generation"]["generator"] == sample.generator
    assert told["ai"]["level"] in ("generated", "composite")
    assert told["matches"] == []


def test_a_picture_without_a_word_proves_nothing(post, verify):
    told = verify(saved(scene(99, 320, 240), "JPEG"))
    assert told["verdict"]["code"] == "nothing"
    assert told["verdict"]["title"] == "Nothing is known: that proves nothing"
    assert told["signature"] is told["generation"] is told["declared"] is told["texts"] is told["ai"] is None
    assert told["matches"] == []


@pytest.mark.parametrize(
    ("source_type", "trusted", "case", "level"),
    [
        ("trainedAlgorithmicMedia", True, "ai_vouched", "generated"),
        ("trainedAlgorithmicMedia", False, "ai_said", "generated"),
        ("compositeWithTrainedAlgorithmicMedia", True, "partly_ai_said", "composite"),
        ("digitalCapture", True, "human_vouched", "human"),
        ("digitalCapture", False, "human_said", None),
        ("screenCapture", False, "signed", None),
    ],
)
def test_a_signature_of_others_weighs_as_much_as_its_signer(
    verify, settings, tmp_path, source_type, trusted, case, level
):
    content = signed_by_others(tmp_path / "other", source_type)
    if trusted:
        settings.C2PA_ANCHORS = str(tmp_path / "other" / "root.pem")
    told = verify(content)
    assert told["verdict"]["code"] == case
    assert told["signature"]["state"] == ("trusted" if trusted else "untrusted")
    assert (told["ai"] or {}).get("level") == level
    assert (told["signature"]["signer"], told["signature"]["claim_generator"]) == ("Another Site", "Camera 3")
    assert [reason["code"] for reason in told["signature"]["codes"]] == (
        [] if trusted else ["signingCredential.untrusted"]
    )


def test_a_certificate_of_the_operators_is_known_by_its_number(client, post, verify, settings, tmp_path):
    """Others may have certificates of the same authority: theirs are trusted, not this site's own."""
    own = own_credentials(_folder(tmp_path / "authority"), "Operator")
    (tmp_path / "cert.pem").write_text(own.chain)
    (tmp_path / "key.pem").write_text(own.key)
    settings.C2PA_CERT, settings.C2PA_KEY = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    assert verify(download(client, post, "png"))["signature"]["state"] == "own"
    (tmp_path / "authority" / "signer.key").unlink()
    other = own_credentials(tmp_path / "authority", "Somebody else")
    claim = {"title": "x", "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [
        {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}]}}]}  # fmt: skip
    theirs = sign(saved(scene(8, 200, 160)), PNG.mime, claim, other)
    told = verify(theirs)
    assert (told["signature"]["state"], told["verdict"]["code"]) == ("trusted", "human_vouched")


def _folder(path):
    path.mkdir()
    return path


def test_words_that_nobody_signed_are_a_claim(verify):
    told = verify(saved(scene(9, 200, 160), "JPEG", xmp=xmp("digitalCapture")))
    assert (told["verdict"]["code"], told["ai"]) == ("human_said", None)
    assert told["declared"]["meaning"] == "taken with a camera"
    told = verify(saved(scene(9, 200, 160), "JPEG", xmp=xmp("trainedAlgorithmicMedia")))
    assert (told["verdict"]["code"], told["ai"]["level"]) == ("ai_said", "generated")


def test_every_case_and_every_source_type_has_words():
    assert set(VERDICTS) == set(Case)
    assert set(SOURCES) == set(LEVELS)


@pytest.mark.parametrize("code", [*CODES, "assertion.cbor.invalid", "ingredient.manifest.mismatch", "no.such.code"])
def test_every_code_has_words(code):
    [reason] = signature_of(ManifestState("invalid", (code,)), own=False).reasons
    assert reason.code == code
    assert " " in reason.meaning


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("prompt", ["1", "0"], ids=["with prompt", "without"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_exiftool_and_the_librarys_reader_agree_with_the_page(client, post, verify, tmp_path, extension, prompt):
    content = download(client, post, extension, prompt=prompt)
    told, read = verify(content), exiftool(content, tmp_path, extension)
    assert IPTC + told["declared"]["value"] == read["DigitalSourceType"]
    written = read["Parameters" if extension == "png" else "UserComment"]
    assert told["generation"]["raw"] == written
    assert (told["generation"]["recipe"]["prompt"] or None) == read.get("AIPromptInformation")
    assert (told["file"]["width"], told["file"]["height"]) == (read["ImageWidth"], read["ImageHeight"])
    settings = {"version": 1, "verify": {"verify_trust": True}, "trust": {"user_anchors": trust_anchors()}}
    with (
        c2pa.Context(settings=c2pa.Settings.from_dict(settings)) as context,
        c2pa.Reader(FORMATS[extension].mime, io.BytesIO(content), context=context) as reader,
    ):
        assert (reader.get_validation_state(), told["signature"]["state"]) == ("Trusted", "own")
        active = reader.get_active_manifest()
    [actions] = [each["data"]["actions"] for each in active["assertions"] if each["label"] == "c2pa.actions.v2"]
    assert [action["action"] for action in told["signature"]["actions"]] == [each["action"] for each in actions]
    assert told["signature"]["manifest_title"] == active["title"]
    page = client.post("/verify", {"file": io.BytesIO(content)}).content.decode()
    assert "Drawn on this site and unchanged since" in page
    assert site.SITE_NAME in told["signature"]["signer"]
    assert "made by AI" in page
    assert ("a zebra" in page) == (prompt == "1")


def test_pictures_that_are_turned_by_their_exif_are_found_upright(post, verify):
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = scene(1, 320, 416).rotate(90, expand=True)
    told = verify(saved(lying, "JPEG", quality=95, exif=exif.tobytes()))
    assert (told["file"]["width"], told["file"]["height"]) == (320, 416)
    assert told["matches"][0]["turned"] is False


def test_a_picture_with_nothing_in_it_is_found_by_its_pixels_alone(verify):
    plain = Image.new("RGB", (64, 64), (200, 30, 40))
    post = make_post(asset=make_asset(image=plain))
    assert [match["post_id"] for match in verify(saved(plain))["matches"]] == [post.pk]
    other = ImageOps.expand(plain, 1, (200, 30, 41))
    assert verify(saved(other))["matches"] == []


def test_answers_know_what_a_stranger_says_in_a_manifest_is_text(client, tmp_path, verify):
    folder = _folder(tmp_path / "mean")
    claim: dict[str, Any] = {"title": "<script>alert(1)</script>", "assertions": [{"label": "c2pa.actions.v2", "data": {
        "actions": [{"action": "c2pa.created", "digitalSourceType": IPTC + "digitalArt"}]}}]}  # fmt: skip
    content = sign(saved(scene(3, 90, 90)), PNG.mime, claim, own_credentials(folder, "<b>Bank</b>"))
    page = client.post("/verify", {"file": io.BytesIO(content)}).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>Bank" not in page
    assert "&lt;script&gt;alert(1)" in page
