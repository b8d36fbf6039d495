"""The most that is promised can be had: pictures of just under 40 megapixels, within the child's memory."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gallery.ingest.child import opened
from gallery.pictures.limits import MAX_PIXELS

SIZE = (8000, 4990)


def busy(bands: int, grain: int, resampling: Image.Resampling) -> Image.Image:
    """Not one colour: what encoders and resampling have to work at."""
    width, height = SIZE
    grains = np.random.default_rng(7).integers(0, 255, (height // grain + 1, width // grain + 1, bands), dtype=np.uint8)
    return Image.fromarray(grains).resize(SIZE, resampling)


def turned(path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    busy(3, 16, Image.Resampling.BICUBIC).save(path, "JPEG", quality=80, exif=exif)


MADE = {
    "jpg": lambda path: busy(3, 16, Image.Resampling.BICUBIC).save(path, "JPEG", quality=80),
    "jpg, progressive": lambda path: busy(3, 16, Image.Resampling.BICUBIC).save(path, "JPEG", progressive=True),
    "jpg of CMYK": lambda path: busy(3, 16, Image.Resampling.BICUBIC).convert("CMYK").save(path, "JPEG"),
    "jpg, turned": turned,
    "png": lambda path: busy(3, 64, Image.Resampling.NEAREST).save(path, "PNG"),
    "png with transparency": lambda path: busy(4, 64, Image.Resampling.NEAREST).save(path, "PNG"),
}


@pytest.mark.parametrize("kind", MADE)
def test_the_largest_that_is_promised_is_taken(kind, tmp_path):
    path = tmp_path / "largest"
    MADE[kind](path)
    assert 0.99 * MAX_PIXELS < SIZE[0] * SIZE[1] < MAX_PIXELS
    with opened("keep", path) as found:
        assert sorted((found.answer["width"], found.answer["height"]), reverse=True) == list(SIZE)
        assert {file["variant"] for file in found.answer["files"]} >= {"bare", "180", "720", "sample", "b360"}
