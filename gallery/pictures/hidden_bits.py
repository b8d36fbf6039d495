"""Texts that NovelAI and others hide in the lowest bits of the pixels: found by their signature, and wiped out.

A recipe hidden there would survive every re-encoding without loss, and with it a prompt that its author keeps to
themselves. Layout (https://github.com/NovelAI/novelai-image-metadata): the bits of `stealth_pngcomp`, a length and the
text stand column by column in the alpha channel (`pnginfo`, `pngcomp`) or in red, green and blue (`rgbinfo`,
`rgbcomp`).
"""

import numpy as np
from PIL import Image

_ALPHA = (b"stealth_pnginfo", b"stealth_pngcomp")
_COLOURS = (b"stealth_rgbinfo", b"stealth_rgbcomp")
_BITS = 8 * len(_ALPHA[0])
_WIPED_COLOURS, _WIPED_ALPHA = [value & 0xFE for value in range(256)], [value | 1 for value in range(256)]


def wiped(image: Image.Image) -> Image.Image:
    """`image` (L, LA, RGB or RGBA) itself, or a copy whose lowest bits say nothing where they said something."""
    if image.mode == "RGBA" and _beginning(image, [3]) in _ALPHA:
        # To 255 where there was 254: such a picture isn't meant to be transparent.
        image = image.copy()
        image.putalpha(image.getchannel("A").point(_WIPED_ALPHA))
    if image.mode in ("RGB", "RGBA") and _beginning(image, [0, 1, 2]) in _COLOURS:
        same = list(range(256)) if image.mode == "RGBA" else []
        image = image.point(3 * _WIPED_COLOURS + same)
    return image


def _beginning(image: Image.Image, channels: list[int]) -> bytes:
    """The first 15 bytes that the lowest bits of these channels would spell."""
    pixels = -(-_BITS // len(channels))
    columns = min(image.width, -(-pixels // image.height))
    part = np.asarray(image.crop((0, 0, columns, min(image.height, pixels))))[..., channels]
    bits = (part.transpose(1, 0, 2).reshape(-1) & 1)[:_BITS]
    return np.packbits(bits).tobytes()
