"""What a file is, by its first bytes; neither its name nor what a browser says about it counts."""

import re

OPENED = ("png", "jpg", "webp", "avif")
"""The kinds that are taken, as file name extensions."""

# Beginnings of what people send by mistake, or in the hope that something opens it; the name stands in the sentence.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"8BPS", "Photoshop"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\x01\0", "ICO"),
    (b"\0\0\x02\0", "ICO"),
    (b"qoif", "QOI"),
    (b"gimp xcf", "XCF"),
    (b"v/1\x01", "OpenEXR"),
    (b"\x1aE\xdf\xa3", "WebM"),
    (b"OggS", "Ogg"),
)
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_AVIF = {b"avif", b"avis"}
_MARKUP = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<(\w+|!)", re.S
)


def kind_of(data: bytes) -> str | None:
    """`png`, `jpg`, `webp` or `avif`, else None. A kilobyte of the beginning is enough."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "avif" if _AVIF & _brands(data) else None


def other_kind_of(data: bytes) -> str:
    """What a file that isn't taken is, as people call it; empty where that isn't known."""
    for beginning, name in _OTHERS:
        if data.startswith(beginning):
            return name
    brands = _brands(data)
    if brands:
        return "HEIC" if brands & _HEIC else "MP4"
    if data[:4] == b"RIFF":
        return "RIFF"
    markup = _MARKUP.match(data[:1024])
    if markup is None:
        return ""
    return "SVG" if markup[1].lower() == b"svg" or b"<svg" in data[:1024].lower() else "HTML"


def _brands(data: bytes) -> set[bytes]:
    """The brands that a file of ISO 14496-12's boxes says it keeps to."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), len(data), 512)
    return {data[8:12], *(data[start : start + 4] for start in range(16, end - 3, 4))}
