"""Named colours as ranges in HSV, so that a tag means a family of colours and not one value."""

from __future__ import annotations

import colorsys
import random

# name: hue range in degrees, saturation range, value range
RANGES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "black": ((0, 360), (0.0, 0.15), (0.05, 0.14)),
    "white": ((0, 360), (0.0, 0.03), (0.96, 1.0)),
    "grey": ((0, 360), (0.0, 0.05), (0.52, 0.66)),
    "brown": ((18, 28), (0.62, 0.75), (0.32, 0.46)),
    "blonde": ((42, 48), (0.5, 0.7), (0.88, 0.97)),
    "red": ((-6, 5), (0.78, 0.9), (0.74, 0.9)),
    "orange": ((24, 32), (0.8, 0.95), (0.92, 1.0)),
    "yellow": ((48, 54), (0.65, 0.9), (0.93, 1.0)),
    "green": ((108, 140), (0.5, 0.8), (0.5, 0.74)),
    "blue": ((212, 228), (0.55, 0.85), (0.62, 0.92)),
    "purple": ((266, 282), (0.45, 0.75), (0.5, 0.74)),
    "pink": ((330, 345), (0.32, 0.5), (0.93, 1.0)),
    "beige": ((32, 40), (0.25, 0.4), (0.86, 0.95)),
    "sky": ((198, 210), (0.3, 0.5), (0.92, 1.0)),
    "night": ((222, 245), (0.6, 0.8), (0.14, 0.26)),
}

BACKGROUNDS = ("white", "grey", "black", "red", "orange", "yellow", "green", "blue", "purple", "pink")


def colour(rng: random.Random, name: str, shade: float = 1.0) -> str:
    """A hex colour (``rrggbb``) from the named range; ``shade`` below 1 darkens it."""
    hue, saturation, value = RANGES[name]
    rgb = colorsys.hsv_to_rgb((rng.uniform(*hue) % 360) / 360, rng.uniform(*saturation), rng.uniform(*value) * shade)
    return "".join(f"{round(channel * 255):02x}" for channel in rgb)
