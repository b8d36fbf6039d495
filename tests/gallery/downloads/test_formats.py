"""Downloads of every format as other programs read them: exiftool, and the C2PA library's own reader."""

import json
import shutil
from io import BytesIO

import c2pa
import pytest
from PIL import Image

from gallery import posts
from gallery.ingest import keep_sent, keep_upload
from gallery.ingest.signing import trust_anchors
from gallery.provenance import FORMATS, LoraEntry
from gallery.provenance.c2pa import read_manifest
from tests.factories import (
    PASSWORD,
    make_asset,
    make_checkpoint,
    make_image,
    make_post,
    make_recipe,
    make_take,
    make_user,
)
from tests.gallery.downloads.bytes_of_files import exiftool, holds
from tests.gallery.pictures.files import chunk
from tests.gallery.uploads.crafted import png, sent, signed_by_stranger

pytestmark = pytest.mark.django_db

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
EXTENSIONS = sorted(FORMATS)
PROMPT = "a zebra, 猫, (night:1.2)"


def download(client, post, extension, **query):
    response = client.get(f"/media/{post.asset.key}/original.{extension}", {"download": ""} | query)
    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[extension].mime
    without = "-no-prompt" if query.get("prompt") == "0" else ""
    assert response["Content-Disposition"] == f'attachment; filename="irodori-{post.pk}{without}.{extension}"'
    return response.content


@pytest.fixture
def post():
    author = make_user("author")
    recipe = make_recipe(prompt=PROMPT, loras=(LoraEntry("ink", "ab" * 32),))
    asset = make_asset(author, image=make_image(200, 160), recipe=recipe)
    return make_post(author, asset=asset, recipe=recipe)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_exiftool_reads_the_label_the_settings_and_the_prompt(client, post, tmp_path, extension):
    read = exiftool(download(client, post, extension), tmp_path, extension)
    assert read["DigitalSourceType"] == IPTC + "trainedAlgorithmicMedia"
    assert read["AISystemUsed"] == "tiny via Irodori"
    assert read["AISystemVersionUsed"] == "Irodori 0.1.0, model 0123456789"
    assert read["AIPromptInformation"] == PROMPT
    assert read["AIPromptWriterName"] == "author"
    text = read["Parameters" if extension == "png" else "UserComment"]
    assert text.startswith(f"{PROMPT}\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, ")
    assert "Seed: 42" in text
    assert not [name for name in read if name in ("Warning", "Error")]


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_exiftool_reads_no_prompt_where_none_was_asked_for(client, post, tmp_path, extension):
    read = exiftool(download(client, post, extension, prompt="0"), tmp_path, extension)
    assert read["DigitalSourceType"] == IPTC + "trainedAlgorithmicMedia"
    assert read["Parameters" if extension == "png" else "UserComment"].startswith("Steps: 20, ")
    assert not {"AIPromptInformation", "AIPromptWriterName"} & set(read)
    assert "zebra" not in json.dumps(read)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_librarys_own_reader_trusts_the_manifest_and_finds_what_was_done(client, post, extension):
    content = download(client, post, extension)
    settings = {"version": 1, "verify": {"verify_trust": True}, "trust": {"user_anchors": trust_anchors()}}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    with c2pa.Reader(FORMATS[extension].mime, BytesIO(content), context=context) as reader:
        assert reader.get_validation_state() == "Trusted"
        manifest = json.loads(reader.json())
    active = manifest["manifests"][manifest["active_manifest"]]
    assert active["title"] == f"irodori-{post.pk}"
    assert active["claim_generator_info"][0]["name"] == "Irodori"
    assert "thumbnail" not in active
    [actions] = [each["data"]["actions"] for each in active["assertions"] if each["label"] == "c2pa.actions.v2"]
    created, published = actions
    assert (created["action"], created["digitalSourceType"]) == ("c2pa.created", IPTC + "trainedAlgorithmicMedia")
    assert created["softwareAgent"] == {"name": "Irodori", "version": "0.1.0"}
    told = created["parameters"]
    assert (told["irodori.model"], told["irodori.steps"], told["irodori.seed"]) == ("tiny", 20, "42")
    assert (told["irodori.prompt"], told["irodori.prompt_writer"]) == (PROMPT, "author")
    assert published["action"] == "c2pa.published"


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_changed_pixel_is_told(client, post, extension):
    content = bytearray(download(client, post, extension))
    # Where the coded pixels begin, by format.
    mark, behind = {"png": (b"IDAT", 20), "jpg": (b"\xff\xda", 40), "webp": (b"VP8 ", 40), "avif": (b"mdat", 40)}[
        extension
    ]
    content[bytes(content).rindex(mark) + behind] ^= 1
    state = read_manifest(bytes(content), FORMATS[extension].mime, trust_anchors())
    assert state.state == "invalid"
    assert state.codes == ("assertion.bmffHash.mismatch" if extension == "avif" else "assertion.dataHash.mismatch",)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_is_the_picture(client, post, extension):
    original = Image.open(BytesIO(download(client, post, "png"))).convert("RGB")
    picture = Image.open(BytesIO(download(client, post, extension)))
    assert (picture.format, picture.size) == (FORMATS[extension].pillow, (200, 160))
    average, same = (image.convert("RGB").resize((1, 1)).getpixel((0, 0)) for image in (picture, original))
    assert all(abs(one - other) <= 3 for one, other in zip(average, same, strict=True))


def glass(mode):
    """Red, half of it seen through, and one corner of it not there at all."""
    image = Image.new("RGBA", (64, 48), (200, 20, 20, 255))
    image.paste((200, 20, 20, 128), (32, 0, 64, 48))
    image.paste((0, 0, 0, 0), (0, 0, 16, 16))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_was_sent_stays_transparent_where_the_format_can(client, kind, mode, extension):
    owner, file = make_user(), BytesIO()
    glass(mode).save(file, kind, **({"lossless": True} if kind == "WEBP" else {}))
    size = file.tell()
    file.seek(0)
    post = make_post(owner, asset=keep_sent(owner, file, size, "glass"))
    with Image.open(BytesIO(download(client, post, extension))) as image:
        seen = [image.convert("RGBA").getpixel(place) for place in ((4, 4), (25, 40), (50, 24))]
    alphas = [pixel[3] for pixel in seen]
    if extension == "jpg":
        assert alphas == [255, 255, 255]
        assert min(seen[0]) > 245, "on white"
    else:
        assert alphas[0] < 8
        assert alphas[1] > 247
        assert abs(alphas[2] - 128) < 8
    assert seen[1][0] > 50


def test_a_transparent_picture_too_large_for_webp_is_told(client, monkeypatch):
    monkeypatch.setattr("gallery.provenance.labels._MOST_TRANSPARENT_WEBP", 1000)
    owner, file = make_user(), BytesIO()
    glass("RGBA").save(file, "PNG")
    size = file.tell()
    file.seek(0)
    post = make_post(owner, asset=keep_sent(owner, file, size, "glass"))
    response = client.get(f"/media/{post.asset.key}/original.webp")
    assert "too large for a WebP file" in response.content.decode()
    assert download(client, post, "avif")


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_was_drawn_over_is_an_ingredient_and_brings_no_prompt_along(client, extension):
    author = make_user("author")
    make_checkpoint()
    parent = make_take(author, prompt="zxparent, 1girl", seed=3141592653)
    child = make_take(author, prompt="1girl, smile", source_take=parent.pk, strength=0.5)
    post = make_post(author, asset=child.asset, recipe=make_recipe(prompt="1girl, smile"))
    content = download(client, post, extension)
    state = read_manifest(content, FORMATS[extension].mime, trust_anchors())
    assert state.state == "trusted"
    assert [action for action, _source in state.actions] == ["c2pa.opened", "c2pa.edited", "c2pa.published"]
    assert state.ingredients == ("Picture that it was drawn over",)
    for secret in ("zxparent", "3141592653"):
        assert not holds(content, secret)
    with c2pa.Reader(FORMATS[extension].mime, BytesIO(content)) as reader:
        whole = json.loads(reader.json())
    # The parent's own manifest is inside, without its prompt.
    [inside] = [each for name, each in whole["manifests"].items() if name != whole["active_manifest"]]
    assert "c2pa.created" in json.dumps(inside)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("state", ["trusted", "untrusted", "invalid", ""])
def test_a_manifest_that_came_with_a_sent_file_is_told_of_and_not_passed_on(
    client, settings, tmp_path, extension, state
):
    content = plain = png(make_image(200, 160))
    if state:
        content = signed_by_stranger(plain, tmp_path / "stranger", "trainedAlgorithmicMedia")
    if state == "trusted":
        settings.C2PA_ANCHORS = str(tmp_path / "stranger" / "root.pem")
    if state == "invalid":
        content = content[:-12] + chunk(b"tEXt", b"Note\0zebra12") + content[-12:]
    author = make_user("author")
    asset = sent(author, content)
    assert (asset.arrival.c2pa or {}).get("state", "") == state
    post = posts.publish(
        author, asset, recipe=None, tags=["1girl"], rating="g", ai_level="generated", ai_evidence="declared"
    )
    given = download(client, post, extension)
    with c2pa.Reader(FORMATS[extension].mime, BytesIO(given)) as reader:
        report = json.loads(reader.json())
    assert list(report["manifests"]) == [report["active_manifest"]], "whatever the other one holds"
    [ingredient] = report["manifests"][report["active_manifest"]]["ingredients"]
    told = ingredient.get("description", "")
    assert ("Some camera 1" in told and "Somebody" in told) is (state == "trusted")
    assert ("unknown to this site" in told) is (state == "untrusted")
    assert bool(told) is (state in ("trusted", "untrusted"))
    for secret in ("picture.png", "zebra12"):
        assert not holds(given, secret)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    ("level", "source_type", "made_with_ai"),
    [
        ("generated", "trainedAlgorithmicMedia", True),
        ("composite", "compositeWithTrainedAlgorithmicMedia", True),
        ("assisted", "compositeWithTrainedAlgorithmicMedia", True),
        ("human", "digitalCreation", False),
        ("unknown", None, False),
    ],
)
def test_a_sent_file_says_what_its_label_says_and_no_more(
    client, tmp_path, extension, level, source_type, made_with_ai
):
    author = make_user("author")
    recipe = make_recipe(prompt="zebra", model_name="somebodys-model", seed=31415926535)
    asset = keep_upload(author, make_image(200, 160))
    post = posts.publish(
        author, asset, recipe=recipe, tags=["1girl"], rating="g", ai_level=level, ai_evidence="declared"
    )
    client.login(username="author", password=PASSWORD)
    content = download(client, post, extension)
    read = exiftool(content, tmp_path, extension)
    assert read.get("DigitalSourceType") == (IPTC + source_type if source_type else None)
    assert ("AISystemUsed" in read) is made_with_ai
    assert "AIPromptWriterName" not in read, "who sent a file need not have written its prompt"
    assert ("Parameters" in read or "UserComment" in read) is made_with_ai
    for secret in ("zebra", "somebodys-model", "31415926535"):
        # A seed as text is one of the settings; nothing of them stands in what no model made.
        assert holds(content, secret) is made_with_ai, secret
    state = read_manifest(content, FORMATS[extension].mime, trust_anchors())
    assert state.state == "trusted"
    # That no model made it the site doesn't sign on the author's word.
    signed = IPTC + source_type if made_with_ai and source_type else ""
    assert state.actions == (("c2pa.opened", signed), ("c2pa.published", ""))
    assert state.ingredients == ("File that was sent",)
    assert (b"AlgorithmicMedia" in content or b"lgorithmicMedia" in content) is made_with_ai


def test_chinas_mark_is_written_where_the_operator_wants_it(client, post, settings, tmp_path):
    assert b"TC260" not in download(client, post, "png")
    settings.TC260 = True
    for extension in EXTENSIONS:
        read = exiftool(download(client, post, extension, prompt="0"), tmp_path, extension)
        mark = json.loads(read["Aigc"] if "Aigc" in read else read["AIGC"])
        assert (mark["Label"], mark["ContentProducer"], mark["ContentPropagator"]) == ("1", "Irodori", "Irodori")
        assert mark["ProduceID"] == post.asset.pixel_sha256[:32]
