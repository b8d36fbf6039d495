"""Everything an answer says, and the marks in it."""

import zlib
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.leaks.marks import Mark, marks_in
from tests.leaks.pictures import recognise
from tests.leaks.things import BY_INDEX
from tests.leaks.world import World

PNG = b"\x89PNG\r\n\x1a\n"


def found_in(response: Any, world: World) -> set[Mark]:
    """The marks in status line, headers, cookies and body; of a picture also whose it is, and whether it is sharp."""
    head = "\n".join(f"{name}: {value}" for name, value in response.items()) + response.cookies.output()
    body = b"" if response.streaming else response.content
    found = marks_in(head.encode(), world.digests)
    if response.get("Content-Type", "").startswith("image/"):
        found |= marks_in(texts_of(body), world.digests)
        if body and (seen := recognise(body, len(BY_INDEX))):
            index, sharp = seen
            found |= {Mark(index, "px")} if sharp else {Mark(index, "bl")}
        return found
    found |= marks_in(body, world.digests)
    return found | (marks_in(unquote_to_bytes(body), world.digests) if b"%" in body else set())


def texts_of(body: bytes) -> bytes:
    """A picture file with its texts in the open: what a PNG keeps compressed is added, and UTF-16 loses its zeros."""
    packed = b"".join(_png_texts(body)) if body.startswith(PNG) else b""
    return body + packed + (body + packed).replace(b"\0", b"")


def _png_texts(body: bytes) -> list[bytes]:
    texts, at = [], len(PNG)
    while at < len(body):
        length, kind = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        data = body[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            # After the keyword and its NUL: the method, or flag, method, language and translated keyword.
            rest = data.split(b"\0", 1)[1]
            squeezed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[2] if rest[:1] == b"\1" else b""
            texts.append(zlib.decompress(squeezed) if squeezed else b"")
        at += 12 + length
    return texts
