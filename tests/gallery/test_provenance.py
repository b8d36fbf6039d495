"""The texts that say how a picture was made."""

import json
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from gallery.provenance import (
    COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    GENERATOR_VERSION,
    TRAINED_ALGORITHMIC_MEDIA,
    EmbeddingEntry,
    LoraEntry,
    Recipe,
    parameters_text,
    xmp_packet,
)
from tests.factories import make_recipe

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
# Copied from `infotext_utils.py` of stable-diffusion-webui 1.10: what its readers make of the last line.
A1111_PARAMETER = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')


def a1111_reads(text):
    """The settings as `parse_generation_parameters` of A1111 reads them, with prompt and negative prompt."""
    *lines, last = text.strip().split("\n")
    found = A1111_PARAMETER.findall(last)
    if len(found) < 3:
        lines, found = [*lines, last], []
    whole = "\n".join(lines)
    prompt, _, negative = whole.partition("\nNegative prompt: ")
    values = {key: json.loads(value) if value.startswith('"') else value for key, value in found}
    return values | {"Prompt": prompt, "Negative prompt": negative}


def properties(packet):
    root = ElementTree.fromstring(packet)
    return {node.tag.removeprefix(IPTC): node.text for node in root.iter() if node.tag.startswith(IPTC)}


def test_parameters_are_written_as_a1111_writes_them():
    assert parameters_text(make_recipe()) == (
        "1girl, red hair\n"
        "Negative prompt: blurry\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 64x48, "
        f"Model hash: 0123456789, Model: tiny, Version: Irodori {GENERATOR_VERSION}"
    )


def edited_recipe(**fields):
    """A recipe with everything in it that can be."""
    return make_recipe(
        clip_skip=2,
        vae="bright, v2",
        loras=(
            LoraEntry("ink", "ab" * 32, 0.8, 0.8),
            LoraEntry("bold", "ab" * 32, weights_sha256="ef" * 32),
            LoraEntry("unknown"),
        ),
        embeddings=(EmbeddingEntry("bad-hands", "cd" * 32),),
        denoise=0.35,
        mask_blur=4,
        hires_scale=1.5,
        hires_steps=8,
        hires_denoise=0.5,
        hires_upscaler="latent",
        **fields,
    )


def test_edits_are_written_under_a1111s_own_keys():
    read = a1111_reads(parameters_text(edited_recipe()))
    assert {name: read[name] for name in read.keys() - a1111_reads(parameters_text(make_recipe())).keys()} == {
        "Clip skip": "2",
        "VAE": "bright, v2",
        "Denoising strength": "0.35",
        "Mask blur": "4",
        "Hires upscale": "1.5",
        "Hires steps": "8",
        "Hires upscaler": "Latent",
        "Lora hashes": "ink: ababababab, bold: efefefefefef",
        "TI hashes": "bad-hands: cdcdcdcdcd",
    }
    # Without a source, A1111 writes the second pass's strength there.
    assert a1111_reads(parameters_text(make_recipe(hires_denoise=0.5)))["Denoising strength"] == "0.5"


def test_without_the_prompt_what_it_names_is_not_said_either():
    bare = parameters_text(edited_recipe(), include_prompt=False)
    assert "ink" not in bare
    assert "bad-hands" not in bare
    assert "Denoising strength: 0.35" in bare


def test_what_was_drawn_over_a_picture_from_outside_is_labelled_composite():
    packet = properties(xmp_packet(make_recipe(composite=True), include_prompt=False))
    assert packet["DigitalSourceType"] == COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    assert COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA.endswith("/compositeWithTrainedAlgorithmicMedia")


def test_a_whole_recipe_survives_json():
    recipe = edited_recipe(outpaint=(8, 0, 16, 0), composite=True)
    assert json.loads(json.dumps(recipe.to_dict())) == recipe.to_dict()
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_what_is_unknown_is_left_out():
    recipe = Recipe(prompt="a cat", steps=4, cfg=6.5)
    assert parameters_text(recipe) == f"a cat\nSteps: 4, CFG scale: 6.5, Version: Irodori {GENERATOR_VERSION}"


@pytest.mark.parametrize("name", ["model, v2", "C:model", 'say "hi", model', "two\nlines", "猫, モデル", "plain"])
def test_values_that_would_break_the_line_are_quoted(name):
    assert a1111_reads(parameters_text(make_recipe(model_name=name)))["Model"] == name


@given(
    st.text(st.characters(exclude_categories=["C"]), max_size=60).filter(lambda text: "Negative prompt" not in text),
    st.text(st.characters(exclude_categories=["C"]), max_size=60),
)
def test_a1111_reads_back_what_was_written(prompt, model):
    read = a1111_reads(parameters_text(make_recipe(prompt="x" + prompt, model_name="m" + model)))
    # A1111 strips blanks around what it reads, and so do its own writers.
    assert read["Prompt"] == "x" + prompt
    assert read["Model"].strip() == ("m" + model).strip()
    assert (read["Seed"], read["Size"], read["Negative prompt"]) == ("42", "64x48", "blurry")


def test_without_the_prompt_only_harmless_settings_are_left():
    read = a1111_reads(parameters_text(make_recipe(), include_prompt=False))
    assert read["Prompt"] == read["Negative prompt"] == ""
    assert "Seed" not in read
    assert (read["Model"], read["Steps"], read["Sampler"]) == ("tiny", "20", "Euler a")


def test_the_label_says_in_iptcs_words_that_a_model_drew_it():
    assert properties(xmp_packet(make_recipe(), include_prompt=True)) == {
        "DigitalSourceType": TRAINED_ALGORITHMIC_MEDIA,
        "AISystemUsed": "tiny via Irodori",
        "AISystemVersionUsed": f"Irodori {GENERATOR_VERSION}, model 0123456789",
        "AIPromptInformation": "1girl, red hair",
    }


def test_the_label_without_prompt_keeps_the_rest():
    whole = properties(xmp_packet(make_recipe(), include_prompt=True))
    del whole["AIPromptInformation"]
    assert properties(xmp_packet(make_recipe(), include_prompt=False)) == whole


@given(st.text(min_size=1, max_size=80))
def test_the_label_is_well_formed_whatever_the_prompt(prompt):
    shown = properties(xmp_packet(Recipe(prompt=prompt), include_prompt=True)).get("AIPromptInformation") or ""
    harmless = [char for char in prompt if char.isprintable() and char < "\ufffe"]
    assert [char for char in shown if char.isprintable() and char < "\ufffe"] == harmless


def test_a_recipe_survives_json_and_drops_what_cannot_be_stored():
    recipe = make_recipe(prompt="a\x00b\ud800c")
    assert recipe.prompt == "abc"
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict())) | {"of_a_later_version": 1}) == recipe


def test_the_version_in_pictures_is_the_projects():
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == GENERATOR_VERSION
