"""Where a picture came from: its recipe, the texts that say so, and how they are written into files.

What a post shows of it is decided in `gallery.visibility`; files are stored by `gallery.ingest`.
"""

from gallery.provenance.labels import labelled_png, labelled_webp
from gallery.provenance.parameters import parameters_text
from gallery.provenance.recipe import GENERATOR, GENERATOR_VERSION, EmbeddingEntry, LoraEntry, Recipe
from gallery.provenance.words import searchable
from gallery.provenance.xmp import COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, TRAINED_ALGORITHMIC_MEDIA, xmp_packet

__all__ = [
    "COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA",
    "GENERATOR",
    "GENERATOR_VERSION",
    "TRAINED_ALGORITHMIC_MEDIA",
    "EmbeddingEntry",
    "LoraEntry",
    "Recipe",
    "labelled_png",
    "labelled_webp",
    "parameters_text",
    "searchable",
    "xmp_packet",
]
