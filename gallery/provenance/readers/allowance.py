"""How much text is taken from one file, all its blocks together."""

import zlib

from gallery.provenance.readers.text import clean

TEXT_LIMIT = 8 * 1024 * 1024
"""Bytes of text after decompression, over all blocks of a file."""


class Allowance:
    """Counts what was taken; what doesn't fit is cut and named in `cut`."""

    def __init__(self, limit: int = TEXT_LIMIT) -> None:
        self.left = limit
        self.cut: list[str] = []

    def say_cut(self, name: str) -> None:
        """Remember that the block `name` isn't whole."""
        short = clean(name)[:80]
        if short not in self.cut and len(self.cut) < 100:
            self.cut.append(short)

    def take(self, data: bytes, name: str) -> bytes:
        """As much of `data` as is left, and count it."""
        if len(data) > self.left:
            self.say_cut(name)
        taken = data[: self.left]
        self.left -= len(taken)
        return taken

    def inflate(self, data: bytes, name: str, *, wbits: int = zlib.MAX_WBITS) -> bytes:
        """As much of what `data` decompresses to as is left, and count it; nothing for data that is broken."""
        if not self.left:
            self.say_cut(name)
            return b""
        inflater = zlib.decompressobj(wbits)
        try:
            taken = inflater.decompress(data, self.left)
        except zlib.error:
            return b""
        if inflater.unconsumed_tail or not inflater.eof:
            self.say_cut(name)
        self.left -= len(taken)
        return taken
