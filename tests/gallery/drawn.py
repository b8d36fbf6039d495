"""Pictures drawn by formulas, the same on every machine and easily told apart; and what people do to pictures."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps


def scene(number: int, width: int = 640, height: int = 832) -> Image.Image:
    """A gradient with shaded blobs and a few boxes with sharp edges; another one for every number."""
    chance = np.random.default_rng(number)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    slopes = chance.uniform(-110, 110, (3, 3))
    picture = 128 + np.stack([level + across * x + down * y for level, across, down in slopes], axis=2)
    for _ in range(14):
        across, down, radius, shape = chance.uniform((0, 0, 0.04, 0.5), (1, 1, 0.3, 2))
        inside = 1 / (1 + np.exp((np.hypot((x - across) * shape, y - down) - radius) * 120))[..., None]
        shade = chance.uniform(0, 255, 3) + (y - down)[..., None] * chance.uniform(-200, 200)
        picture = picture * (1 - inside) + inside * shade
    for _ in range(4):
        left, top = int(chance.uniform(0, 0.8) * width), int(chance.uniform(0, 0.8) * height)
        right, bottom = left + int(chance.uniform(0.05, 0.3) * width), top + int(chance.uniform(0.05, 0.3) * height)
        picture[top:bottom, left:right] = chance.uniform(0, 255, 3)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: int) -> Image.Image:
    """Written to a file of this kind and read again."""
    out = BytesIO()
    image.save(out, kind, **options)
    return Image.open(BytesIO(out.getvalue())).convert("RGB")


def cropped(image: Image.Image, part: float) -> Image.Image:
    """Without `part` of it on every side."""
    across, down = round(image.width * part), round(image.height * part)
    return image.crop((across, down, image.width - across, image.height - down))


def framed(image: Image.Image) -> Image.Image:
    """With a white border of a twentieth."""
    return ImageOps.expand(image, image.width // 20, "white")


def noisy(image: Image.Image) -> Image.Image:
    """With grain."""
    grain = np.random.default_rng(1).normal(0, 15, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def small(image: Image.Image, side: int) -> Image.Image:
    """As a preview of `side` pixels."""
    copy = image.copy()
    copy.thumbnail((side, side))
    return copy


MADE_OF_IT: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 40": lambda image: encoded(image, "JPEG", quality=40),
    "webp 50": lambda image: encoded(image, "WEBP", quality=50),
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "preview of 360": lambda image: small(image, 360),
    "preview of 180": lambda image: small(image, 180),
    "brighter by 20 %": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker by 30 %": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(3)),
    "noisy": noisy,
    "cropped by 1 %": lambda image: cropped(image, 0.01),
    "cropped by 5 %": lambda image: cropped(image, 0.05),
    "framed": framed,
    "turned by 2 degrees": lambda image: image.rotate(2),
    "mirrored": ImageOps.mirror,
    "turned by 90 degrees": lambda image: image.rotate(90, expand=True),
}
