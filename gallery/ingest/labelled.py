"""The two files of what was drawn here, labelled and signed: one for who may read the prompt, one for all others."""

from PIL import Image

from gallery.ingest.signing import mark_producer, signed
from gallery.models import Asset
from gallery.models.asset import Variant
from gallery.pictures.pixels import pixel_sha256
from gallery.provenance import PNG, Label, Recipe, labelled, relabelled_png


def labelled_original(
    picture: Image.Image, recipe: Recipe, drawn_over: Asset | None
) -> dict[Variant, tuple[bytes, str]]:
    """The bytes of the original and of its bare twin, and what each says; empty where it couldn't be signed."""
    producer = mark_producer()
    number = pixel_sha256(picture)[:32] if producer else ""
    whole = Label.of_drawn(recipe, include_prompt=True, producer=producer, number=number)
    bare = Label.of_drawn(recipe, include_prompt=False, producer=producer, number=number)
    content = labelled(picture, whole, PNG)
    made = {}
    # The bare one has the same pixels, coded once.
    for variant, label, unsigned in (
        (Variant.ORIGINAL, whole, content),
        (Variant.BARE, bare, relabelled_png(content, bare)),
    ):
        data, is_signed = signed(unsigned, PNG, label, drawn_over)
        made[variant] = (data, label.says if is_signed else "")
    return made
