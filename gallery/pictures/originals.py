"""A picture written anew in the format that it came in: pixels alone, whatever else its file held."""

from io import BytesIO
from typing import Any

from PIL import Image

from gallery.pictures.headers import Facts

_LARGE = 8_000_000


def encode_original(image: Image.Image, facts: Facts) -> bytes:
    """The file of a clean picture (L, LA, RGB or RGBA), with its transparency, of the kind that `facts` tell of.

    PNG and lossless WebP keep every pixel. JPEG (quality 95, colours at full resolution), WebP and AVIF are coded once
    more, at a quality where that shows nowhere.
    """
    large = image.width * image.height > _LARGE  # quick rather than small then: half a minute is no answer
    if facts.kind == "png":
        return _saved(image, "PNG", compress_level=1 if large else 4)
    if facts.kind == "jpg":
        opaque = image if image.mode in ("L", "RGB") else image.convert("RGB")
        return _saved(opaque, "JPEG", quality=95, subsampling=0)
    if facts.kind == "avif":
        return _saved(image, "AVIF", quality=85, speed=8, max_threads=1)
    colours = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA" if image.mode == "LA" else "RGB")
    if facts.pixel_exact:
        return _saved(colours, "WEBP", lossless=True, quality=20, method=0, exact=True)
    return _saved(colours, "WEBP", quality=92, method=2 if large else 4)


def _saved(image: Image.Image, name: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, name, **options)
    return out.getvalue()
