"""Outpainting: the canvas grows, the picture stays where it was, what is new is masked."""

from pathlib import Path

import numpy
import pytest
from PIL import Image

from generation.engine import Engine
from generation.engine.canvas import OVERLAP, as_drawn, outpaint
from tests.generation.engine.driving import ellipse, job, picture, pictures, run_out


@pytest.mark.parametrize(
    ("size", "grow", "grown_size", "corner"),
    [
        ((64, 48), (16, 0, 0, 0), (80, 48), (16, 0)),
        ((64, 48), (16, 8, 24, 32), (104, 88), (16, 8)),
        ((64, 48), (5, 0, 0, 3), (72, 56), (8, 0)),
        ((61, 48), (0, 16, 0, 0), (64, 64), (0, 16)),
        ((64, 48), (200, 0, 1, 300), (272, 352), (200, 0)),
    ],
)
def test_the_canvas_is_rounded_up_and_the_picture_lies_where_it_was(
    size: tuple[int, int], grow: tuple[int, int, int, int], grown_size: tuple[int, int], corner: tuple[int, int]
) -> None:
    source = picture(*size)
    grown, mask = outpaint(source, *grow)
    assert grown.size == mask.size == grown_size
    assert (grown.mode, mask.mode) == ("RGB", "L")
    where = (*corner, corner[0] + size[0], corner[1] + size[1])
    assert grown.crop(where).tobytes() == source.tobytes()


def test_the_mask_covers_what_is_new_and_a_little_of_the_seam() -> None:
    _, mask = outpaint(picture(64, 48), 16, 0, 0, 8)
    painted = numpy.asarray(mask) == 255
    assert set(numpy.unique(mask)) == {0, 255}
    assert painted[:, : 16 + OVERLAP].all()
    assert painted[48 - OVERLAP :, :].all()
    assert not painted[: 48 - OVERLAP, 16 + OVERLAP :].any()


def test_what_is_new_mirrors_the_picture() -> None:
    source = picture(64, 48)
    grown, _ = outpaint(source, 0, 0, 16, 0)
    mirrored = source.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((0, 0, 16, 48))
    assert grown.crop((64, 0, 80, 48)).tobytes() == mirrored.tobytes()


def test_a_tiny_picture_is_not_painted_over_whole() -> None:
    _, mask = outpaint(picture(8, 8), 8, 8, 8, 8)
    assert mask.getextrema() == (0, 255)


@pytest.mark.parametrize("grow", [(0, 0, 0, 0), (-8, 16, 0, 0)])
def test_a_canvas_that_does_not_grow_is_an_error(grow: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="grows"):
        outpaint(picture(64, 48), *grow)


def test_the_engine_paints_what_is_new_and_keeps_the_rest(checkpoint: Path) -> None:
    source = picture(64, 48)
    grown, mask = outpaint(source, 0, 0, 32, 0)
    engine = Engine()
    engine.add(
        job("a", checkpoint, width=96, height=48, source=grown, mask=mask, mask_blur=2, strength=1.0, prompt="smile")
    )
    drawn = pictures(run_out(engine))["a"]
    kept = (0, 0, 64 - OVERLAP - 8, 48)
    assert drawn.crop(kept).tobytes() == source.crop(kept).tobytes()
    assert drawn.crop((64, 0, 96, 48)).tobytes() != grown.crop((64, 0, 96, 48)).tobytes()


@pytest.mark.parametrize(
    ("mask", "blur"), [(None, 4), (ellipse(200, 136), 9), (ellipse(200, 136), 0)], ids=["whole", "soft", "hard"]
)
def test_a_source_scaled_beforehand_is_drawn_to_the_same_pixels(
    mask: Image.Image | None, blur: int, checkpoint: Path
) -> None:
    source = picture(200, 136)
    small, small_mask, left = as_drawn(source, mask, blur, (96, 64))
    assert small.size == (96, 64)
    engine = Engine()
    wanted = {"width": 96, "height": 64, "strength": 0.6, "exact": True}
    engine.add(job("large", checkpoint, source=source, mask=mask, mask_blur=blur, **wanted))
    engine.add(job("small", checkpoint, source=small, mask=small_mask, mask_blur=left, **wanted))
    drawn = pictures(run_out(engine))
    assert drawn["small"].tobytes() == drawn["large"].tobytes()


def test_what_is_no_larger_than_drawn_or_would_leave_no_mask_stays() -> None:
    source, speck = picture(200, 136), Image.new("L", (200, 136))
    speck.putpixel((40, 40), 255)
    assert as_drawn(source, None, 4, (200, 136)) == (source, None, 4)
    assert as_drawn(source, speck, 12, (32, 24)) == (source, speck, 12)
    gap = speck.point(lambda grey: 255 - grey)
    assert as_drawn(source, gap, 12, (32, 24)) == (source, gap, 12)
