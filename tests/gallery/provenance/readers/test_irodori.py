"""Our own files, read back into the recipe they were written from."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gallery.provenance import EmbeddingEntry, LoraEntry, Recipe, labelled_png, parameters_text, xmp_packet
from gallery.provenance.readers import Blocks, read
from tests.factories import make_recipe
from tests.gallery.provenance.readers import files

# Characters that XML carries and line ends that it doesn't change; blanks at the ends are nobody's prompt.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.just("\n"),
    max_size=80,
).map(str.strip)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9 _.-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
    lambda name: name.lower() != "none"
)
FILE_NAMES = NAMES.filter(lambda name: "." not in name)
DIGITS = st.text("0123456789abcdef", min_size=10, max_size=10)
RATIOS = st.integers(1, 99).map(lambda number: number / 100)
COUNTS = st.integers(1, 2**31 - 1)
LORAS = st.lists(
    st.builds(LoraEntry, FILE_NAMES, DIGITS, st.just(1.0), st.just(1.0))
    | st.builds(LoraEntry, FILE_NAMES, weights_sha256=st.text("0123456789abcdef", min_size=12, max_size=12)),
    max_size=3,
    unique_by=lambda entry: entry.name.lower(),
)


@st.composite
def recipes(draw):
    values = {
        "prompt": draw(WORDS),
        "negative_prompt": draw(WORDS),
        "model_name": draw(FILE_NAMES),
        "model_hash": draw(DIGITS | st.just("")),
        "sampler": draw(st.sampled_from(["Euler a", "DPM++ 2M", "UniPC", "LCM"])),
        "scheduler": draw(st.sampled_from(["", "Karras", "Exponential"])),
        "steps": draw(COUNTS),
        "cfg": draw(RATIOS | st.none()),
        "seed": draw(st.integers(-(2**63), 2**63 - 1)),
        "width": draw(COUNTS),
        "clip_skip": draw(COUNTS | st.none()),
        "vae": draw(FILE_NAMES | st.just("")),
        "loras": tuple(draw(LORAS)),
        "embeddings": tuple(
            draw(
                st.lists(st.builds(EmbeddingEntry, FILE_NAMES, DIGITS), max_size=2, unique_by=lambda entry: entry.name)
            )
        ),
        "mask_blur": draw(COUNTS | st.none()),
        "guidance": draw(RATIOS | st.none()),
        "refiner": draw(FILE_NAMES | st.just("")),
        "refiner_switch": draw(RATIOS | st.none()),
        "rng": draw(st.sampled_from(["", "CPU"])),
        "vae_hash": draw(DIGITS | st.just("")),
    }
    values["height"] = values["width"]
    if draw(st.booleans()):
        values |= {
            "hires_scale": draw(RATIOS),
            "hires_steps": draw(COUNTS),
            "hires_denoise": draw(RATIOS),
            "hires_upscaler": draw(st.sampled_from(["latent", "lanczos", "other"])),
        }
    else:
        values |= {"denoise": draw(RATIOS | st.none()), "composite": draw(st.booleans())}
    return Recipe(**values)


@given(recipes())
def test_a_recipe_comes_back_as_it_was_written(recipe):
    assume(not any(mark in f"{recipe.prompt}" for mark in ("<lora:", "<lyco:")))
    blocks = Blocks(
        texts=(("parameters", parameters_text(recipe)),), xmp=xmp_packet(recipe, include_prompt=True).decode()
    )
    assert read(blocks).recipe == recipe


@pytest.mark.parametrize(
    ("prompt", "negative"),
    [
        ("a\nNegative prompt: b", "c"),
        ("Steps: 1, Sampler: 2, Seed: 3", ""),
        ("a\nSteps: 1, Sampler: 2, Seed: 3, Version: Irodori 9", "d\nSteps: 5, Sampler: 6, Seed: 7"),
        ("", "only what is unwanted"),
        ("{{a}}", ""),
    ],
    ids=["negative-inside", "settings-inside", "both-inside", "no-prompt", "braces"],
)
def test_prompts_that_look_like_the_format_come_back(prompt, negative):
    recipe = make_recipe(prompt=prompt, negative_prompt=negative, model_hash="0123456789")
    data = labelled_png(files.picture(), recipe, include_prompt=True)
    assert read(files.blocks_of(data)).recipe == recipe


def test_a_file_without_its_prompt_gives_the_rest():
    recipe = make_recipe(loras=(LoraEntry("ink", "ab" * 32),))
    found = read(files.blocks_of(labelled_png(files.picture(), recipe, include_prompt=False)))
    assert (found.generator, found.recipe.prompt, found.recipe.seed, found.recipe.loras) == ("Irodori", "", None, ())
    assert (found.recipe.steps, found.recipe.model_name) == (20, "tiny")


def test_networks_of_the_prompt_keep_their_weights():
    recipe = make_recipe(
        prompt="a <lora:ink:0.5:0.7>", model_hash="0123456789", loras=(LoraEntry("ink", "ab" * 5, 0.7, 0.5),)
    )
    assert read(files.blocks_of(labelled_png(files.picture(), recipe, include_prompt=True))).recipe == recipe
