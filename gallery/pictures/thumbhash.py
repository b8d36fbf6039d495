"""A picture in some 25 bytes, to be shown until it has loaded: thumbhash by Evan Wallace (evanw.github.io/thumbhash).

The averages and the lowest frequencies of a cosine transform of light, yellow-blue and red-green, four bits each. Only
for pictures without transparency: what the gallery shows in its lists stands on white.
"""

import base64
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 100
_LIGHT_TERMS, _COLOUR_TERMS = 7, 3


def thumbhash(image: Image.Image) -> str:
    """The hash of an RGB picture, Base64 without line breaks."""
    # Never a copy of the whole: there is no room for one beside 40 megapixels.
    scale = min(1, _SIDE / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize(size, Image.Resampling.BOX)
    red, green, blue = np.moveaxis(np.asarray(small, dtype=np.float64) / 255, 2, 0)
    long_side = max(small.size)
    across, down = (max(1, _rounded(_LIGHT_TERMS * side / long_side)) for side in small.size)
    light, light_waves, light_scale = _transformed((red + green + blue) / 3, max(3, across), max(3, down))
    yellow, yellow_waves, yellow_scale = _transformed((red + green) / 2 - blue, _COLOUR_TERMS, _COLOUR_TERMS)
    reddish, red_waves, red_scale = _transformed(red - green, _COLOUR_TERMS, _COLOUR_TERMS)
    landscape = small.width > small.height
    head = (
        _rounded(63 * light)
        | _rounded(31.5 + 31.5 * yellow) << 6
        | _rounded(31.5 + 31.5 * reddish) << 12
        | _rounded(31 * light_scale) << 18
    )
    shape = (
        (down if landscape else across)
        | _rounded(63 * yellow_scale) << 3
        | _rounded(63 * red_scale) << 9
        | landscape << 15
    )
    waves = [_rounded(15 * wave) for wave in (*light_waves, *yellow_waves, *red_waves)]
    waves += [0] * (len(waves) % 2)
    nibbles = bytes(low | high << 4 for low, high in zip(waves[::2], waves[1::2], strict=True))
    return base64.b64encode(head.to_bytes(3, "little") + shape.to_bytes(2, "little") + nibbles).decode()


def _transformed(channel: NDArray[np.float64], across: int, down: int) -> tuple[float, list[float], float]:
    """The mean, the other terms of the triangle of low frequencies scaled to 0…1, and that scale."""
    height, width = channel.shape
    columns = np.cos(math.pi / width * np.outer(np.arange(across), np.arange(width) + 0.5))
    rows = np.cos(math.pi / height * np.outer(np.arange(down), np.arange(height) + 0.5))
    terms = rows @ channel @ columns.T / (width * height)
    waves = [
        float(terms[y, x]) for y in range(down) for x in range(across) if (x or y) and x * down < across * (down - y)
    ]
    scale = max((abs(wave) for wave in waves), default=0.0)
    scaled = [0.5 + 0.5 / scale * wave for wave in waves] if scale else waves
    return float(terms[0, 0]), scaled, scale


def _rounded(value: float) -> int:
    """Halves upwards, as the original's language rounds them."""
    return math.floor(value + 0.5)
