"""What a file tells about a person: only which kinds of it are there, for a receipt; nothing of it is kept."""

from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

PLACE, CAMERA, SERIAL, TIME, NAME, NOTES = "place", "camera", "serial", "time", "name", "notes"
KINDS = (PLACE, CAMERA, SERIAL, TIME, NAME, NOTES)
"""In the order in which they are told."""
# Tags of Exif 3.0 (CIPA DC-008), TIFF 6.0 and DNG; `notes` are a maker's own data, which hold whatever they like.
_TAGS = {
    **dict.fromkeys((0x010F, 0x0110, 0xA433, 0xA434, 0xC614), CAMERA),
    **dict.fromkeys((0xA420, 0xA431, 0xA435, 0xC62F), SERIAL),
    **dict.fromkeys((0x0132, 0x9003, 0x9004), TIME),
    **dict.fromkeys((0x013B, 0x9C9D, 0xA430, 0xA437), NAME),
    0x927C: NOTES,
}
# The same in XMP, by the names of its properties.
_PROPERTIES = {
    PLACE: ("exif:GPS", "photoshop:City", "Iptc4xmpExt:LocationCreated", "Iptc4xmpCore:Location"),
    CAMERA: ("tiff:Make", "tiff:Model", "aux:Lens"),
    SERIAL: ("aux:SerialNumber", "exifEX:BodySerialNumber"),
    TIME: ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"),
    NAME: ("dc:creator", "photoshop:AuthorsPosition"),
}


def private_kinds(image: Image.Image) -> list[str]:
    """Those of `KINDS` that stand in the EXIF or XMP of a file as Pillow opened it. No file makes it raise."""
    try:
        exif = image.getexif()
        found = _in_tags(exif) | _in_tags(exif.get_ifd(ExifTags.IFD.Exif))
        # A position, not the version of the block alone.
        if any(tag in exif.get_ifd(ExifTags.IFD.GPSInfo) for tag in (2, 4, 29)):
            found.add(PLACE)
    except Exception:
        # Pillow raises whatever comes up in broken EXIF; what was found of it is no more than a receipt.
        found = set()
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    found |= {kind for kind, names in _PROPERTIES.items() if any(name in text for name in names)}
    return [kind for kind in KINDS if kind in found]


def _in_tags(tags: Mapping[int, Any]) -> set[str]:
    return {kind for tag, kind in _TAGS.items() if _says(tags.get(tag))}


def _says(value: Any) -> bool:
    return bool(value.strip("\0 ") if isinstance(value, str) else value)
