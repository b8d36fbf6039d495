"""Small functions that make files, chunk by chunk where it matters; always the same bytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image, ImageCms

PNG = b"\x89PNG\r\n\x1a\n"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file that Pillow writes."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def drawing(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Soft colours that no two pixels share, so that a turn or a shift shows."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    pixels = np.stack([across * 255 // width, down * 255 // height, (across + down) * 3 % 256], 2)
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *before: bytes, deep: int = 8, colour: int = 2, after: bytes = b"") -> bytes:
    """A PNG of zeros with chunks before its pixels; a few kilobytes for hundreds of megapixels."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = b"\0" * (1 + (width * channels * deep + 7) // 8)
    packer, packed = zlib.compressobj(9), bytearray()
    for _ in range(height):
        packed += packer.compress(row)
    packed += packer.flush()
    ihdr = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, deep, colour, 0, 0, 0))
    return PNG + ihdr + b"".join(before) + chunk(b"IDAT", bytes(packed)) + chunk(b"IEND") + after


def zeros(size: int) -> bytes:
    """`size` zero bytes, deflated."""
    packer, packed = zlib.compressobj(9), bytearray()
    for start in range(0, size, 2**20):
        packed += packer.compress(bytes(min(2**20, size - start)))
    return bytes(packed + packer.flush())


def with_chunks(content: bytes, *chunks: bytes) -> bytes:
    """A PNG with further chunks behind its IHDR."""
    return content[:33] + b"".join(chunks) + content[33:]


def jpeg_with(content: bytes, *segments: tuple[int, bytes]) -> bytes:
    """A JPEG with further segments (marker, content) behind its first two bytes."""
    parts = [struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments]
    return content[:2] + b"".join(parts) + content[2:]


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of these chunks."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_with(content: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP with further chunks at its end."""
    return webp(*webp_chunks(content), *chunks)


def webp_chunks(content: bytes) -> Iterable[tuple[bytes, bytes]]:
    """The chunks of a WebP."""
    place = 12
    while place + 8 <= len(content):
        length = struct.unpack("<I", content[place + 4 : place + 8])[0]
        yield content[place : place + 4], content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def gif(side: int, frames: int) -> bytes:
    """A GIF of a few bytes a frame on a canvas of `side`²."""
    frame = b"\x21\xf9\x04\0\1\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def apng(side: int, frames: int) -> bytes:
    """An animated PNG that says how many frames it has."""
    return with_chunks(png(side, side), chunk(b"acTL", struct.pack(">II", frames, 0)))


def moving(kind: str, frames: int = 3, side: int = 64) -> bytes:
    """An animation as Pillow writes it."""
    pictures = [Image.new("RGB", (side, side), (40 * number, 90, 120)) for number in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:])


def zipped(size: int) -> bytes:
    """A ZIP of `size` zero bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("picture.png", bytes(size))
    return out.getvalue()


def telling_exif(orientation: int = 1) -> bytes:
    """EXIF with what nobody wants to tell: where, with what, when, in which words."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110], exif[0x0131] = orientation, "ZxMaker", "ZxModel", "ZxSoftware"
    exif[0x010E], exif[0x013B] = "<script>alert('ZxDescription')</script>", "ZxArtist"
    exif.get_ifd(0x8769).update({0xA431: "ZxSerial123", 0x9286: b"UNICODE\0" + "ZxPrompt".encode("utf-16-be")})
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 41.0, 22.0), 3: "E", 4: (139.0, 41.0, 30.0)})
    return exif.tobytes()


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="ZxTitle"/></rdf:RDF></x:xmpmeta>'
)


def wide_profile() -> bytes:
    """An RGB profile whose red, green and blue lie elsewhere than sRGB's: its primaries are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {}
    for number in range(struct.unpack(">I", profile[128:132])[0]):
        start = 132 + 12 * number
        tags[bytes(profile[start : start + 4])] = start + 4
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile).replace("sRGB built-in".encode("utf-16-be"), "ZxRGB unusual".encode("utf-16-be"))
