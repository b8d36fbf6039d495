"""Files in real containers, with texts where each program puts them; built from the formats' documents."""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.provenance.readers import Blocks, gather


@dataclass(frozen=True)
class Sample:
    """A file by its name; `build` makes it; `typed` are the parts of the recipe that must be exactly so."""

    name: str
    build: Callable[[], bytes]
    generator: str
    version: str
    typed: dict[str, Any]


def sample(name: str, build: Callable[[], bytes], generator: str, version: str, **typed: Any) -> Sample:
    return Sample(name, build, generator, version, typed)


SIZE = (64, 48)
USER_COMMENT, MAKER_NOTE, SOFTWARE, MAKE, MODEL, DESCRIPTION = 0x9286, 0x927C, 0x0131, 0x010F, 0x0110, 0x010E
XMP_KEYWORD = "XML:com.adobe.xmp"


def picture(mode="RGB", size=SIZE):
    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    planes = [across * 3 % 256, down * 5 % 256, (across + down) % 256, np.full_like(across, 255)]
    return Image.fromarray(np.stack(planes[: len(mode)], axis=-1).astype(np.uint8), mode)


def blocks_of(data: bytes) -> Blocks:
    with Image.open(BytesIO(data)) as image:
        return gather(image, data)


def png(texts=(), *, international=(), xmp="", exif=None, image=None) -> bytes:
    """`texts` as Pillow writes them (tEXt, or iTXt where Latin-1 isn't enough)."""
    info = PngInfo()
    for name, text in dict(texts).items():
        info.add_text(name, text)
    for name, text in dict(international).items():
        info.add_itxt(name, text, lang="en", tkey=name)
    if xmp:
        info.add_itxt(XMP_KEYWORD, xmp)
    out = BytesIO()
    (image or picture()).save(out, "PNG", pnginfo=info, **({"exif": exif} if exif else {}))
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(data: bytes, *chunks: bytes, after_pixels=False) -> bytes:
    """A PNG with more chunks, right after its header or right before its end."""
    at = len(data) - 12 if after_pixels else 33
    return data[:at] + b"".join(chunks) + data[at:]


def saved(kind: str, *, exif=None, xmp: str = "", comment: bytes = b"", **options) -> bytes:
    out = BytesIO()
    if exif is not None:
        options["exif"] = exif
    if xmp:
        options["xmp"] = xmp.encode()
    if comment:
        options["comment"] = comment
    picture().save(out, kind, **options)
    return out.getvalue()


def unicode_comment(text: str, order: str = "be") -> bytes:
    return b"UNICODE\0" + text.encode(f"utf-16-{order}")


def exif(comment: bytes | str | None = None, *, in_first=False, **tags) -> bytes:
    """EXIF with a UserComment where it belongs, or in the first directory as in Fooocus; other tags by name."""
    whole = Image.Exif()
    numbers = {"software": SOFTWARE, "make": MAKE, "model": MODEL, "description": DESCRIPTION, "maker_note": MAKER_NOTE}
    for name, value in tags.items():
        whole[numbers[name]] = value
    if comment is not None:
        (whole if in_first else whole.get_ifd(0x8769))[USER_COMMENT] = comment
    # As bytes: an Exif object with nothing in its first directory counts as empty and isn't written to PNG and AVIF.
    return whole.tobytes()


def stealth(
    text: str,
    *,
    colours=False,
    packed=True,
    size=(96, 80),
    kind="PNG",
    payload: bytes | None = None,
    length: int | None = None,
) -> bytes:
    """A file with text in the lowest bits of alpha or of the colours, column by column."""
    body = payload if payload is not None else gzip.compress(text.encode()) if packed else text.encode()
    name = f"stealth_{'rgb' if colours else 'png'}{'comp' if packed else 'info'}".encode()
    bits = np.unpackbits(
        np.frombuffer(name + struct.pack(">I", len(body) * 8 if length is None else length) + body, np.uint8)
    )
    array = np.array(picture("RGB" if colours else "RGBA", size))
    planes = array[..., :3] if colours else array[..., 3:]
    columns = planes.transpose(1, 0, 2).reshape(-1).copy()
    columns[: len(bits)] = columns[: len(bits)] & 0xFE | bits
    planes[...] = columns.reshape(size[0], size[1], planes.shape[2]).transpose(1, 0, 2)
    out = BytesIO()
    Image.fromarray(array).save(out, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    return out.getvalue()


def xmp(properties: str, **namespaces: str) -> str:
    """A packet around `properties`; the usual namespaces are declared."""
    known = {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
    }
    declared = " ".join(f'xmlns:{name}="{address}"' for name, address in (known | namespaces).items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{properties.replace("NAMESPACES", declared)}'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def described(inner: str) -> str:
    return xmp(f'<rdf:Description rdf:about="" NAMESPACES>{inner}</rdf:Description>')


def extended_xmp_jpeg(main: str, more: str) -> bytes:
    """A JPEG whose packet goes on in two further segments, the later part first."""
    data, body = saved("JPEG", xmp=main), more.encode()
    half, guid = len(body) // 2, b"A" * 32
    parts = b""
    for start, part in ((half, body[half:]), (0, body[:half])):
        segment = b"http://ns.adobe.com/xmp/extension/\0" + guid + struct.pack(">II", len(body), start) + part
        parts += b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
    return data[:2] + parts + data[2:]


def iptc_jpeg(caption: str) -> bytes:
    """A JPEG with the caption of an old IPTC block."""
    text = caption.encode()
    records = b"\x1c\x02\x78" + struct.pack(">H", len(text)) + text
    body = (
        b"Photoshop 3.0\x008BIM\x04\x04\x00\x00"
        + struct.pack(">I", len(records))
        + records
        + b"\0" * (len(records) % 2)
    )
    data = saved("JPEG")
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:]


def dumps(value) -> str:
    return json.dumps(value, ensure_ascii=False)
