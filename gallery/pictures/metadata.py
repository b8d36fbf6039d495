"""What a file says about how its picture was made: its own texts, and a signed manifest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from gallery.pictures.private import private_kinds
from gallery.provenance.c2pa import is_signed_by, read_manifest
from gallery.provenance.readers import gather, read


@dataclass(frozen=True)
class Metadata:
    """All of it fits into JSON. `blocks`: raw texts by where they stood; `found`: what the readers made of them, or
    None; `c2pa`: state and summary of a manifest that came with the file, or None; `own`: it is this site's own;
    `private`: what it tells of a person, by kind."""

    blocks: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] | None = None
    c2pa: dict[str, Any] | None = None
    own: bool = False
    private: list[str] = field(default_factory=list)


def read_metadata(image: Image.Image, data: bytes, anchors: str = "", own: Iterable[tuple[str, str]] = ()) -> Metadata:
    """What the file `data`, decoded as `image` (with everything attached, not turned), says about itself.

    `own`: what this site signs with, each as PEM certificates above the signing one and its number, or an empty one
    where nobody else is below them.
    """
    blocks = gather(image, data)
    found = read(blocks)
    mime = Image.MIME.get(image.format or "", "")
    manifest = read_manifest(data, mime, anchors)
    trusted = manifest is not None and manifest.state == "trusted"
    return Metadata(
        blocks.to_dict() if blocks else {},
        found.to_dict() if found else None,
        manifest.to_dict() if manifest else None,
        trusted and any(is_signed_by(data, mime, above, number) for above, number in own),
        private_kinds(image),
    )
