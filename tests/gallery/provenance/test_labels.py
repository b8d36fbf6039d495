"""Labels: one says the same in text, XMP and every format, and nothing of what its reader may not know."""

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import ExifTags, Image

from gallery.provenance import (
    FORMATS,
    JPEG,
    PNG,
    WEBP,
    EmbeddingEntry,
    Label,
    LoraEntry,
    Recipe,
    label_packet,
    labelled,
    labelled_preview,
    relabelled_jpeg,
    relabelled_png,
    source_type_of,
)
from tests.factories import make_image, make_recipe

CV = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def parameters_in(content):
    """The text as A1111 and its friends look for it."""
    image = opened(content)
    if image.format == "PNG":
        return image.text.get("parameters", "")
    comment = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, b"")
    assert not comment or comment.startswith(b"UNICODE\0")
    return comment[8:].decode("utf-16-be")


def xmp_in(content):
    image = opened(content)
    packet = image.text.get("XML:com.adobe.xmp", "") if image.format == "PNG" else image.info.get("xmp", b"")
    if not packet:
        return {}
    return {node.tag.split("}")[1]: node.text for node in ElementTree.fromstring(packet).iter() if node.text.strip()}


def whole_label(**fields):
    recipe = make_recipe(
        prompt="青い猫, (night:1.2)\nsecond line",
        loras=(LoraEntry("ink", "ab" * 32),),
        embeddings=(EmbeddingEntry("bad-hands", "cd" * 32),),
    )
    return replace(Label.of_drawn(recipe, include_prompt=True), writer="haru", **fields)


@pytest.mark.parametrize("extension", sorted(FORMATS))
@pytest.mark.parametrize("include_prompt", [True, False], ids=["whole", "bare"])
def test_every_format_says_the_same(extension, include_prompt):
    label = whole_label(include_prompt=include_prompt)
    content = labelled(make_image(), label, FORMATS[extension])
    assert parameters_in(content) == label.parameters
    said = {
        "DigitalSourceType": CV + "trainedAlgorithmicMedia",
        "AISystemUsed": "tiny via Irodori",
        "AISystemVersionUsed": "Irodori 0.1.0, model 0123456789",
    }
    if include_prompt:
        said |= {"AIPromptInformation": label.recipe.prompt, "AIPromptWriterName": "haru"}
    assert xmp_in(content) == said


@pytest.mark.parametrize("extension", sorted(FORMATS))
@pytest.mark.parametrize(
    ("level", "said"),
    [("human", {"DigitalSourceType": CV + "digitalCreation"}), ("unknown", {})],
    ids=["human", "unknown"],
)
def test_what_no_model_made_tells_of_no_model(extension, level, said):
    label = replace(whole_label(), source_type=source_type_of(level))
    content = labelled(make_image(), label, FORMATS[extension])
    assert parameters_in(content) == ""
    assert xmp_in(content) == said
    assert b"Irodori" not in content


def test_a_picture_of_ours_drawn_over_one_from_outside_is_composite():
    label = Label.of_drawn(make_recipe(composite=True), include_prompt=True)
    assert label.source_type == source_type_of("composite") == source_type_of("generated", composite=True)
    assert source_type_of("human", composite=True) == CV + "digitalCreation"


def test_what_is_hidden_is_part_of_no_word_of_the_label():
    label = whole_label(include_prompt=False)
    assert label.shown == replace(label.recipe, prompt="", negative_prompt="", seed=None, loras=(), embeddings=())
    told = " ".join(
        [label.parameters, label.system, label.system_version, label.prompt_writer, str(label_packet(label))]
    )
    for secret in ("猫", "blurry", "42", "ink", "bad-hands", "haru"):
        assert secret not in told


@pytest.mark.parametrize(
    "change",
    [
        {"source_type": CV + "digitalCreation"},
        {"include_prompt": False},
        {"recipe": make_recipe(prompt="another")},
        {"recipe": None},
        {"producer": "A site"},
        {"drawn_here": False},
    ],
    ids=lambda change: next(iter(change)) + str(len(str(change))),
)
def test_a_label_that_says_something_else_has_another_digest(change):
    label = whole_label()
    assert replace(label, **change).says != label.says
    assert replace(label, **change).digest != label.digest


@pytest.mark.parametrize(
    "change", [{"writer": "natsu"}, {"title": "x"}, {"published": True}, {"number": "9"}, {"credentials": "x"}], ids=str
)
def test_where_and_by_whom_it_was_published_is_not_what_it_says_about_its_making(change):
    label = whole_label()
    assert replace(label, **change).says == label.says
    assert replace(label, **change).digest != label.digest


def test_whether_a_person_vouches_alone_changes_what_is_signed_and_so_the_file():
    label = replace(whole_label(), source_type=CV + "digitalCreation")
    assert replace(label, declared=True).signed_source_type == ""
    assert replace(label, declared=True).digest != label.digest
    assert replace(whole_label(), declared=True).digest == whole_label().digest


def test_what_the_file_does_not_tell_changes_no_digest():
    bare = whole_label(include_prompt=False)
    edited = replace(bare, recipe=replace(bare.recipe, prompt="another", seed=1), writer="natsu")
    assert edited.digest == bare.digest


def test_a_prompt_that_a_jpeg_cannot_hold_is_left_out_whole():
    label = Label.of_drawn(make_recipe(prompt="long " * 20_000), include_prompt=True)
    assert parameters_in(labelled(make_image(), label, JPEG)).startswith("Steps: 20, ")
    assert b"long long" not in labelled(make_image(), label, JPEG)
    assert parameters_in(labelled(make_image(), label, WEBP)).startswith("long long")


def test_previews_hold_the_label_alone():
    label = Label.of_drawn(make_recipe(), include_prompt=False)
    for extension in ("webp", "avif"):
        content = labelled_preview(make_image(), label, FORMATS[extension])
        assert xmp_in(content)["DigitalSourceType"] == CV + "trainedAlgorithmicMedia"
        assert parameters_in(content) == ""


@pytest.mark.parametrize("prompt", ["plain", "café", "猫"], ids=["ascii", "latin", "cjk"])
def test_another_label_leaves_the_pixels_as_they_are_and_nothing_of_the_old_one(prompt):
    first = labelled(make_image(70, 50), whole_label(), PNG)
    label = Label.of_drawn(make_recipe(prompt=prompt), include_prompt=True)
    again = relabelled_png(first, label)
    assert opened(again).convert("RGB").tobytes() == opened(first).convert("RGB").tobytes()
    assert (parameters_in(again), xmp_in(again)) == (label.parameters, xmp_in(labelled(make_image(), label, PNG)))
    assert "猫, (night".encode() not in again
    assert parameters_in(relabelled_png(again, Label())) == ""


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("prompt", ["plain", "猫", "long " * 20_000], ids=["ascii", "cjk", "long"])
def test_another_label_leaves_a_jpeg_as_it_is_coded(mode, prompt):
    out = BytesIO()
    picture = make_image(70, 50).convert(mode)
    picture.save(out, "JPEG", quality=70, exif=b"Exif\0\0MM", comment="zebra", icc_profile=b"zebra", progressive=True)
    label = Label.of_drawn(make_recipe(prompt=prompt), include_prompt=True)
    again = relabelled_jpeg(out.getvalue(), label)
    assert opened(again).tobytes() == opened(out.getvalue()).tobytes()
    anew = labelled(picture.convert("RGB"), label, JPEG)
    assert (parameters_in(again), xmp_in(again)) == (parameters_in(anew), xmp_in(anew))
    assert b"zebra" not in again
    twice = relabelled_jpeg(again, Label())
    assert b"Euler" not in twice
    assert opened(twice).tobytes() == opened(again).tobytes()


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 20, 200, 0.5, -2], ids=str)
def test_half_a_jpeg_gets_no_label(cut):
    content = labelled(make_image(), whole_label(), JPEG)
    with pytest.raises(ValueError, match="JPEG"):
        relabelled_jpeg(content[: int(len(content) * cut) if isinstance(cut, float) else cut], Label())


@pytest.mark.parametrize("cut", [0, 7, 8, 20, 60, 0.5, -12], ids=str)
def test_half_a_png_gets_no_label(cut):
    content = labelled(make_image(), whole_label(), PNG)
    with pytest.raises(ValueError, match="PNG"):
        relabelled_png(content[: int(len(content) * cut) if isinstance(cut, float) else cut], Label())


def test_a_recipe_of_another_program_names_that_program():
    recipe = Recipe(prompt="a cat", model_name="nai-diffusion-3", generator="NovelAI", version="")
    label = Label(source_type=source_type_of("generated"), recipe=recipe, include_prompt=True, drawn_here=False)
    assert (label.system, label.system_version) == ("nai-diffusion-3 via NovelAI", "NovelAI")
    nobody = replace(label, recipe=replace(recipe, model_name="", generator=""))
    assert (nobody.system, nobody.system_version) == ("", "")


def test_a_webp_that_is_too_fine_is_made_coarser(monkeypatch):
    tried, save = [], Image.Image.save

    def refuse_the_finest(image, out, kind, **options):
        tried.append(options["quality"])
        if options["quality"] > 60:
            raise ValueError("encoding error 6")
        save(image, out, kind, **options)

    monkeypatch.setattr(Image.Image, "save", refuse_the_finest)
    assert parameters_in(labelled(make_image(), whole_label(), WEBP)) == whole_label().parameters
    assert tried == [92, 80, 60]
    with pytest.raises(ValueError, match="JPEG"):
        labelled(make_image(), whole_label(), JPEG)
