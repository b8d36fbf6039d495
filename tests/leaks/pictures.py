"""Pictures that are known again from any file made of them: by their mean colour, and sharp ones by their fine lines.

All of them share one pattern, so that each looks like each (`gallery.similar`).
"""

from io import BytesIO

import numpy as np
from PIL import Image

from tests.gallery.drawn import scene

WIDTH, HEIGHT = 200, 160
STEPS = (64, 106, 148, 190)
NEAR = 14
SHARP_FROM = 6.0
"""Mean difference of neighbours in brightness; blurred files have less than 3, sharp previews more than 10."""


def color_of(index: int) -> tuple[int, int, int]:
    """The mean colour of the thing's picture; there are 64."""
    return STEPS[index % 4], STEPS[index // 4 % 4], STEPS[index // 16 % 4]


def picture_of(index: int) -> Image.Image:
    """The picture of a thing: the pattern all pictures have, stripes, and a colour of its own."""
    pattern = np.asarray(scene(1, WIDTH, HEIGHT).convert("L"), dtype=float)
    pattern = (pattern - pattern.mean()) * (40 / pattern.std())
    stripes = np.where(np.arange(WIDTH) // 2 % 2, 14.0, -14.0)[None, :]
    grey = np.clip(pattern, -45, 45) + stripes
    grey -= grey.mean()
    pixels = grey[..., None] + np.array(color_of(index), dtype=float)
    return Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8))


def recognise(content: bytes, count: int) -> tuple[int, bool] | None:
    """Which of the first `count` things a picture file shows, and whether sharply; None for none of them."""
    pixels = np.asarray(Image.open(BytesIO(content)).convert("RGB"), dtype=float)
    mean = pixels.mean(axis=(0, 1))
    far = {index: float(np.abs(mean - color_of(index)).max()) for index in range(1, count + 1)}
    nearest = min(far, key=lambda index: far[index])
    if far[nearest] > NEAR:
        return None
    return nearest, sharpness(pixels) >= SHARP_FROM


def sharpness(pixels: "np.ndarray") -> float:
    """How much neighbours differ on average, in levels of brightness."""
    return float(np.abs(np.diff(pixels.mean(axis=2), axis=1)).mean())
