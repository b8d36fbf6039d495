"""Files as somebody might send them, and the assets that become of them."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.ingest import keep_sent
from gallery.models import Asset, User
from gallery.provenance.c2pa import own_credentials, sign
from tests.factories import make_image

A1111 = (
    "night sky\nNegative prompt: stars\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x48, Model: some model"
)
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def png(image: Image.Image | None = None, *, parameters: str = "", source_type: str = "") -> bytes:
    """A PNG with what a generator or an editor would write into it."""
    info, out = PngInfo(), BytesIO()
    if parameters:
        info.add_text("parameters", parameters)
    if source_type:
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
            f'Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPES}{source_type}"/></rdf:RDF></x:xmpmeta>'
        )
        info.add_itxt("XML:com.adobe.xmp", packet)
    (image or make_image()).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def signed_by_stranger(data: bytes, folder: Path, source_type: str) -> bytes:
    """The file with a manifest of an authority that this site doesn't know, which claims that source type."""
    action: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES + source_type}
    manifest = {
        "claim_generator_info": [{"name": "Some camera", "version": "1"}],
        "title": "picture.png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    return sign(data, "image/png", manifest, own_credentials(folder, "Somebody"))


def sent(owner: User, data: bytes, name: str = "picture.png") -> Asset:
    """The asset of a file that `owner` sends."""
    return keep_sent(owner, BytesIO(data), len(data), name)
