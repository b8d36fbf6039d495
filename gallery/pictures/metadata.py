"""What a file's own texts say about how its picture was made: the seam to `gallery.provenance.readers`."""

from dataclasses import dataclass, field
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Metadata:
    """All of it fits into JSON. `blocks`: raw texts by where they stood; `found`: what the readers made of them, or
    None; `c2pa`: state and summary of a manifest that came with the file, or None."""

    blocks: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] | None = None
    c2pa: dict[str, Any] | None = None


def read_metadata(image: Image.Image, data: bytes) -> Metadata:
    """What the file `data`, decoded as `image` (with everything attached, not turned), says about itself."""
    return Metadata()
