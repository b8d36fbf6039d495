"""What a file with layers costs: seconds and the most memory, for a take of 40 megapixels with twenty steps behind it.

Makes the takes, writes each file in a process of its own, as a web process would, and prints Markdown for
docs/performance.md. About five minutes. *patches*: each step painted a square of 1024 pixels anew; *all anew*: each
changed every pixel; *letters*: one step with twenty texts as large as the picture. Memory is what a process has
resident at its height, over what it has when it begins.
"""

import argparse
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from benchmarks.corpus.database import migrate
from benchmarks.desk import served
from benchmarks.search import set_django_up

if TYPE_CHECKING:
    from generation.models import Take

SIDE, STEPS, PATCH = 6324, 20, 1024
"""6324 squared is what one picture may have, 40 megapixels."""


def main() -> None:
    """Make the takes, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE)
    side = parser.parse_args().side
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="irodori-bench-")))
        os.environ |= {"IRODORI_MEDIA": str(folder / "media"), "SECRET_KEY": secrets.token_urlsafe(50)}
        url = stack.enter_context(served(folder))
        migrate(url)
        set_django_up(url)
        print(f"{side} × {side}, {STEPS} steps, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print("| steps | file | layers | MB | seconds | memory, MB |")
        print("|---|---|---|---|---|---|")
        for name, take in lines(side):
            measure(name, take)


def lines(side: int) -> list[tuple[str, "Take"]]:
    """The last take of each line."""
    from django.contrib.auth import get_user_model

    from generation.layers.lettering import lettered
    from generation.layers.texts import Text

    owner = get_user_model().objects.create_user("bench", password=secrets.token_urlsafe(20))
    base = painting(side)
    first = kept(owner, base, None)
    patches = anew = first
    picture = base.copy()
    for number in range(STEPS):
        place = number * 397 % (side - PATCH) if side > PATCH else 0
        picture.paste(ImageChops.invert(picture.crop((place, place, place + PATCH, place + PATCH))), (place, place))
        patches = kept(owner, picture, patches)
        anew = kept(owner, ImageChops.offset(base, 31 * (number + 1)), anew)
    size = min(1000, side // 6)
    texts = [
        Text(text="愛、です。\n「縦」\n国" * 3, size=size, x=45.0 + n, y=50.0, vertical=n % 2 == 1)
        for n in range(STEPS)
    ]
    letters = kept(owner, lettered(base, texts), first, kind="lettered", lettering=[text.to_dict() for text in texts])
    return [("patches", patches), ("all anew", anew), ("letters", letters)]


def painting(side: int) -> Image.Image:
    """Soft forms with a little grain, about as hard to code as a drawing."""
    base = Image.effect_noise((side // 16, side // 16), 90).resize((side, side), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((side, side), 3)
    bands = [base, base.transpose(Image.Transpose.ROTATE_90), base.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return Image.merge("RGB", [ImageChops.add(band, grain, 1, -128) for band in bands])


def kept(owner: Any, image: Image.Image, parent: "Take | None", **fields: Any) -> "Take":
    """A take with nothing but its original on the disk."""
    from gallery.ingest import store
    from gallery.models import Asset, AssetFile
    from gallery.provenance import Recipe
    from generation.models import Take

    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    stored = store(out.getvalue(), "png")
    asset = Asset.objects.create(
        owner=owner, width=image.width, height=image.height, pixel_sha256=stored.sha256, dominant_color="#808080"
    )
    where = {"sha256": stored.sha256, "path": stored.path, "size_bytes": stored.size_bytes}
    AssetFile.objects.create(
        asset=asset, variant="original", format="png", width=image.width, height=image.height, **where
    )
    whole = {"kind": "imported", "recipe": Recipe(prompt="手", seed=1).to_dict()} | fields
    return Take.objects.create(owner=owner, asset=asset, parent=parent, **whole)


def measure(name: str, take: "Take") -> None:
    """Write both files and print a line for each."""
    from generation.layers.export import Form, layered_file
    from generation.layers.history import line_of

    for form in Form:

        def write(form: Form = form) -> int:
            with layered_file(take, form) as file:
                return os.fstat(file.fileno()).st_size

        began = time.monotonic()
        memory, size = in_a_process_of_its_own(write)
        steps = len(line_of(take))
        seconds = time.monotonic() - began
        print(f"| {name} | {form.upper()} | {steps} | {size / 2**20:.0f} | {seconds:.0f} | {memory:.0f} |", flush=True)


def in_a_process_of_its_own(act: Callable[[], int]) -> tuple[float, int]:
    """The most megabytes that `act` takes, and what it returns."""
    from django.db import connections

    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            before = status("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the height begins anew
            result = act()
            os.write(writer, f"{status('VmHWM') - before} {result}".encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    os.waitpid(child, 0)
    memory, result = said.split()
    return float(memory), int(result)


def status(name: str) -> float:
    """Megabytes of this process, by the kernel's name for them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
