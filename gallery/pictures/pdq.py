"""PDQ: 256 bits by which copies of a picture are known, whatever file they came in.

The algorithm is Facebook's ("PDQ & TMK + PDQF", 2019; facebook/ThreatExchange/pdq): grey values, a tent filter down to
64 × 64, the 16 × 16 lowest waves of its cosine transform without the constant one, and of each whether it is above the
median. Copies differ in few bits, and two pictures chosen by chance in about 128. The standard calls up to 31 a match.

Both box filters and the choice of 64 points are linear, so that each side's three steps are one matrix here, and a
picture takes two products of matrices. Hashes are those of the reference but for one or two bits (it adds up in another
order).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BITS = 256
HEX_DIGITS = BITS // 4
# The standard's: so many bits or fewer are a match, and pictures of less quality have too little in them to be told
# apart by a hash.
MATCH_BITS = 31
LEAST_QUALITY = 50

_SIDE, _WAVES = 64, 16
_BOXES_PER_SIDE = 128
# A picture of twice this or more is first made smaller by a whole number: that costs a few bits at most, and a large
# one would take a tenth of a second else.
_ENOUGH = 1024

Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Pdq:
    """The hash of a picture, and of the picture mirrored and turned.

    `bits` is the hash as a number of 256 bits; written as 64 hexadecimal digits it is what other programs write.
    `turned` are those of the other seven ways to lay the picture down, the mirrored one first. `quality` goes from 0
    (nothing to see) to 100.
    """

    bits: int
    turned: tuple[int, ...]
    quality: int

    @property
    def mirrored(self) -> int:
        """The hash of the picture with left and right exchanged."""
        return self.turned[0]

    @property
    def every_way(self) -> tuple[int, ...]:
        """All eight, the picture as it is first."""
        return (self.bits, *self.turned)

    @property
    def telling(self) -> bool:
        """Whether there is enough in the picture for its hash to tell it from others."""
        return self.quality >= LEAST_QUALITY

    @property
    def hex(self) -> str:
        """The hash as other programs write it."""
        return as_hex(self.bits)


def pdq(image: Image.Image) -> Pdq:
    """The hashes of a picture of any size and mode; what is transparent should have been put on a colour before."""
    small = _sixty_four(_grey(image))
    cosines = _cosines()
    waves = cosines @ small @ cosines.T
    return Pdq(_hash(waves), tuple(_hash(way) for way in _other_ways(waves)), _quality(small))


def as_hex(bits: int) -> str:
    """64 hexadecimal digits."""
    return f"{bits:0{HEX_DIGITS}x}"


def distance(one: int, other: int) -> int:
    """In how many of the 256 bits two hashes differ."""
    return (one ^ other).bit_count()


def _grey(image: Image.Image) -> Matrix:
    """Luma, 0 to 255, `(height, width)`."""
    rgb = image if image.mode in ("RGB", "L") else image.convert("RGB")
    times = min(rgb.size) // _ENOUGH
    if times >= 2:
        rgb = rgb.reduce(times)
    return np.asarray(rgb.convert("L"), dtype=np.float32)


def _sixty_four(grey: Matrix) -> Matrix:
    height, width = grey.shape
    result: Matrix = _tents(height) @ grey @ _tents(width).T
    return result


@lru_cache(maxsize=32)
def _tents(length: int) -> Matrix:
    """`(64, length)`: a row of `length` values becomes 64, each the mean of the means around its place.

    A box covers 1/128 of the row (rounded up), at the ends as much of that as there is, and is applied twice.
    """
    low, high = _box(length)
    share = 1.0 / (high - low)
    # Which means each of the 64 takes the mean of; a row of differences adds up to the weights of the values.
    chosen = ((np.arange(_SIDE) + 0.5) * length / _SIDE).astype(int)
    changes = np.zeros((_SIDE, length + 1))
    for row, place in enumerate(chosen):
        means = np.arange(low[place], high[place])
        np.add.at(changes[row], low[means], share[means] * share[place])
        np.add.at(changes[row], high[means], -share[means] * share[place])
    return changes.cumsum(axis=1)[:, :length].astype(np.float32)


def _box(length: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """From where (included) to where (not included) the box around each place of a row reaches."""
    box = -(-length // _BOXES_PER_SIDE)
    right = (box + 2) // 2
    places = np.arange(length)
    return np.maximum(places - (box - right), 0), np.minimum(places + right, length)


@lru_cache(maxsize=1)
def _cosines() -> Matrix:
    """`(16, 64)`: the waves 1 to 16 of the cosine transform (DCT-II)."""
    waves = np.arange(1, _WAVES + 1)[:, None]
    places = np.arange(_SIDE)[None, :]
    return (np.sqrt(2 / _SIDE) * np.cos(np.pi / 2 / _SIDE * waves * (2 * places + 1))).astype(np.float32)


def _hash(waves: Matrix) -> int:
    """One bit a wave: whether it is above the median, the lower of the two in the middle. The first is the least."""
    values = waves.ravel()
    median = np.partition(values, BITS // 2 - 1)[BITS // 2 - 1]
    return int.from_bytes(np.packbits(values > median, bitorder="little").tobytes(), "little")


def _other_ways(waves: Matrix) -> list[Matrix]:
    """Waves of the picture laid down otherwise: mirrored left-right, upside down, turned by 180°, and each of the four
    with rows and columns exchanged. A mirrored wave is the same one or its opposite, turn about."""
    # Waves 1, 3, 5 … change their sign.
    signs = np.where(np.arange(_WAVES) % 2 == 0, -1.0, 1.0).astype(np.float32)
    mirrored, upside_down = waves * signs[None, :], waves * signs[:, None]
    around = mirrored * signs[:, None]
    return [mirrored, upside_down, around, waves.T, mirrored.T, upside_down.T, around.T]


def _quality(small: Matrix) -> int:
    """How much happens between neighbours of the 64 × 64, in the reference's measure."""
    steps = sum(float(np.trunc(np.abs(np.diff(small, axis=axis)) * 100 / 255).sum()) for axis in (0, 1))
    return min(int(steps / 90), 100)
