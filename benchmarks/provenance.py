"""What labels and signatures cost: milliseconds and bytes a picture, format by format, at 1024 × 1024.

Prints a table. *coding* is the format's own work without any label; *label* the bytes that texts and XMP add; *signing*
the manifest; *reading* its check. Each figure is the middle of several rounds, by the processor's time of this process.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageFilter

from gallery.provenance import FORMATS, PNG, Label, LoraEntry, Recipe, label_packet, labelled, relabelled_png
from gallery.provenance.c2pa import Ingredient, manifest_of, own_credentials, own_roots, read_manifest, sign

SIDE, ROUNDS = 1024, 7
RECIPE = Recipe(
    prompt="1girl, long hair, red hair, smile, blue background, " * 5,
    negative_prompt="blurry, lowres, bad anatomy",
    model_name="A model",
    model_hash="ab" * 32,
    sampler="Euler a",
    steps=28,
    cfg=6.5,
    seed=1234567890,
    width=SIDE,
    height=SIDE,
    loras=(LoraEntry("ink", "cd" * 32, 0.8, 0.8),),
)


def picture() -> Image.Image:
    """Soft forms with a little grain, about as hard to code as a drawing."""
    base = Image.effect_noise((SIDE // 16, SIDE // 16), 90).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((SIDE, SIDE), 6)
    bands = [base, base.transpose(Image.Transpose.ROTATE_90), base.filter(ImageFilter.GaussianBlur(9))]
    return Image.blend(Image.merge("RGB", bands), Image.merge("RGB", [grain] * 3), 0.05)


def measured(act: Callable[[], bytes]) -> tuple[float, bytes]:
    """The middle of the milliseconds that `act` takes, and what it returned last."""
    spent, result = [], b""
    for _ in range(ROUNDS):
        began = time.process_time()
        result = act()
        spent.append(time.process_time() - began)
    return 1000 * statistics.median(spent), result


def main() -> None:
    """Measure and print."""
    image = picture()
    label = Label(
        source_type=Label.of_drawn(RECIPE, include_prompt=True).source_type,
        recipe=RECIPE,
        include_prompt=True,
        writer="haru",
        title="irodori-1",
        published=True,
    )
    with tempfile.TemporaryDirectory(prefix="irodori-bench-") as folder:
        began = time.process_time()
        credentials = own_credentials(Path(folder), "A site")
        print(f"making the authority: {1000 * (time.process_time() - began):.0f} ms, once")
        again, _ = measured(lambda: own_credentials(Path(folder), "A site").chain.encode())
        print(f"finding it: {again:.2f} ms")
        anchors = own_roots(Path(folder))
        print(f"\n{SIDE} × {SIDE}, middle of {ROUNDS} rounds, in ms and bytes\n")
        print("| format | coding | label, bytes | signing | its bytes | signing with a source | its bytes | reading |")
        print("|---|---|---|---|---|---|---|---|")
        parent = sign(labelled(image, label, PNG), PNG.mime, manifest_of(label, has_source=False), credentials)
        source = Ingredient(parent, PNG.mime, "Picture that it was drawn over")
        for form in FORMATS.values():
            coding, plain = measured(lambda form=form: labelled(image, Label(), form))
            content = labelled(image, label, form)
            alone = manifest_of(label, has_source=False)
            signing, signed = measured(
                lambda form=form, content=content, alone=alone: sign(content, form.mime, alone, credentials)
            )
            edited = manifest_of(label, has_source=True)
            editing, chained = measured(
                lambda form=form, content=content, edited=edited: sign(
                    content, form.mime, edited, credentials, source=source, anchors=anchors
                )
            )
            reading, _ = measured(
                lambda form=form, signed=signed: str(read_manifest(signed, form.mime, anchors)).encode()
            )
            assert read_manifest(chained, form.mime, anchors).state == "trusted"
            print(
                f"| {form.name} | {coding:.0f} | {len(content) - len(plain):,} "
                f"| {signing:.1f} | {len(signed) - len(content):,} | {editing:.1f} | {len(chained) - len(content):,} "
                f"| {reading:.1f} |"
            )
        relabelling, _ = measured(lambda: relabelled_png(parent, label))
        texts, _ = measured(lambda: replace(label).parameters.encode() + label_packet(replace(label)))
        print(f"\nthe texts of a label: {texts:.2f} ms")
        print(f"a PNG gets another label without being coded anew in {relabelling:.1f} ms")


if __name__ == "__main__":
    main()
