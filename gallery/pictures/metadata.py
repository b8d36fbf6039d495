"""What a file says about how its picture was made: its own texts, and a signed manifest."""

from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from gallery.provenance.c2pa import read_manifest
from gallery.provenance.readers import gather, read


@dataclass(frozen=True)
class Metadata:
    """All of it fits into JSON. `blocks`: raw texts by where they stood; `found`: what the readers made of them, or
    None; `c2pa`: state and summary of a manifest that came with the file, or None."""

    blocks: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] | None = None
    c2pa: dict[str, Any] | None = None


def read_metadata(image: Image.Image, data: bytes, anchors: str = "") -> Metadata:
    """What the file `data`, decoded as `image` (with everything attached, not turned), says about itself."""
    blocks = gather(image, data)
    found = read(blocks)
    manifest = read_manifest(data, Image.MIME.get(image.format or "", ""), anchors)
    return Metadata(
        blocks.to_dict() if blocks else {},
        found.to_dict() if found else None,
        manifest.to_dict() if manifest else None,
    )
