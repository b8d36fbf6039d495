"""Manifests written and read: what is in them, and files made to break their reader."""

import random
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.provenance import FORMATS, Label, Recipe, labelled, source_type_of
from gallery.provenance.c2pa import (
    Credentials,
    Ingredient,
    ManifestState,
    SigningError,
    manifest_of,
    own_credentials,
    own_roots,
    read_manifest,
    sign,
)
from gallery.provenance.c2pa.reading import LONGEST_TEXT, MAX_BYTES, MOST
from tests.factories import make_image, make_recipe

DRAWN = Label.of_drawn(make_recipe(prompt="zxprompt"), include_prompt=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("c2pa")


@pytest.fixture(scope="module")
def credentials(folder):
    return own_credentials(folder, "A site")


def actions(label, **options):
    [assertion] = manifest_of(label, **options)["assertions"]
    return assertion["data"]["actions"]


def test_a_manifest_holds_of_the_recipe_what_the_label_shows():
    [whole] = actions(DRAWN, has_source=False)
    assert whole["parameters"]["irodori.prompt"] == "zxprompt"
    bare = Label.of_drawn(make_recipe(prompt="zxprompt"), include_prompt=False)
    [told] = actions(bare, has_source=False)
    assert set(told["parameters"]) == {
        f"irodori.{name}" for name in ("model", "model_hash", "sampler", "steps", "guidance")
    }


def test_the_first_action_says_where_the_picture_begins():
    """The specification asks for `created` or `opened` in the first place."""
    sent = Label(drawn_here=False, published=True, source_type=source_type_of("human"))
    for label in (DRAWN, sent):
        for has_source in (True, False):
            first = actions(label, has_source=has_source)[0]["action"]
            assert first == ("c2pa.opened" if has_source else "c2pa.created")


def test_a_picture_of_which_nothing_is_known_begins_with_its_file():
    unknown = Label(drawn_here=False, published=True)
    assert actions(unknown, has_source=True) == [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["source"]}},
        {"action": "c2pa.published"},
    ]
    with pytest.raises(SigningError):
        manifest_of(unknown, has_source=False)


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_signing_again_replaces_the_manifest(folder, credentials, extension):
    form = FORMATS[extension]
    once = sign(labelled(make_image(), DRAWN, form), form.mime, manifest_of(DRAWN, has_source=False), credentials)
    bare = Label(title="again", published=True, source_type=DRAWN.source_type)
    twice = sign(once, form.mime, manifest_of(bare, has_source=False), credentials)
    found = read_manifest(twice, form.mime, own_roots(folder))
    assert (found.state, found.title, found.ingredients) == ("trusted", "again", ())
    assert twice.count(b"c2pa.signature") == once.count(b"c2pa.signature")


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_a_manifest_costs_little(credentials, extension):
    form = FORMATS[extension]
    content = labelled(make_image(600, 500), DRAWN, form)
    assert len(sign(content, form.mime, manifest_of(DRAWN, has_source=False), credentials)) - len(content) < 6000


def test_what_cannot_be_signed_is_a_clear_error(credentials):
    manifest = manifest_of(DRAWN, has_source=False)
    for content, mime in ((b"", "image/png"), (b"no picture", "image/png"), (b"no picture", "text/plain")):
        with pytest.raises(SigningError):
            sign(content, mime, manifest, credentials)
    content = labelled(make_image(), DRAWN, FORMATS["png"])
    for broken in (Credentials("", "", "es256"), Credentials(credentials.chain, "no key", "es256")):
        with pytest.raises(SigningError):
            sign(content, "image/png", manifest, broken)
    with pytest.raises(SigningError):
        sign(content, "image/png", manifest, credentials, source=Ingredient(b"no picture", "image/png", "x"))


def test_a_file_without_a_manifest_has_no_state():
    for form in FORMATS.values():
        assert read_manifest(labelled(make_image(), DRAWN, form), form.mime) is None
    assert read_manifest(b"", "image/png") is None
    assert read_manifest(b"some text", "text/plain") is None


@pytest.mark.parametrize("form", [FORMATS["jpg"], FORMATS["webp"], FORMATS["png"]], ids=lambda form: form.extension)
def test_a_manifest_that_is_said_to_be_elsewhere_is_none_of_the_files(form):
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        'dcterms:provenance="https://example.com/c2pa/picture.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    texts, out = PngInfo(), BytesIO()
    texts.add_itxt("XML:com.adobe.xmp", packet)
    make_image().save(out, form.pillow, **({"pnginfo": texts} if form == FORMATS["png"] else {"xmp": packet.encode()}))
    assert b"c2pa" in out.getvalue()
    assert read_manifest(out.getvalue(), form.mime) is None


def test_what_is_read_is_bounded(folder, credentials):
    names = [{"action": "c2pa.created", "digitalSourceType": "http://x/" + "y" * 5000}]
    names += [{"action": f"com.example.{number}"} for number in range(300)]
    manifest = {
        "claim_generator_info": [{"name": "n" * 5000, "version": "1"}],
        "title": "t" * 5000,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": names}}],
    }
    content = sign(labelled(make_image(), DRAWN, FORMATS["png"]), "image/png", manifest, credentials)
    found = read_manifest(content, "image/png", own_roots(folder))
    assert found.title == "t" * LONGEST_TEXT
    assert len(found.claim_generator) <= 2 * LONGEST_TEXT + 1
    assert len(found.actions) == MOST
    assert all(len(text) <= LONGEST_TEXT for action in found.actions for text in action)
    assert ManifestState(**found.to_dict()).title == found.title


def test_a_file_that_is_too_large_is_not_read():
    assert read_manifest(b"\0" * (MAX_BYTES + 1), "image/png") is None
    assert read_manifest(b"\0" * MAX_BYTES + b"c2pa", "image/png").codes == ("tooLarge",)


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_damaged_files_raise_nothing(folder, credentials, extension):
    form = FORMATS[extension]
    source = sign(labelled(make_image(), DRAWN, form), form.mime, manifest_of(DRAWN, has_source=False), credentials)
    content = sign(
        source,
        form.mime,
        manifest_of(DRAWN, has_source=True),
        credentials,
        source=Ingredient(source, form.mime, "Source"),
    )
    draw = random.Random(extension)
    for _ in range(150):
        broken = bytearray(content)
        for _ in range(draw.choice((1, 3, 30))):
            broken[draw.randrange(len(broken))] = draw.randrange(256)
        if draw.random() < 0.3:
            del broken[draw.randrange(len(broken)) :]
        found = read_manifest(bytes(broken), form.mime, own_roots(folder))
        assert found is None or found.state in ("trusted", "valid", "untrusted", "invalid")
    assert read_manifest(content, form.mime, own_roots(folder)).state == "trusted"


def test_broken_anchors_trust_nobody(credentials):
    content = sign(
        labelled(make_image(), DRAWN, FORMATS["png"]), "image/png", manifest_of(DRAWN, has_source=False), credentials
    )
    found = read_manifest(content, "image/png", "no certificate")
    assert found is not None
    assert found.state != "trusted"


def test_a_picture_changed_by_another_program_is_invalid(folder, credentials):
    content = sign(
        labelled(make_image(), DRAWN, FORMATS["png"]), "image/png", manifest_of(DRAWN, has_source=False), credentials
    )
    with Image.open(BytesIO(content)) as picture:
        changed = picture.convert("RGB")
    changed.putpixel((5, 5), (1, 2, 3))
    out = BytesIO()
    changed.save(out, "PNG")
    pixels, manifest = out.getvalue(), content[content.index(b"caBX") - 4 :]
    manifest = manifest[: 12 + int.from_bytes(manifest[:4])]
    forged = pixels[:33] + manifest + pixels[33:]
    found = read_manifest(forged, "image/png", own_roots(folder))
    assert found.state == "invalid"
    assert "assertion.dataHash.mismatch" in found.codes


def test_recipes_of_any_content_can_be_signed(credentials, folder):
    recipe = Recipe(prompt="x" * 50_000 + "\n\t\x01猫🐈", negative_prompt="\u202e", seed=2**63 - 1, cfg=7.123456789)
    label = Label.of_drawn(recipe, include_prompt=True)
    for form in FORMATS.values():
        content = sign(
            labelled(make_image(), label, form), form.mime, manifest_of(label, has_source=False), credentials
        )
        assert read_manifest(content, form.mime, own_roots(folder)).state == "trusted"
