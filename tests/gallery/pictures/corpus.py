"""The hostile corpus: each file's name, how it is made, and the code of the sentence that refuses it."""

import struct
import zlib
from collections.abc import Callable

from tests.gallery.pictures.files import (
    apng,
    chunk,
    drawing,
    gif,
    jpeg_with,
    moving,
    png,
    saved,
    webp,
    webp_with,
    with_chunks,
    zeros,
    zipped,
)

MB = 2**20
Maker = Callable[[], bytes]


def _text(keyword: bytes, size: int) -> bytes:
    return chunk(b"tEXt", keyword + b"\0" + b"a" * size)


def _packed(size: int) -> bytes:
    return chunk(b"zTXt", b"Comment\0\0" + zeros(size))


def _small() -> bytes:
    return png(8, 8)


def _photo() -> bytes:
    return saved(drawing(), "JPEG")


def _cut(kind: str, share: float) -> bytes:
    content = saved(drawing(600, 400), kind)
    return content[: int(len(content) * share)]


def _vp8x(width: int, height: int) -> bytes:
    """A WebP that says in ten bytes how large its canvas is, with one small frame."""
    head = bytes([0, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp((b"VP8X", head), (b"VP8 ", saved(drawing(16, 16), "WEBP")[20:]))


def _without_pixels(avif: bytes) -> bytes:
    start = avif.index(b"mdat") + 4
    return avif[:start] + b"\xff" * (len(avif) - start)


def _claimed_avif(width: int, height: int) -> bytes:
    """An AVIF that says of itself that it is larger."""
    content = saved(drawing(), "AVIF")
    return content.replace(struct.pack(">II", 96, 64), struct.pack(">II", width, height))


def _scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is told again and again."""
    content = saved(drawing(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


REFUSED: dict[str, tuple[Maker, str]] = {
    # bombs
    "png of 13376² pixels": (lambda: png(13376, 13376), "upload_too_many_pixels"),
    "png of 60000² pixels, claimed": (lambda: png(1, 1)[:16] + struct.pack(">II", 60000, 60000), "upload_cut_off"),
    "png stripe of 65500 × 2": (lambda: png(65500, 2), "upload_too_long"),
    "png stripe of 16000 × 2": (lambda: png(16000, 2), "upload_too_narrow"),
    "png of 16 bits, 60 megapixels": (lambda: png(7746, 7746, deep=16, colour=6), "upload_too_many_pixels"),
    "zTXt of 200 MB": (lambda: with_chunks(_small(), _packed(200 * MB)), "upload_too_much_text"),
    "iTXt of 60 MB": (
        lambda: with_chunks(_small(), chunk(b"iTXt", b"Comment\0\1\0\0\0" + zeros(60 * MB))),
        "upload_too_much_text",
    ),
    "iCCP of 60 MB": (
        lambda: with_chunks(_small(), chunk(b"iCCP", b"ICC\0\0" + zeros(60 * MB))),
        "upload_too_much_text",
    ),
    "60 zTXt of 900 KB": (lambda: with_chunks(_small(), *[_packed(900_000)] * 60), "upload_too_much_text"),
    "tEXt of 20 MB": (lambda: with_chunks(_small(), _text(b"parameters", 20 * MB)), "upload_too_much_text"),
    "tEXt of 30 MB": (lambda: with_chunks(_small(), _text(b"parameters", 30 * MB)), "upload_too_large"),
    "10000 chunks": (lambda: with_chunks(_small(), *[_text(b"a", 1)] * 10_000), "upload_too_many_parts"),
    "jpeg with 20 MB of comments": (
        lambda: jpeg_with(_photo(), *[(0xFE, b"a" * 65_000)] * 310),
        "upload_too_much_text",
    ),
    "jpeg with 1000 comments": (lambda: jpeg_with(_photo(), *[(0xFE, b"a")] * 1000), "upload_too_many_parts"),
    "jpeg of 60000² pixels, claimed": (
        lambda: jpeg_with(b"\xff\xd8\xff\xd9", (0xC0, b"\x08" + struct.pack(">HH", 60000, 60000) + b"\1\1\x11\0")),
        "upload_too_many_pixels",
    ),
    "jpeg of 500 scans": (lambda: _scans(500), "upload_too_many_parts"),
    "webp of 16383² pixels, claimed": (lambda: _vp8x(16383, 16383), "upload_too_many_pixels_of_kind"),
    "webp with 20 MB of XMP": (
        lambda: webp_with(saved(drawing(), "WEBP"), (b"XMP ", b"a" * 20 * MB)),
        "upload_too_much_text",
    ),
    "webp with 1000 chunks": (
        lambda: webp_with(saved(drawing(), "WEBP"), *[(b"JUNK", b"ab")] * 1000),
        "upload_too_many_parts",
    ),
    "avif of 30000² pixels, claimed": (lambda: _claimed_avif(30000, 30000), "upload_too_many_pixels_of_kind"),
    "avif of 20 megapixels, claimed": (lambda: _claimed_avif(4500, 4500), "upload_too_many_pixels_of_kind"),
    "avif with 9 MB of XMP": (lambda: saved(drawing(), "AVIF", xmp=b"a" * 9 * MB), "upload_too_much_text"),
    # what moves
    "gif of 300 frames on 10000²": (lambda: gif(10_000, 300), "upload_other_kind"),
    "gif of 200000 frames": (lambda: gif(1, 200_000), "upload_other_kind"),
    "apng of 50 frames of 4000²": (lambda: apng(4000, 50), "upload_animated"),
    "png, moving": (lambda: moving("PNG"), "upload_animated"),
    "webp, 8 frames of 3000²": (lambda: moving("WEBP", 8, 3000), "upload_animated"),
    "avif, moving": (lambda: moving("AVIF"), "upload_animated"),
    # what is no picture, or none of ours
    "svg": (lambda: b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "upload_other_kind"),
    "svg with entities": (
        lambda: b"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
        "upload_other_kind",
    ),
    "html": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", "upload_other_kind"),
    "postscript": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file",
        "upload_other_kind",
    ),
    "eps": (lambda: b"\xc5\xd0\xd3\xc6" + bytes(28) + b"%!PS-Adobe-3.0", "upload_other_kind"),
    "pdf": (lambda: b"%PDF-1.7\n", "upload_other_kind"),
    "zip bomb": (lambda: zipped(100 * MB), "upload_other_kind"),
    "tiff": (lambda: saved(drawing(), "TIFF"), "upload_other_kind"),
    "bmp": (lambda: saved(drawing(), "BMP"), "upload_other_kind"),
    "ico": (lambda: saved(drawing(), "ICO"), "upload_other_kind"),
    "jpeg 2000": (lambda: saved(drawing(), "JPEG2000"), "upload_other_kind"),
    "heic": (lambda: struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(99), "upload_other_kind"),
    "jpeg xl": (lambda: b"\xff\x0a" + bytes(99), "upload_other_kind"),
    "nothing": (lambda: b"", "upload_empty"),
    "one byte": (lambda: b"\x89", "upload_unreadable"),
    "noise": (lambda: zlib.compress(b"noise" * 9) * 50, "upload_unreadable"),
    "text": (lambda: b"1girl, red hair", "upload_unreadable"),
    # damaged
    "png, half": (lambda: _cut("PNG", 0.5), "upload_cut_off"),
    "jpeg, half": (lambda: _cut("JPEG", 0.5), "upload_cut_off"),
    "webp, half": (lambda: _cut("WEBP", 0.5), "upload_cut_off"),
    "avif, half": (lambda: _cut("AVIF", 0.5), "upload_cut_off"),
    "png, its signature": (lambda: _small()[:8], "upload_cut_off"),
    "jpeg, its signature": (lambda: b"\xff\xd8\xff", "upload_cut_off"),
    "webp, its signature": (lambda: b"RIFF\4\0\0\0WEBP", "upload_unreadable"),
    "avif, its signature": (lambda: struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif", "upload_unreadable"),
    "png of no width": (lambda: png(0, 5), "upload_unreadable"),
    "png, pixels that are none": (
        lambda: png(1, 1)[:33] + chunk(b"IDAT", b"x" * 99) + chunk(b"IEND"),
        "upload_unreadable",
    ),
    "avif, pixels that are none": (lambda: _without_pixels(saved(drawing(), "AVIF")), "upload_unreadable"),
    "png, a chunk of 4 GB": (
        lambda: _small()[:33] + struct.pack(">I", 2**32 - 1) + b"tEXt" + bytes(99),
        "upload_cut_off",
    ),
    "avif, a box of no end": (
        lambda: saved(drawing(), "AVIF")[:32] + b"\xff\xff\xff\xff" + saved(drawing(), "AVIF")[36:],
        "upload_cut_off",
    ),
}
