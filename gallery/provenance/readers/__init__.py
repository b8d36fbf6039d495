"""What the files of other programs say about how they were made.

`gather` takes the texts out of a file, `read` understands them, `declared_source` looks for claims of origin. One
module a format: each has `read(blocks)`, which returns None for what isn't its own and raises for nothing that a file
holds. To add a format, write such a module and put it into `READERS`. What becomes of it all is decided by
`gallery.ingest`.
"""

from collections.abc import Callable

from gallery.provenance.readers import (
    a1111,
    civitai,
    comfyui,
    drawthings,
    easydiffusion,
    fooocus,
    invokeai,
    irodori,
    midjourney,
    named,
    novelai,
    swarmui,
)
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.found import Found
from gallery.provenance.readers.gather import gather
from gallery.provenance.readers.marks import SourceMark, claims_of, declared_source
from gallery.provenance.readers.names import GENERATORS, generator_name

# The surest marks first. A graph tells more than the text that some of ComfyUI's nodes write beside it.
READERS: tuple[Callable[[Blocks], Found | None], ...] = (
    irodori.read,
    swarmui.read,
    invokeai.read,
    novelai.read,
    fooocus.read,
    drawthings.read,
    civitai.read,
    comfyui.read,
    easydiffusion.read,
    a1111.read,
    midjourney.read,
    named.read,
)


def read(blocks: Blocks) -> Found | None:
    """What the first reader that knows these texts makes of them; None: no generator left data in the file."""
    return next((found for reader in READERS if (found := reader(blocks))), None)


__all__ = [
    "GENERATORS",
    "READERS",
    "Blocks",
    "Found",
    "SourceMark",
    "claims_of",
    "declared_source",
    "gather",
    "generator_name",
    "read",
]
