"""The bundled model as it ships: it loads with the stock pipelines, is tolerant of how tags are typed, and is small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
)
from PIL import Image

from generation.bundled.vocabulary import TAGS

FOLDER = Path(__file__).parents[2] / "generation" / "bundled" / "model"
MIB = 2**20


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "irodori.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def pipeline() -> StableDiffusionPipeline:
    loaded = StableDiffusionPipeline.from_pretrained(FOLDER, local_files_only=True)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def _draw(pipeline: StableDiffusionPipeline, prompt: str, seed: int = 1, **settings: Any) -> np.ndarray:
    generator = torch.Generator("cpu").manual_seed(seed)
    settings = {"num_inference_steps": 12, "guidance_scale": 2.5, **settings}
    return np.asarray(pipeline(prompt, generator=generator, **settings).images[0]).astype(int)


def test_the_folder_is_small_and_holds_no_pickles() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 35 * MIB
    assert max(path.stat().st_size for path in files) <= 15 * MIB
    assert {path.suffix for path in files} == {".json", ".md", ".safetensors"}


def test_it_loads_in_one_precision_with_the_stock_pipeline(pipeline: StableDiffusionPipeline) -> None:
    assert pipeline.unet.dtype == pipeline.vae.dtype == pipeline.text_encoder.dtype == torch.float32
    assert pipeline.unet.config.in_channels == pipeline.vae.config.latent_channels == 4
    assert pipeline.vae_scale_factor == 4


def test_the_default_size_is_the_native_one(pipeline: StableDiffusionPipeline, description: dict[str, Any]) -> None:
    shape = _draw(pipeline, "1girl", num_inference_steps=2).shape
    assert shape == (description["native_height"], description["native_width"], 3)


def test_the_same_seed_gives_the_same_pixels(pipeline: StableDiffusionPipeline) -> None:
    first = _draw(pipeline, "1girl, red hair, blue background")
    np.testing.assert_array_equal(first, _draw(pipeline, "1girl, red hair, blue background"))
    assert np.abs(first - _draw(pipeline, "1girl, red hair, blue background", seed=2)).mean() > 2


@pytest.mark.parametrize(
    ("tag", "colour"),
    [
        ("white_background", (250, 250, 250)),
        ("black_background", (25, 25, 25)),
        ("red_background", (215, 35, 40)),
        ("yellow_background", (240, 215, 60)),
        ("green_background", (55, 155, 70)),
        ("blue_background", (60, 105, 205)),
    ],
)
def test_the_background_has_the_colour_asked_for(
    pipeline: StableDiffusionPipeline, tag: str, colour: tuple[int, int, int]
) -> None:
    picture = _draw(pipeline, f"1girl, black_hair, {tag}", seed=5)
    corners = np.concatenate([picture[4:20, 4:20].reshape(-1, 3), picture[4:20, -20:-4].reshape(-1, 3)])
    assert np.abs(np.median(corners, axis=0) - colour).max() < 70


@pytest.mark.parametrize("background", ["green", "purple", "white", "black"])
def test_image_to_image_keeps_the_background_at_low_strength(
    pipeline: StableDiffusionPipeline, background: str
) -> None:
    source = Image.fromarray(_draw(pipeline, f"1girl, blonde hair, {background} background").astype(np.uint8))
    again = StableDiffusionImg2ImgPipeline(**pipeline.components, requires_safety_checker=False)
    again.set_progress_bar_config(disable=True)
    changed = _draw(again, "1girl, blonde hair, smile", image=source, strength=0.3, num_inference_steps=20)
    assert changed.shape == (128, 128, 3)
    corner = np.asarray(source).astype(int)[4:16, 4:16]
    assert np.abs(changed[4:16, 4:16].mean(axis=(0, 1)) - corner.mean(axis=(0, 1))).max() < 12


def _round_trip(pipeline: StableDiffusionPipeline, picture: np.ndarray) -> np.ndarray:
    scaled = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        decoded = pipeline.vae.decode(pipeline.vae.encode(scaled).latents).sample
    return ((decoded[0].permute(1, 2, 0) / 2 + 0.5).clamp(0, 1) * 255).round().int().numpy()


MASK_TOP, MASK_BOTTOM, MASK_LEFT, MASK_RIGHT = 44, 84, 36, 92
SEAM = 16  # pixels around the mask that the decoder's filters mix with what was painted


def test_inpainting_changes_nothing_beyond_the_masks_seam(pipeline: StableDiffusionPipeline) -> None:
    source = _draw(pipeline, "1girl, toon-head (style), red hair, blue background, green dress", seed=4)
    picture = Image.fromarray(source.astype(np.uint8))
    mask = np.zeros((128, 128), np.uint8)
    mask[MASK_TOP:MASK_BOTTOM, MASK_LEFT:MASK_RIGHT] = 255
    inpaint = StableDiffusionInpaintPipeline(**pipeline.components, requires_safety_checker=False)
    inpaint.set_progress_bar_config(disable=True)
    tags = "1girl, toon-head (style), red hair, blue background, closed eyes, open mouth"
    painted = _draw(
        inpaint, tags, seed=7, image=picture, mask_image=Image.fromarray(mask), strength=1.0, width=128, height=128
    )
    rows, columns = np.mgrid[:128, :128]
    away = np.maximum.reduce([MASK_TOP - rows, rows - MASK_BOTTOM + 1, MASK_LEFT - columns, columns - MASK_RIGHT + 1])
    assert np.abs(painted - _round_trip(pipeline, source))[away > SEAM].max() <= 2
    assert np.abs(painted - source)[mask > 0].mean() > 4
    # Laid over the source as the stock pipeline's image processor does it, the rest is the source itself.
    laid = inpaint.image_processor.apply_overlay(
        Image.fromarray(mask), picture, Image.fromarray(painted.astype(np.uint8))
    )
    np.testing.assert_array_equal(np.asarray(laid.convert("RGB"))[away > 0], source[away > 0])


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("red hair, blue background", ["red hair", "blue background"]),
        ("blue_background red_hair 1girl smile", ["blue background", "red hair", "1girl", "smile"]),
        ("(red hair:1.3), ((smile)), [monster]", ["red hair", "smile", "monster"]),
        ("masterpiece, best quality, Blond Hair", ["blonde hair"]),
        ("1GIRL,LONG_HAIR,gray hair", ["1girl", "long hair", "grey hair"]),
        ("smiley, horns, unicorns", ["horns"]),
        ("one-eyed, one eyed", ["one-eyed", "one-eyed"]),
        ("adventurer_(style), toon-head \\(style\\)", ["adventurer (style)", "toon-head (style)"]),
        ("moustache \\(big\\)", ["mustache"]),
        ("1girl\nred\u3000hair", ["1girl", "red hair"]),
        ("a photograph of a cat", []),
        ("", []),
    ],
)
def test_tags_are_understood_however_they_are_typed(
    pipeline: StableDiffusionPipeline, typed: str, understood: list[str]
) -> None:
    numbers = pipeline.tokenizer(typed).input_ids
    assert numbers[0] == 1
    assert numbers[-1] == 0
    assert [pipeline.tokenizer.convert_ids_to_tokens(number) for number in numbers[1:-1]] == understood


def test_every_known_tag_is_one_token(pipeline: StableDiffusionPipeline, description: dict[str, Any]) -> None:
    names = [tag["name"] for tag in description["known_tags"]]
    assert set(names) <= set(TAGS)
    for number, name in enumerate(names, start=2):
        assert pipeline.tokenizer(name).input_ids == [1, number, 0]
    assert {tag["category"] for tag in description["known_tags"]} == {0}


def test_the_prompts_on_offer_use_only_known_tags(
    pipeline: StableDiffusionPipeline, description: dict[str, Any]
) -> None:
    starters = [starter["prompt"] for starter in description["starter_prompts"]]
    assert len(starters) == 24
    for prompt in [*starters, *description["example_prompts"]]:
        words = [word.strip() for word in prompt.split(",")]
        assert len(pipeline.tokenizer(prompt).input_ids) == len(words) + 2


def test_the_card_credits_the_artist_and_names_the_limits() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    assert all(name in card for name in ("Johan Melin", "Lisa Wischofsky", "Ashley Seo"))
    assert "CC BY 4.0" in card
    assert "no hands" in card.lower()
    assert "python -m generation.bundled train" in card
