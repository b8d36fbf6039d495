"""The files of an asset: sizes, labels, addresses, and a hidden prompt that is in none that others get."""

import hashlib
import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import transaction
from PIL import Image

from gallery.models import Asset, AssetFile
from gallery.pictures.pixels import dominant_color
from tests.factories import make_asset, make_image, make_recipe, make_user

pytestmark = pytest.mark.django_db

SECRET = "zebra unicorn in aquamarine rain"
SECRET_NEGATIVE = "wobbly quokka"
SECRETS = ("zebra", "unicorn", "aquamarine", "wobbly", "quokka", "987654321")
SHOWN = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def path_of(file):
    return Path(site.MEDIA_ROOT) / file.path


def all_texts_in(content):
    """The bytes themselves and whatever inflates inside them, as every encoding a text could be in."""
    parts = [content]
    for start in range(len(content) - 2):
        if content[start] & 0x0F == 8 and int.from_bytes(content[start : start + 2], "big") % 31 == 0:
            try:
                parts.append(zlib.decompressobj().decompress(content[start:]))
            except zlib.error:
                continue
    return [
        part.decode(encoding, "ignore").casefold()
        for part in parts
        for encoding in ("latin-1", "utf-16-le", "utf-16-be")
    ]


@pytest.fixture
def secret_asset():
    recipe = make_recipe(prompt=SECRET, negative_prompt=SECRET_NEGATIVE, seed=987654321)
    return make_asset(recipe=recipe, image=make_image(800, 600))


def test_each_file_lies_at_its_content_address(secret_asset):
    files = {(file.variant, file.format): file for file in secret_asset.files.all()}
    assert set(files) == {(variant, "png") for variant in ("original", "bare")} | {
        (variant, kind) for variant in ("180", "360", "720", "b360") for kind in ("webp", "avif")
    }
    for file in files.values():
        content = path_of(file).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        assert (file.sha256, file.size_bytes) == (digest, len(content))
        assert file.path == f"{digest[:2]}/{digest[2:4]}/{digest}.{file.format}"
        with Image.open(path_of(file)) as image:
            assert image.size == (file.width, file.height)
            assert image.format == {"png": "PNG", "webp": "WEBP", "avif": "AVIF"}[file.format]
    assert (files["720", "avif"].width, files["720", "avif"].height) == (720, 540)


@pytest.mark.parametrize(
    ("size", "previews"),
    [
        ((64, 48), {"180": (64, 48)}),
        ((180, 90), {"180": (180, 90)}),
        ((256, 512), {"180": (90, 180), "360": (180, 360)}),
        ((850, 400), {"180": (180, 85), "360": (360, 169), "720": (720, 339)}),
        ((1000, 4), {"180": (180, 1), "360": (360, 1), "720": (720, 3), "sample": (850, 3)}),
    ],
)
def test_previews_are_never_larger_than_the_picture(size, previews):
    asset = make_asset(image=make_image(*size))
    for kind in ("webp", "avif"):
        files = asset.files.filter(format=kind).exclude(variant="b360")
        assert {file.variant: (file.width, file.height) for file in files} == previews


def test_a_hidden_prompt_is_in_no_byte_that_others_get(secret_asset):
    for file in secret_asset.files.exclude(variant="original"):
        for text in all_texts_in(path_of(file).read_bytes()):
            assert not [word for word in SECRETS if word in text], file.variant


def test_the_search_for_hidden_bytes_finds_them_where_they_are(secret_asset):
    content = path_of(secret_asset.files.get(variant="original")).read_bytes()
    assert all(any(word in text for text in all_texts_in(content)) for word in SECRETS)
    assert any("zebra" in text for text in all_texts_in(b"xx" + zlib.compress(SECRET.encode())))


def test_every_file_says_that_a_model_drew_it(secret_asset):
    for file in secret_asset.files.all():
        assert SHOWN.encode() in path_of(file).read_bytes(), file.variant


@pytest.mark.parametrize("prompt", ["plain, (weighted:1.2)", "café", "青い猫, ねこ", 'a "b" <c> & d\nsecond line'])
def test_original_and_bare_have_the_same_pixels_and_the_text_of_a1111(prompt):
    image = make_image(90, 70)
    asset = make_asset(image=image, recipe=make_recipe(prompt=prompt))
    with Image.open(path_of(asset.files.get(variant="original"))) as original:
        assert original.convert("RGB").tobytes() == image.tobytes()
        assert original.text["parameters"].startswith(f"{prompt}\nNegative prompt: blurry\nSteps: 20, ")
    with Image.open(path_of(asset.files.get(variant="bare"))) as bare:
        assert bare.convert("RGB").tobytes() == image.tobytes()
        assert bare.text["parameters"].startswith("Steps: 20, ")


def test_what_came_attached_to_the_picture_is_not_kept():
    image = make_image()
    image.info |= {"icc_profile": b"a profile of mine", "comment": "taken at home", "exif": b"Exif\0\0secret"}
    asset = make_asset(image=image.convert("RGBA"))
    for file in asset.files.all():
        with Image.open(path_of(file)) as saved:
            assert saved.mode == "RGB"
            assert not {"icc_profile", "comment", "exif"} & set(saved.info)


def test_the_dominant_colour_is_the_most_frequent_one():
    image = Image.new("RGB", (50, 50), (250, 10, 10))
    image.paste((0, 0, 255), (0, 0, 10, 10))
    assert dominant_color(image) == "#fa0a0a"
    assert dominant_color(Image.new("RGB", (1, 1), (1, 2, 3))) == "#010203"


def test_a_rolled_back_transaction_leaves_no_row_and_no_half_file():
    owner, image = make_user(), make_image()
    before = AssetFile.objects.count()
    with transaction.atomic():
        asset = make_asset(owner, image=image)
        paths = [path_of(file) for file in asset.files.all()]
        transaction.set_rollback(True)
    assert not Asset.objects.filter(owner=owner).exists()
    assert AssetFile.objects.count() == before
    assert all(path.exists() for path in paths)
    assert not list(Path(site.MEDIA_ROOT).rglob(".part-*"))
    again = make_asset(owner, image=image)
    # Each signature is another, so that the signed files lie elsewhere; the rest of the orphans is taken up again.
    assert {path_of(file) for file in again.files.filter(format="webp")} <= set(paths)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_parameters_and_source_type_and_no_hidden_prompt(secret_asset):
    def read(variant):
        path = path_of(secret_asset.files.filter(variant=variant).exclude(format="webp").get())
        answer = subprocess.run(["exiftool", "-j", "-a", "-u", path], capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)[0]

    original = read("original")
    assert original["DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert original["Parameters"].startswith(SECRET)
    for variant in ("bare", "180", "720", "b360"):
        found = read(variant)
        assert found["DigitalSourceType"].endswith("trainedAlgorithmicMedia")
        assert not [word for word in SECRETS if word in json.dumps(found)]
