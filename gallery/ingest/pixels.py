"""What is computed from a picture's pixels: a clean copy, its hash, its colour, its previews."""

import hashlib

from PIL import Image

PREVIEW_SIDES = (180, 360, 720)


def clean_rgb(image: Image.Image) -> Image.Image:
    """The same pixels as RGB, with nothing attached: no text, no profile, no EXIF."""
    rgb = image.convert("RGB")
    return Image.frombytes("RGB", rgb.size, rgb.tobytes())


def pixel_sha256(image: Image.Image) -> str:
    """SHA-256 in hex over width, height and the RGB bytes, whatever file they came in."""
    return hashlib.sha256(f"{image.width}x{image.height}:RGB:".encode() + image.tobytes()).hexdigest()


def dominant_color(image: Image.Image) -> str:
    """`#rrggbb`: the most frequent of eight colours of a small copy, shown until the picture has loaded."""
    small = image.resize((48, 48), Image.Resampling.BOX).quantize(8)
    counts: list[tuple[int, int]] = small.getcolors() or []  # type: ignore[assignment]
    _, index = max(counts)
    palette = small.getpalette() or [0, 0, 0]
    red, green, blue = palette[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def previews(image: Image.Image) -> dict[int, Image.Image]:
    """Copies with a long side of 180, 360 and 720 pixels, by that size; none larger than the picture.

    A picture smaller than all of them is its own smallest preview.
    """
    long_side = max(image.size)
    result = {}
    for side in PREVIEW_SIDES:
        if side <= long_side:
            scale = side / long_side
            size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
            result[side] = image.resize(size, Image.Resampling.LANCZOS)
    return result or {PREVIEW_SIDES[0]: image}
