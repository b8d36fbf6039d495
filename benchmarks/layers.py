"""What a file with layers costs: seconds and the most memory, for a take of 40 megapixels with twenty steps behind it.

Makes the takes, writes each file in a process of its own, as a web process would, and prints Markdown for
docs/performance.md. About five minutes. *patches*: each step painted a square of 1024 pixels anew; *all anew*: each
changed every pixel; *letters*: one step with twenty texts as large as the picture. Memory is what a fresh process has
resident at its height, over what it has before.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
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
    parser.add_argument("--steps", type=int, default=STEPS, help="of patches and of all anew")
    parser.add_argument("--write", nargs=2, metavar=("TAKE", "FORM"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        written(int(asked.write[0]), asked.write[1])
        return
    side = asked.side
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="irodori-bench-")))
        os.environ |= {"IRODORI_MEDIA": str(folder / "media"), "SECRET_KEY": secrets.token_urlsafe(50)}
        url = stack.enter_context(served(folder))
        migrate(url)
        set_django_up(url)
        print(f"{side} × {side}, {asked.steps} steps, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print("| steps | file | pictures | MB | computed, s | memory, MB |")
        print("|---|---|---|---|---|---|")
        for name, take in lines(side, asked.steps):
            for form in ("ora", "psd"):
                measure(name, take, form)


def lines(side: int, steps: int) -> list[tuple[str, "Take"]]:
    """The last take of each line."""
    from django.contrib.auth import get_user_model

    from generation.layers.lettering import lettered
    from generation.layers.texts import MOST_TEXTS, Text

    owner = get_user_model().objects.create_user("bench", password=secrets.token_urlsafe(20))
    base = painting(side)
    first = kept(owner, base, None)
    patches = anew = first
    picture = base.copy()
    for number in range(steps):
        place = number * 397 % (side - PATCH) if side > PATCH else 0
        picture.paste(ImageChops.invert(picture.crop((place, place, place + PATCH, place + PATCH))), (place, place))
        patches = kept(owner, picture, patches)
        anew = kept(owner, ImageChops.offset(base, 31 * (number + 1)), anew)
    size = min(1000, side // 6)
    texts = [
        Text(text="愛、です。\n「縦」\n国" * 3, size=size, x=45.0 + n / 2, y=50.0, vertical=n % 2 == 1)
        for n in range(MOST_TEXTS)
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


def measure(name: str, take: "Take", form: str) -> None:
    """Write the file and print a line."""
    from generation.layers.history import line_of

    command = [sys.executable, "-m", "benchmarks.layers", "--write", str(take.pk), form]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    megabytes, seconds, memory = said.split()
    print(f"| {name} | {form.upper()} | {len(line_of(take))} | {megabytes} | {seconds} | {memory} |", flush=True)


def written(number: int, form: str) -> None:
    """Write one file in this process; prints its megabytes, the seconds and the most memory that it took."""
    set_django_up(os.environ["DATABASE_URL"])
    from generation.layers.export import Form, layered_file
    from generation.models import Take

    take = Take.objects.select_related("asset").get(pk=number)
    before, began = status("VmRSS"), time.process_time()
    with layered_file(take, Form(form)) as file:
        size = os.fstat(file.fileno()).st_size / 2**20
    print(f"{size:.0f} {time.process_time() - began:.0f} {status('VmHWM') - before:.0f}")


def status(name: str) -> float:
    """Megabytes of this process, by the kernel's name for them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
