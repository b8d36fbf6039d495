"""Make the canvas larger than the picture on it, and mask what is new: outpainting is inpainting of that; or make it
as small as it is drawn.

Needs numpy and Pillow only, so that the web process may use it too.
"""

import numpy
from PIL import Image

from generation.engine.masks import softened

GRID = 8
"""Pixels that both sides of the canvas are rounded up to: what every model can draw."""
OVERLAP = 8
"""Pixels of the old picture along a seam that are painted anew, so that the seam can't be seen."""


def outpaint(source: Image.Image, left: int, top: int, right: int, bottom: int) -> tuple[Image.Image, Image.Image]:
    """Return `source` (RGB) with so many more pixels on each side, and the mask (L) of what is to be painted.

    What is new mirrors the picture, which gives the model its colours to go on from. What rounds a side up to
    multiples of 8 is added where the picture grows anyway, else at the right and at the bottom. Raises ValueError when
    a number is negative or none is above zero.
    """
    if min(left, top, right, bottom) < 0 or max(left, top, right, bottom) == 0:
        raise ValueError("a picture grows by pixels on at least one side")
    left, right = _rounded(source.width, left, right)
    top, bottom = _rounded(source.height, top, bottom)
    pixels = numpy.asarray(source.convert("RGB"))
    grown = numpy.pad(pixels, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    across = _new_or_near(source.width, left, right)
    down = _new_or_near(source.height, top, bottom)
    mask = numpy.where(down[:, None] | across[None, :], 255, 0).astype(numpy.uint8)
    return Image.fromarray(grown), Image.fromarray(mask)


def as_drawn(
    source: Image.Image, mask: Image.Image | None, blur: int, size: tuple[int, int]
) -> tuple[Image.Image, Image.Image | None, int]:
    """Return a larger source (RGB), its mask (L) and the blur that the mask still needs, in the `size` that is drawn.

    As the engine itself would do it when it draws the whole source, so that it draws the same to the pixel: the mask
    is blurred first, radius in pixels of the source. Both come back as they were where the source isn't larger than
    `size`, and where the mask is so small or so large that nothing would be left of it, which is the engine's to say.
    """
    if source.width * source.height <= size[0] * size[1]:
        return source, mask, blur
    if mask is None:
        return source.resize(size, Image.Resampling.LANCZOS), None, blur
    soft = softened(mask, blur)
    small = soft.resize(size, Image.Resampling.LANCZOS)
    darkest, lightest = small.getextrema()
    if lightest == 0 or darkest == 255:
        return source, mask, blur
    return source.resize(size, Image.Resampling.LANCZOS), small, 0


def _rounded(side: int, before: int, after: int) -> tuple[int, int]:
    missing = -(side + before + after) % GRID
    return (before + missing, after) if before and not after else (before, after + missing)


def _new_or_near(side: int, before: int, after: int) -> numpy.ndarray:
    """Return for each pixel of a grown side whether it is new, or so near to new ones that it is painted over."""
    overlap = min(OVERLAP, side // 4)
    kept = numpy.arange(before + side + after)
    first = before + overlap if before else 0
    last = before + side - overlap if after else before + side
    near: numpy.ndarray = (kept < first) | (kept >= last)
    return near
