"""Where a picture came from: its recipe, the texts that say so, and how they are written into files.

What a post shows of it is decided in `gallery.visibility`; files are stored by `gallery.ingest`, given away by
`gallery.downloads`. Nothing here knows Django. Files are signed by `gallery.provenance.c2pa`, which is loaded by those
who sign.
"""

from gallery.provenance.formats import AVIF, FORMATS, JPEG, PNG, WEBP, FileFormat, formats_for
from gallery.provenance.label import Label
from gallery.provenance.labels import labelled, labelled_png, labelled_preview, labelled_webp
from gallery.provenance.parameters import parameters_text
from gallery.provenance.recipe import GENERATOR, GENERATOR_VERSION, Axis, EmbeddingEntry, LoraEntry, Recipe
from gallery.provenance.relabel import relabelled_jpeg, relabelled_png
from gallery.provenance.source_types import (
    COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    DIGITAL_CREATION,
    TRAINED_ALGORITHMIC_MEDIA,
    source_type_of,
)
from gallery.provenance.words import searchable
from gallery.provenance.xmp import label_packet, xmp_packet

__all__ = [
    "AVIF",
    "COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA",
    "DIGITAL_CREATION",
    "FORMATS",
    "GENERATOR",
    "GENERATOR_VERSION",
    "JPEG",
    "PNG",
    "TRAINED_ALGORITHMIC_MEDIA",
    "WEBP",
    "Axis",
    "EmbeddingEntry",
    "FileFormat",
    "Label",
    "LoraEntry",
    "Recipe",
    "formats_for",
    "label_packet",
    "labelled",
    "labelled_png",
    "labelled_preview",
    "labelled_webp",
    "parameters_text",
    "relabelled_jpeg",
    "relabelled_png",
    "searchable",
    "source_type_of",
    "xmp_packet",
]
