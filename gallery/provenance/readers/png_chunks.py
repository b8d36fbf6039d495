"""Text chunks of a PNG. Format: PNG specification, third edition, 11.3.3.

Pillow gives up on a compressed text of more than a megabyte, which large graphs are, and keeps one a keyword.
"""

from collections.abc import Iterator

from gallery.provenance.readers.allowance import Allowance
from gallery.provenance.readers.text import decoded

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_TEXTS = 1_000
_LONGEST_KEYWORD = 79


def png_texts(data: bytes, allowance: Allowance) -> list[tuple[str, str]]:
    """Keyword and text of each tEXt, zTXt and iTXt chunk, before and after the pixels; empty for what is no PNG."""
    texts: list[tuple[str, str]] = []
    for kind, body in _chunks(data):
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        if len(texts) == _MOST_TEXTS:
            allowance.say_cut("PNG")
            break
        keyword, nul, rest = body.partition(b"\0")
        if not nul or not keyword or len(keyword) > _LONGEST_KEYWORD:
            continue
        name = decoded(keyword)
        text = _text(kind, bytes(rest), name, allowance)
        if text is not None:
            texts.append((name, decoded(text)))
    return texts


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(SIGNATURE):
        return
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind == b"IEND":
            return
        # Image data can be large: only what is wanted is copied.
        yield kind, data[at + 8 : at + 8 + length] if kind in (b"tEXt", b"zTXt", b"iTXt") else b""
        at += 12 + length


def _text(kind: bytes, rest: bytes, name: str, allowance: Allowance) -> bytes | None:
    if kind == b"tEXt":
        return allowance.take(rest, name)
    if kind == b"zTXt":
        return allowance.inflate(rest[1:], name) if rest[:1] == b"\0" else None
    if len(rest) < 2:
        return None
    compressed = rest[0] == 1
    _language, _nul, rest = rest[2:].partition(b"\0")
    _translated, nul, text = rest.partition(b"\0")
    if not nul:
        return None
    return allowance.inflate(text, name) if compressed else allowance.take(text, name)
