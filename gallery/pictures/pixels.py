"""What is computed from a picture's pixels: the picture on white, its hash, its colour."""

import hashlib

from PIL import Image

_BAND = 256


def clean_rgb(image: Image.Image) -> Image.Image:
    """The same pixels as RGB, with nothing attached: no text, no profile, no EXIF."""
    rgb = image.convert("RGB") if image.mode != "RGB" else image.copy()
    plain = Image.new("RGB", (0, 0))
    plain.im, plain._size = rgb.im, rgb.size  # a reader's own class keeps more than pixels
    return plain


def on_white(image: Image.Image) -> Image.Image:
    """The picture as RGB with nothing attached, what is transparent on white.

    In bands: a picture of 40 megapixels is kept in memory twice, not four times.
    """
    if not image.has_transparency_data:
        return clean_rgb(image)
    flat = Image.new("RGB", image.size)
    for top in range(0, image.height, _BAND):
        box = (0, top, image.width, min(image.height, top + _BAND))
        above = image.crop(box).convert("RGBA")
        flat.paste(Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB"), box)
    return flat


def pixel_sha256(image: Image.Image) -> str:
    """SHA-256 in hex over width, height and the bytes of an RGB picture, whatever file they came in."""
    digest = hashlib.sha256(f"{image.width}x{image.height}:RGB:".encode())
    for top in range(0, image.height, _BAND):
        digest.update(image.crop((0, top, image.width, min(image.height, top + _BAND))).tobytes())
    return digest.hexdigest()


def dominant_color(image: Image.Image) -> str:
    """`#rrggbb`: the most frequent of eight colours of a small copy, shown until the picture has loaded."""
    small = image.resize((48, 48), Image.Resampling.BOX).quantize(8)
    counts: list[tuple[int, int]] = small.getcolors() or []  # type: ignore[assignment]
    _, index = max(counts)
    palette = small.getpalette() or [0, 0, 0]
    red, green, blue = palette[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
