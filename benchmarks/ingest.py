"""From an uploaded file to all its variants, in milliseconds a megapixel: `python -m benchmarks.ingest`.

The child process that opens uploads does the same work as for the site, without rows; its start is measured alone.
*computed* is processor time, which other work on the machine changes little.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django
import numpy as np
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("IRODORI_MEDIA", tempfile.mkdtemp(prefix="irodori-bench-"))
django.setup()

from gallery.ingest import child  # noqa: E402 - settings first
from gallery.pictures.job import KEEP, READ  # noqa: E402
from gallery.pictures.limits import MAX_PIXELS, PIXELS_OF  # noqa: E402

SIDES = {1: 1000, 4: 2000, 16: 4000}
FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "PNG": ("PNG", {"compress_level": 6}),
    "JPEG": ("JPEG", {"quality": 92}),
    "WebP": ("WEBP", {"quality": 88, "method": 0}),
    "WebP, lossless": ("WEBP", {"lossless": True, "method": 0, "quality": 0}),
    "AVIF": ("AVIF", {"quality": 75, "speed": 10, "max_threads": 1}),
}


def painting(side: int) -> Image.Image:
    """Soft colours with edges and a little noise: what drawn pictures cost to code."""
    random = np.random.default_rng(side)
    soft = Image.fromarray(random.integers(0, 255, (side // 60, side // 60, 3), dtype=np.uint8))
    pixels = np.asarray(soft.resize((side, side), Image.Resampling.BICUBIC)).astype(np.int16)
    pixels[:, side // 3 : side // 3 + 9] //= 3
    pixels[::2, ::2] += random.integers(-2, 3, (side // 2, side // 2, 3), dtype=np.int16)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def measured(act: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The middle of the milliseconds of some rounds: on the clock, and computed by the children."""
    clock, computed = list[float](), list[float]()
    for _ in range(rounds):
        began, used = time.perf_counter(), _computed()
        act()
        clock.append(1000 * (time.perf_counter() - began))
        computed.append(1000 * (_computed() - used))
    return statistics.median(clock), statistics.median(computed)


def main() -> None:
    """Print the start of a child and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        Image.new("RGB", (1, 1)).save(source, "PNG")
        clock, computed = measured(lambda: _height(READ, source), rounds + 2)
        print(f"a child that opens one pixel: {clock:.0f} ms on the clock, {computed:.0f} ms computed\n")
        print(
            "| format | megapixels | file, MB | on the clock, ms | computed, ms | computed a megapixel | memory, MB |"
        )
        print("|---|---|---|---|---|---|---|")
        for megapixels, side in SIDES.items():
            picture = painting(side)
            for name, (kind, options) in FORMATS.items():
                if side * side > PIXELS_OF.get(name.lower().replace(",", ""), MAX_PIXELS):
                    print(f"| {name} | {megapixels} | more than is taken of this kind | | | | |")
                    continue
                picture.save(source, kind, **options)
                height = _height(KEEP, source)
                clock, computed = measured(lambda: _height(KEEP, source), rounds)
                size, each = source.stat().st_size / 2**20, computed / megapixels
                times = f"{clock:.0f} | {computed:.0f} | {each:.0f}"
                print(f"| {name} | {megapixels} | {size:.1f} | {times} | {height:.0f} |", flush=True)


def _computed() -> float:
    """Seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _height(task: str, source: Path) -> float:
    """Let a child do it; returns the megabytes that it had resident at its height."""
    with child.opened(task, source) as made:
        return json.loads((made.folder / "answer").read_bytes())["memory_bytes"] / 2**20


if __name__ == "__main__":
    main()
