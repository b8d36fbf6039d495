"""What a step changed, pixel for pixel."""

import random

import pytest
from PIL import Image

from generation.layers.patches import changed, cut_out, is_solid
from tests.generation.layers.lines import patched, picture, same


def test_only_what_differs_is_cut_out() -> None:
    before = picture()
    after = patched(before, (5, 6, 9, 11), (255, 0, 0))
    mask = changed(before, after)
    assert mask.getbbox() == (5, 6, 9, 11)
    left, top, part = cut_out(after, mask)
    assert (left, top, part.size) == (5, 6, (4, 5))
    assert part.getextrema()[3] == (255, 255)


def test_the_difference_of_one_step_in_one_channel_counts() -> None:
    before = Image.new("RGB", (300, 600), (10, 20, 30))
    after = before.copy()
    after.putpixel((299, 599), (10, 20, 31))
    assert changed(before, after).getbbox() == (299, 599, 300, 600)


def test_margins_are_new_and_what_lies_between_is_not() -> None:
    before = picture(20, 10)
    after = Image.new("RGB", (26, 14), "black")
    after.paste(before, (4, 3))
    mask = changed(before, after, 4, 3)
    assert [mask.getpixel(at) for at in ((3, 3), (4, 3), (23, 12), (24, 12), (4, 13))] == [255, 0, 0, 255, 255]


def test_nothing_changed_is_one_transparent_pixel() -> None:
    before = picture()
    left, top, part = cut_out(before, changed(before, before.copy()))
    assert (left, top, part.size, part.getpixel((0, 0))) == (0, 0, (1, 1), (0, 0, 0, 0))


def test_nothing_of_the_picture_is_left_beside_the_patch() -> None:
    before = picture()
    after = patched(patched(before, (0, 0, 2, 2), (1, 2, 3)), (30, 20, 32, 22), (4, 5, 6))
    _left, _top, part = cut_out(after, changed(before, after))
    assert part.getpixel((10, 10)) == (0, 0, 0, 0)


def test_what_became_transparent_cannot_be_laid_over() -> None:
    before = picture().convert("RGBA")
    after = before.copy()
    after.putpixel((3, 3), (9, 9, 9, 100))
    mask = changed(before, after)
    assert mask.getbbox() == (3, 3, 4, 4)
    assert not is_solid(after, mask)
    assert is_solid(before, mask)
    # What shone through and is opaque now can.
    assert is_solid(before.convert("RGB"), changed(after, before.convert("RGB")))


@pytest.mark.parametrize("seed", range(20))
def test_laid_over_what_was_there_the_patch_gives_the_new_picture(seed: int) -> None:
    chance = random.Random(seed)
    before = picture(chance.randrange(1, 70), chance.randrange(1, 600))
    left, top = chance.randrange(3), chance.randrange(3)
    after = Image.new("RGB", (before.width + left + 1, before.height + top + 2), (7, 7, 7))
    after.paste(before, (left, top))
    for _ in range(30):
        after.putpixel((chance.randrange(after.width), chance.randrange(after.height)), (chance.randrange(256), 0, 0))
    x, y, part = cut_out(after, changed(before, after, left, top))
    canvas = Image.new("RGBA", after.size)
    canvas.paste(before, (left, top))
    whole = Image.new("RGBA", after.size)
    whole.paste(part, (x, y))
    assert same(Image.alpha_composite(canvas, whole), after)
