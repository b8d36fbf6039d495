"""Files of every generator, built by their formats' documents, give the recipe they were made with."""

import json

import pytest

from gallery.provenance.readers import GENERATORS, Blocks, Found, declared_source, generator_name, read
from tests.gallery.provenance.readers import files
from tests.gallery.provenance.readers.samples import SAMPLES


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_a_file_gives_the_typed_parts_of_its_recipe(sample):
    found = read(files.blocks_of(sample.build()))
    assert found is not None
    assert (found.generator, found.version) == (sample.generator, sample.version)
    assert (found.recipe.generator, found.recipe.version) == (sample.generator, sample.version)
    assert {name: getattr(found.recipe, name) for name in sample.typed} == sample.typed
    assert found.raw


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_what_was_found_survives_json(sample):
    blocks = files.blocks_of(sample.build())
    found = read(blocks)
    assert Blocks.from_dict(json.loads(json.dumps(blocks.to_dict()))) == blocks
    assert Found.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found


def test_every_generator_is_among_the_samples_and_has_a_short_key():
    named = {sample.generator for sample in SAMPLES} | {"Irodori"}
    assert named == set(GENERATORS.values())


def test_a_generator_is_known_by_key_and_by_name():
    for typed, name in (
        ("a1111", "AUTOMATIC1111"),
        ("SD.Next", "SD.Next"),
        ("sdnext", "SD.Next"),
        ("draw things", "Draw Things"),
        ("Unheard", "Unheard"),
    ):
        assert generator_name(typed) == name


CAMERA = {"make": "Fuji", "model": "X100", "software": "Darktable 4"}


@pytest.mark.parametrize(
    "build",
    [
        lambda: files.png(),
        lambda: files.png(image=files.picture("RGBA")),
        lambda: files.png({"Software": "GIMP 3.0", "Comment": "Created with GIMP", "Description": "my cat"}),
        lambda: files.png({"prompt": "not a graph", "workflow": "[1, 2]"}),
        lambda: files.png({"parameters": '{"some": "json", "of": ["another", "program"]}'}),
        lambda: files.saved("JPEG", exif=files.exif(b"ASCII\0\0\0Lens: 35mm, Filter: none, ISO: 200", **CAMERA)),
        lambda: files.saved("WEBP", exif=files.exif(files.unicode_comment("holiday, 2024: the beach"), **CAMERA)),
        lambda: files.saved("AVIF", xmp=files.described("<xmp:CreatorTool>Adobe Photoshop 25.0</xmp:CreatorTool>")),
        lambda: files.saved("JPEG", comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90"),
        lambda: files.saved("JPEG", exif=files.exif("{}")),
    ],
    ids=["plain", "alpha", "gimp", "other-prompt", "other-json", "camera", "note", "photoshop", "gd", "empty-json"],
)
def test_other_files_hold_no_generator_data(build):
    blocks = files.blocks_of(build())
    assert read(blocks) is None
    assert declared_source(blocks) is None


def test_a_file_of_both_is_comfyuis_and_keeps_the_text():
    sample = next(sample for sample in SAMPLES if sample.name == "comfyui-and-a1111.png")
    found = read(files.blocks_of(sample.build()))
    assert found.rest["parameters"].endswith("Version: v1.10.1")
