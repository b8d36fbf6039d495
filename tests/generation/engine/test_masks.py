"""What of a mask reaches the model: as diffusers itself cuts it out, and thin strokes too."""

import random

import pytest
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageDraw
from torch.nn import functional

from generation.engine import EngineJob
from generation.engine.framing import Frame
from generation.engine.inpainting import latent_mask
from generation.engine.masks import region_around, vanishes
from tests.generation.engine.driving import ellipse, picture

SIZES = [(64, 64), (96, 64), (64, 96)]


def spots(number: int, size: tuple[int, int]) -> Image.Image:
    """Some lines and discs, always the same for a number: from a single pixel to most of the picture."""
    chance = random.Random(number)
    image = Image.new("L", size, 0)
    draw = ImageDraw.Draw(image)
    for _one in range(chance.randint(1, 3)):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        across, down, width = chance.randrange(60), chance.randrange(60), chance.choice((1, 2, 4, 9))
        if chance.random() < 0.5:
            draw.line((x, y, x + across, y + down), 255, width)
        else:
            draw.ellipse((x, y, x + across // 3, y + down // 3), 255)
    image.putpixel((chance.randrange(size[0]), chance.randrange(size[1])), 255)
    return image


def mask_of(image: Image.Image) -> torch.Tensor:
    pixels = torch.tensor(list(image.tobytes()), dtype=torch.float32).reshape(1, 1, image.height, image.width)
    return (pixels >= 128).float()


@pytest.mark.parametrize("number", range(40))
def test_the_part_around_a_mask_is_the_one_that_diffusers_cuts_out(number: int) -> None:
    mask = spots(number, random.Random(number).choice([(200, 140), (90, 300), (64, 64)]))
    for size in SIZES:
        for padding in (0, 7, 90, 256):
            expected = VaeImageProcessor.get_crop_region(mask, *size, pad=padding)
            assert region_around(mask, size, padding) == tuple(expected)


@pytest.mark.parametrize("number", range(40))
def test_what_vanishes_is_what_the_model_gets_no_pixel_of(number: int) -> None:
    mask, answers = spots(number, (320, 200)), set()
    for blur in (0, 3, 12):
        for padding in (None, 0, 16):
            for size in SIZES:
                one = EngineJob(
                    id=1, checkpoint="", prompt="", width=size[0], height=size[1],
                    source=picture(320, 200), mask=mask, mask_blur=blur, only_masked=padding,
                )  # fmt: skip
                pixels = Frame(one, picture(320, 200), 8).mask_pixels()
                assert pixels is not None
                answers.add(vanishes(mask, blur, size, padding))
                assert vanishes(mask, blur, size, padding) == (not pixels.any()), (blur, padding, size)
    assert answers


def test_some_vanish_and_some_dont() -> None:
    assert {vanishes(spots(number, (320, 200)), 3, (64, 64)) for number in range(40)} == {True, False}


@pytest.mark.parametrize("scale_factor", [2, 4, 8])
def test_of_a_thin_stroke_each_square_that_it_touches_is_painted(scale_factor: int) -> None:
    for start, end, width in (
        ((9, 10), (50, 10), 1),
        ((9, 3), (9, 60), 3),
        ((3, 3), (60, 31), 1),
        ((61, 62), (61, 62), 1),
    ):
        image = Image.new("L", (64, 64), 0)
        ImageDraw.Draw(image).line((*start, *end), 255, min(width, scale_factor - 1))
        mask = mask_of(image)
        touched = functional.max_pool2d(mask, scale_factor)
        assert torch.equal(latent_mask(mask, scale_factor, mask), touched), (start, end)


def test_a_stroke_beside_a_larger_spot_is_painted_too() -> None:
    image = Image.new("L", (64, 64), 0)
    image.paste(255, (0, 0, 24, 24))
    image.paste(255, (33, 41, 61, 44))
    small = latent_mask(mask_of(image), 8, torch.zeros(1))
    assert small[0, 0, 5, 4:8].tolist() == [1, 1, 1, 1]
    assert small[0, 0, :3, :3].all()
    assert small.sum() == 13


@pytest.mark.parametrize("image", [ellipse(64, 64), ellipse(80, 48), ellipse(128, 96)], ids=["64", "80", "128"])
def test_of_what_is_thicker_than_a_square_the_stock_pipelines_squares_are_painted(image: Image.Image) -> None:
    mask = mask_of(image)
    stock = functional.interpolate(mask, size=(image.height // 8, image.width // 8))
    assert torch.equal(latent_mask(mask, 8, mask), stock)
