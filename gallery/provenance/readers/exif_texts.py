"""Texts in EXIF tags. Format of comments: Exif 2.32, 4.6.5 (eight bytes name the encoding of what follows)."""

from typing import Any

from PIL import Image

from gallery.provenance.readers.allowance import Allowance
from gallery.provenance.readers.text import clean, decoded, repaired

_EXIF_IFD = 0x8769
TAGS = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x9C9C: "XPComment",
    0x9286: "UserComment",
    0x927C: "MakerNote",
}
_COMMENT = 0x9286
_UTF16_LE = 0x9C9C
_SAMPLE = 800


def exif_texts(image: Image.Image, allowance: Allowance) -> dict[str, str]:
    """Texts by their tag's name; a tag in the wrong directory (Fooocus) counts where the right one has none."""
    try:
        first = image.getexif()
        directories: tuple[Any, ...] = (first.get_ifd(_EXIF_IFD), first)
        found = [(tag, directory[tag]) for tag in TAGS for directory in directories if tag in directory]
    except Exception:
        # Pillow has a dozen errors for broken EXIF, and broken EXIF says nothing.
        return {}
    texts: dict[str, str] = {}
    for tag, value in found:
        name = TAGS[tag]
        if text := _text(tag, value, allowance).strip():
            texts.setdefault(name, text)
    return texts


def _text(tag: int, value: Any, allowance: Allowance) -> str:
    if isinstance(value, tuple) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        value = bytes(value)
    if isinstance(value, str):
        value = value.encode("latin-1", "ignore") if value[:8] == "UNICODE\0" else value
    if isinstance(value, bytes):
        data = allowance.take(value, TAGS[tag])
        if tag == _UTF16_LE:
            return clean(data.decode("utf-16-le", "ignore"))
        return comment_text(data) if tag == _COMMENT else decoded(data)
    if isinstance(value, str):
        data = allowance.take(value.encode("utf-8", "ignore"), TAGS[tag])
        return repaired(data.decode("utf-8", "ignore"))
    return ""


def comment_text(data: bytes) -> str:
    """The text of a UserComment, whichever of the encodings its writer meant, and in either byte order."""
    name, body = data[:8], data[8:]
    if name == b"UNICODE\0":
        return _utf16(body)
    if name == b"ASCII\0\0\0":
        return decoded(body)
    if name == b"JIS\0\0\0\0\0":
        return _japanese(body)
    if name == b"\0" * 8:
        data = body
    return _utf16(data) if b"\0" in data[:_SAMPLE] else decoded(data)


def _japanese(body: bytes) -> str:
    for encoding in ("iso2022_jp", "shift_jis", "euc_jp"):
        try:
            return clean(body.decode(encoding))
        except UnicodeDecodeError:
            continue
    return decoded(body)


def _utf16(body: bytes) -> str:
    """UTF-16 of either byte order, which is written nowhere, or the UTF-8 that some put there instead."""
    if body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return clean(body.decode("utf-16", "ignore"))
    sample = body[:_SAMPLE]
    if _reads_as_utf8(sample):
        return clean(body.decode("utf-8", "ignore"))
    big, little = sample.decode("utf-16-be", "ignore"), sample.decode("utf-16-le", "ignore")
    return clean(body.decode("utf-16-be" if _likeness(big) >= _likeness(little) else "utf-16-le", "ignore"))


def _reads_as_utf8(sample: bytes) -> bool:
    """Whether these are words with blanks between: hardly anything in UTF-16 is."""
    try:
        text = sample[: -3 if len(sample) == _SAMPLE else None].decode("utf-8")
    except UnicodeDecodeError as error:
        text = sample[: error.start].decode("utf-8") if len(sample) == _SAMPLE and error.start > _SAMPLE - 8 else ""
    return " " in text and not any(mark < " " and mark not in "\n\r\t" for mark in text)


def _likeness(text: str) -> float:
    """How much this looks like text: read in the wrong order, ASCII looks like Chinese and Chinese like nothing."""
    plain = sum(" " <= mark <= "~" or mark in "\n\r\t" for mark in text)
    foreign = sum("\u00a1" <= mark <= "\u058f" or "\u3000" <= mark <= "\u9fff" or mark >= "\uac00" for mark in text)
    return (4 * plain + foreign - 2 * (len(text) - plain - foreign)) / max(len(text), 1)
