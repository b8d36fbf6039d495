"""The smaller files of a picture: previews for lists and pages, and a blur that shows nothing but colours."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

SIDES = {"180": 180, "360": 360, "720": 720, "sample": 850}
"""The longer side of each preview in pixels. A picture has those that aren't larger than itself; `sample`, between
the lists and the original, only where it is smaller."""
BLURRED = "b360"
"""One is enough: a blur has no detail that a larger one would show."""
PREVIEW_FORMATS = ("webp", "avif")
_BLURRED_SIDE, _BLUR_TERMS = 360, 8
_WEBP_QUALITY, _AVIF_QUALITY, _AVIF_SPEED = 82, 60, 8


def variant_names(width: int, height: int) -> list[str]:
    """What previews a picture of this size has, the smallest first, and its blur."""
    return [*_preview_names(max(width, height)), BLURRED]


def variant_images(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """The previews and the blur of an RGB picture, by name."""
    largest = max(SIDES.values())
    # Twice the largest preview loses nothing that anyone sees, and forty megapixels are walked through once.
    base = _scaled(image, 2 * largest) if max(image.size) > 4 * largest else image
    for name in _preview_names(max(image.size)):
        yield name, _scaled(base, SIDES[name], of=image)
    yield BLURRED, blurred(base)


def blurred(image: Image.Image) -> Image.Image:
    """Clouds of colour: a copy of eight pixels, spread out again. Nobody tells from it what the picture shows."""
    tiny = _scaled(image, min(_BLUR_TERMS, max(image.size)), resampling=Image.Resampling.BOX)
    side = min(_BLURRED_SIDE, max(image.size))
    return tiny.resize(_size(image, side), Image.Resampling.BICUBIC)


def encode_preview(image: Image.Image, extension: str, xmp: bytes = b"") -> bytes:
    """An RGB picture as `webp` or `avif`, with an XMP packet as its label where there is one."""
    out, label = BytesIO(), {"xmp": xmp} if xmp else {}
    if extension == "webp":
        image.save(out, "WEBP", quality=_WEBP_QUALITY, method=4, **label)
    else:
        # One thread: many pictures are on their way at a time, and each is small.
        image.save(out, "AVIF", quality=_AVIF_QUALITY, speed=_AVIF_SPEED, max_threads=1, **label)
    return out.getvalue()


def _preview_names(long_side: int) -> list[str]:
    names = [name for name, side in SIDES.items() if side < long_side or (side == long_side and name != "sample")]
    # A picture smaller than all of them is its own smallest preview.
    return names or [next(iter(SIDES))]


def _scaled(
    image: Image.Image,
    side: int,
    *,
    of: Image.Image | None = None,
    resampling: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
    """A copy whose longer side has `side` pixels, in the proportions of `of`; a smaller picture is itself."""
    whole = of or image
    if side >= max(whole.size):
        return image
    return image.resize(_size(whole, side), resampling, reducing_gap=3.0)


def _size(image: Image.Image, side: int) -> tuple[int, int]:
    scale = side / max(image.size)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))
