"""The two files of what was drawn or edited here, labelled and signed: one for who may read the prompt, one for all
others."""

from dataclasses import replace

from PIL import Image

from gallery.ingest.signing import mark_producer, signed
from gallery.models import Asset
from gallery.models.asset import Variant
from gallery.pictures.pixels import pixel_sha256
from gallery.provenance import PNG, Label, labelled, relabelled_png


def labelled_original(picture: Image.Image, label: Label, drawn_over: Asset | None) -> dict[Variant, tuple[bytes, str]]:
    """The bytes of the original and of its bare twin, and what each says; empty where it couldn't be signed.

    Whether the prompt is in it, and the producer's mark, are set here, whatever `label` has.
    """
    producer = mark_producer()
    number = pixel_sha256(picture)[:32] if producer else ""
    whole = replace(label, include_prompt=True, producer=producer, number=number)
    bare = replace(whole, include_prompt=False)
    content = labelled(picture, whole, PNG)
    made = {}
    # The bare one has the same pixels, coded once.
    for variant, said, unsigned in (
        (Variant.ORIGINAL, whole, content),
        (Variant.BARE, bare, relabelled_png(content, bare)),
    ):
        data, is_signed = signed(unsigned, PNG, said, drawn_over)
        made[variant] = (data, said.says if is_signed else "")
    return made
