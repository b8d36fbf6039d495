"""A1111's text and its dialects, taken apart."""

from dataclasses import replace

import pytest

from gallery.provenance import LoraEntry
from gallery.provenance.parameters import parameters_text
from gallery.provenance.readers import Blocks, read
from gallery.provenance.readers.infotext import read_infotext, read_settings
from gallery.provenance.readers.names import GENERATORS

LINE = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"


def recipe_of(text):
    return read(Blocks(texts=(("parameters", text),))).recipe


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ('Steps: 20, Model: "a, b: c", Seed: 1', {"Steps": "20", "Model": "a, b: c", "Seed": "1"}),
        (r'Steps: 20, Note: "say \"hi\",\nthen", Seed: 1', {"Steps": "20", "Note": 'say "hi",\nthen', "Seed": "1"}),
        ('Steps: 20, Hashes: {"a": "b, c: d"}, Seed: 1', {"Steps": "20", "Hashes": {"a": "b, c: d"}, "Seed": "1"}),
        ('Steps: 20, L: [{"weight":0.5,"n":"x, y: z"}]', {"Steps": "20", "L": [{"weight": 0.5, "n": "x, y: z"}]}),
        ("Steps: 20, L: [broken, Seed: 1", {"Steps": "20", "L": "[broken", "Seed": "1"}),
        ('Steps: 20, Q: "unfinished, Seed: 1', {"Steps": "20", "Q": '"unfinished', "Seed": "1"}),
        ("Steps: 20, Empty: , Seed: 1", {"Steps": "20", "Empty": "", "Seed": "1"}),
        (
            "Steps: 20, Hires resize: 1x2, ControlNet 0: Module: canny, Weight: 1",
            {"Steps": "20", "Hires resize": "1x2", "ControlNet 0": "Module: canny", "Weight": "1"},
        ),
    ],
    ids=["quoted", "escaped", "object", "list", "broken-list", "broken-quote", "empty", "nested"],
)
def test_settings_are_read(line, settings):
    assert read_settings(line) == settings


def test_a_prompt_may_speak_of_steps_and_of_negative_prompts():
    prompt = "a stair\nSteps: many, Sampler: none, Seed: of doubt\nmore"
    text = f"{prompt}\nNegative prompt: rail\nNegative prompt: wall\n{LINE}"
    recipe = recipe_of(text)
    assert recipe.prompt == prompt
    assert recipe.negative_prompt == "rail\nNegative prompt: wall"
    assert recipe.steps == 20


def test_lines_after_the_settings_belong_to_them():
    parts = read_infotext(f"a stair\n{LINE}\nTemplate: a {{stair|ramp}}\nNegative Template: rail")
    assert (parts.prompt, parts.settings["Steps"]) == ("a stair", "20")
    assert parts.settings["Template"] == "a {stair|ramp}"


def test_line_ends_of_windows_are_line_ends():
    recipe = recipe_of(f"a stair\r\nNegative prompt: rail\r\n{LINE}")
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a stair", "rail", 1)


def test_weights_of_networks_are_text_encoder_first():
    recipe = recipe_of(f"a <lora:one:0.8> <lora:two words:0.5:0.9> <lyco:three:te=0.1:unet=0.2> <lora:four>\n{LINE}")
    assert recipe.loras == (
        LoraEntry("one", "", 0.8, 0.8),
        LoraEntry("two words", "", 0.9, 0.5),
        LoraEntry("three", "", 0.2, 0.1),
        LoraEntry("four"),
    )


@pytest.mark.parametrize(
    ("said", "generator", "version"),
    [
        ("Version: v1.10.1", "AUTOMATIC1111", "v1.10.1"),
        ("Version: 1.6.0", "AUTOMATIC1111", "1.6.0"),
        ("Version: f0.0.17v1.8.0rc-latest-276-g29be1da7", "Forge", "f0.0.17v1.8.0rc-latest-276-g29be1da7"),
        ("Version: neo", "Forge", "neo"),
        ("App: SD.Next, Version: 8d8c4ab", "SD.Next", "8d8c4ab"),
        ("Backend: Diffusers, Version: 4867dafa", "SD.Next", "4867dafa"),
        ("Version: 4867dafa", "SD.Next", "4867dafa"),
        ("Version: ComfyUI", "ComfyUI", ""),
        ("Version: ComfyUI, Civitai resources: []", "ComfyUI", ""),
        ("Civitai resources: [], Civitai metadata: {}", "Civitai", ""),
        ("Other: x", "AUTOMATIC1111", ""),
    ],
    ids=[
        "a1111",
        "a1111-old",
        "forge",
        "neo",
        "sdnext",
        "sdnext-backend",
        "sdnext-commit",
        "comfyui",
        "comfyui-civitai",
        "civitai",
        "nobody",
    ],
)
def test_the_version_tells_the_programs_apart(said, generator, version):
    found = read(Blocks(texts=(("parameters", f"a stair\n{LINE}, {said}"),)))
    assert (found.generator, found.version) == (generator, version)


@pytest.mark.parametrize("generator", sorted(set(GENERATORS.values())))
def test_a_file_from_here_names_its_program_once_however_often_it_goes_round(generator):
    recipe = replace(recipe_of(f"a stair\n{LINE}"), generator=generator, version="1.2")
    for _round in range(2):
        found = read(Blocks(texts=(("parameters", parameters_text(recipe)),)))
        assert (found.generator, found.version) == (generator, "1.2")
        recipe = found.recipe


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("Steps: 99999999999", "Steps", "99999999999"),
        ("Steps: 1e3", "Steps", "1e3"),
        ("Steps: -5", "Steps", "-5"),
        ("Steps: ２０", "Steps", "２０"),
        ("CFG scale: nan", "CFG scale", "nan"),
        ("CFG scale: inf", "CFG scale", "inf"),
        ("CFG scale: 1_0", "CFG scale", "1_0"),
        ("Denoising strength: 7", "Denoising strength", "7"),
        ("Seed: 9223372036854775808", "Seed", "9223372036854775808"),
        ("Size: huge", "Size", "huge"),
        ("Model hash: not hexadecimal", "Model hash", "not hexadecimal"),
        (f"Model: {'m' * 201}", "Model", "m" * 201),
        (f"Sampler: {'s' * 61}", "Sampler", "s" * 61),
    ],
    ids=[
        "steps-huge",
        "steps-exponent",
        "steps-negative",
        "steps-wide",
        "cfg-nan",
        "cfg-inf",
        "cfg-underscore",
        "denoise",
        "seed",
        "size",
        "hash",
        "model",
        "sampler",
    ],
)
def test_what_fits_no_column_is_kept_beside_them(said, name, value):
    found = read(Blocks(texts=(("parameters", f"a stair\nSteps: 20, {said}, Version: v1, Clip skip: 1"),)))
    assert found.rest[name] == value
    assert found.recipe.clip_skip == 1


def test_a_seed_that_just_fits_is_kept():
    assert recipe_of("a\nSteps: 20, Seed: 9223372036854775807, Version: v1").seed == 2**63 - 1
