"""Pictures that no drawing style makes: gradients, clouds, writing and the like, from a random generator alone.

Each function takes a generator and a side in pixels and returns uint8 RGB, side x side x 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Procedure = Callable[[np.random.Generator, int], np.ndarray]


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
    return red, green, blue


def _blank(rng: np.random.Generator, side: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (side, side), _colour(rng))
    return image, ImageDraw.Draw(image)


def flat(rng: np.random.Generator, side: int) -> np.ndarray:
    """One colour, and sometimes a band or a frame of a second one."""
    image, draw = _blank(rng, side)
    kind = rng.integers(3)
    if kind == 1:
        draw.rectangle((0, int(rng.integers(side)), side, side), fill=_colour(rng))
    elif kind == 2:
        draw.rectangle((0, 0, side - 1, side - 1), outline=_colour(rng), width=int(rng.integers(2, side // 6)))
    return np.asarray(image)


def gradient(rng: np.random.Generator, side: int) -> np.ndarray:
    """A linear or round change from one colour to another."""
    y, x = np.mgrid[0:side, 0:side] / side
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        share = x * np.cos(angle) + y * np.sin(angle)
    else:
        share = np.hypot(x - rng.random(), y - rng.random())
    share = (share - share.min()) / max(float(np.ptp(share)), 1e-6)
    first, second = np.array(_colour(rng)), np.array(_colour(rng))
    return (first + (second - first) * share[..., None]).astype(np.uint8)


def noise(rng: np.random.Generator, side: int) -> np.ndarray:
    """Independent pixels, in cells of one to eight pixels."""
    cell = int(rng.choice((1, 2, 4, 8)))
    small = rng.integers(0, 256, (side // cell, side // cell, 3), dtype=np.uint8)
    return small.repeat(cell, 0).repeat(cell, 1)


def _spectrum(rng: np.random.Generator, side: int, power: float) -> np.ndarray:
    """A random field whose amplitude falls with frequency to ``-power``, from 0 to 1."""
    rows, columns = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    frequency = np.maximum(np.hypot(rows, columns), 1 / side)
    wave = np.fft.rfft2(rng.standard_normal((side, side))) / frequency**power
    field = np.fft.irfft2(wave, (side, side))
    low, high = np.quantile(field, (0.01, 0.99))
    return np.clip((field - low) / max(float(high - low), 1e-9), 0, 1)


def clouds(rng: np.random.Generator, side: int) -> np.ndarray:
    """Soft clouds between two colours."""
    share = _spectrum(rng, side, rng.uniform(1.2, 2.2))[..., None]
    first, second = np.array(_colour(rng)), np.array(_colour(rng))
    return (first + (second - first) * share).astype(np.uint8)


def photo_like(rng: np.random.Generator, side: int) -> np.ndarray:
    """Surfaces with 1/f texture and light from one side, cut by sharp edges, and grain: a photograph's statistics."""
    image = np.zeros((side, side, 3))
    y, x = np.mgrid[0:side, 0:side] / side
    for number in range(int(rng.integers(2, 7))):
        texture = (
            np.stack([_spectrum(rng, side, 1.0)] * 3, -1) * 0.8
            + np.stack([_spectrum(rng, side, 1.3) for _ in range(3)], -1) * 0.2
        )
        light = 0.6 + 0.4 * (x * rng.uniform(-1, 1) + y * rng.uniform(-1, 1))
        surface = np.array(_colour(rng)) * (0.45 + texture * 0.75) * light[..., None]
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.4, 0.4)
        edge = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.15 * (_spectrum(rng, side, 2) - 0.5)
        if rng.random() < 0.5:
            edge = rng.uniform(0.1, 0.4) - np.hypot(x - rng.random(), (y - rng.random()) * rng.uniform(0.6, 1.6))
            offset = 0.0
        mask = np.ones_like(edge) if number == 0 else np.clip((edge - offset) * side, 0, 1)
        image = image * (1 - mask[..., None]) + surface * mask[..., None]
    image += rng.standard_normal(image.shape) * rng.uniform(0, 12)
    return np.clip(image, 0, 255).astype(np.uint8)


def strokes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Lines of short strokes, like writing."""
    image, draw = _blank(rng, side)
    ink, line = _colour(rng), int(rng.integers(6, 20))
    for top in range(2, side, line + int(rng.integers(1, 5))):
        left = float(rng.integers(0, 12))
        while left < side:
            width = rng.uniform(2, line * 0.6)
            points = [
                (left + rng.uniform(0, width), top + rng.uniform(0, line * 0.8)) for _ in range(rng.integers(2, 5))
            ]
            draw.line(points, fill=ink, width=max(1, line // 8))
            left += width + (line * 0.5 if rng.random() < 0.2 else 1)
    return np.asarray(image)


def checkers(rng: np.random.Generator, side: int) -> np.ndarray:
    """Squares or stripes of two or three colours, turned a little."""
    colours = np.array([_colour(rng) for _ in range(3)])
    y, x = np.mgrid[0:side, 0:side]
    angle, cell = rng.uniform(0, np.pi), rng.uniform(3, side / 3)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    number = np.floor(along / cell).astype(int)
    if rng.random() < 0.6:
        number = number + np.floor(across / (cell * rng.uniform(0.5, 2))).astype(int)
    return colours[number % int(rng.integers(2, 4))].astype(np.uint8)


def shapes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Circles, boxes, triangles and lines, some of them soft."""
    image, draw = _blank(rng, side)
    for _ in range(rng.integers(2, 14)):
        x, y, size = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(4, side / 2)
        kind = rng.integers(4)
        if kind == 0:
            draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill=_colour(rng))
        elif kind == 1:
            draw.rectangle((x, y, x + size, y + size * rng.uniform(0.3, 2)), fill=_colour(rng))
        elif kind == 2:
            corners = [(x + rng.uniform(-size, size), y + rng.uniform(-size, size)) for _ in range(3)]
            draw.polygon(corners, fill=_colour(rng))
        else:
            draw.line((x, y, rng.uniform(0, side), rng.uniform(0, side)), fill=_colour(rng), width=int(size / 8) + 1)
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 6)))
    return np.asarray(image)


def mosaic(rng: np.random.Generator, side: int) -> np.ndarray:
    """Cells around random points, each of one colour (a Voronoi diagram)."""
    count = int(rng.integers(4, 60))
    points, colours = rng.random((count, 2)) * side, rng.integers(0, 256, (count, 3))
    y, x = np.mgrid[0:side, 0:side]
    distance = (x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2
    return colours[distance.argmin(-1)].astype(np.uint8)


PROCEDURES: dict[str, Procedure] = {
    one.__name__: one for one in (flat, gradient, noise, clouds, photo_like, strokes, checkers, shapes, mosaic)
}
