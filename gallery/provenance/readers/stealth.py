"""Text hidden in the lowest bits of the pixels, column by column: NovelAI's alpha, A1111's and SwarmUI's extensions.

Fifteen letters say which channels and whether it is gzip, four bytes the length in bits (big endian), then the text.
"""

import zlib

import numpy as np
from PIL import Image

from gallery.provenance.readers.allowance import Allowance
from gallery.provenance.readers.text import decoded

_NAME = 15
_HEAD_BITS = (_NAME + 4) * 8
_ALPHA = (b"stealth_pnginfo", b"stealth_pngcomp")
_COLOURS = (b"stealth_rgbinfo", b"stealth_rgbcomp")
_GZIP = 16 + zlib.MAX_WBITS
_LOSSLESS = ("PNG", "WEBP", "AVIF")


def stealth_text(image: Image.Image, allowance: Allowance) -> str:
    """The hidden text, empty where there is none, which most pictures' first column tells."""
    if image.format not in (*_LOSSLESS, None) or image.mode not in ("RGB", "RGBA"):
        return ""
    channels = [([3], _ALPHA)] if image.mode == "RGBA" else []
    try:
        image.load()
    except Exception:
        # Pillow has a dozen errors for pixels that can't be decoded, and such pixels hide nothing.
        return ""
    for planes, names in [*channels, ([0, 1, 2], _COLOURS)]:
        head = _lowest_bits(image, planes, 0, _HEAD_BITS)
        if head[:_NAME] not in names:
            continue
        length = int.from_bytes(head[_NAME:], "big")
        capacity = image.width * image.height * len(planes) - _HEAD_BITS
        if not 0 < length <= capacity:
            continue
        if length > allowance.left * 8:
            allowance.say_cut("stealth")
        body = _lowest_bits(image, planes, _HEAD_BITS, min(length, allowance.left * 8))
        body = body[: length // 8]
        if head[:_NAME].endswith(b"comp"):
            return decoded(allowance.inflate(body, "stealth", wbits=_GZIP))
        return decoded(allowance.take(body, "stealth"))
    return ""


def _lowest_bits(image: Image.Image, planes: list[int], start: int, count: int) -> bytes:
    """`count` bits from bit `start`: down the first column, then the next; within a pixel the planes in their order."""
    first = start // (image.height * len(planes))
    last = -(-(start + count) // (image.height * len(planes)))
    columns = np.asarray(image.crop((first, 0, min(last, image.width), image.height)))[..., planes]
    bits = (columns.transpose(1, 0, 2) & 1).reshape(-1)
    begin = start - first * image.height * len(planes)
    return np.packbits(bits[begin : begin + count]).tobytes()
