"""The ZIP of a copy, opened as what it is: a file that a stranger sends.

Nothing of it is ever written to the disk under a name of its own. Entries are found by the names that the layout has,
read as streams within bounds, and believed when they are what the manifest says.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gallery.accounts.exports.layout import FORMAT, MANIFEST, VERSION
from gallery.errors import Invalid
from gallery.ingest import MAX_BYTES
from generation.imports.rows import object_of, text

MAX_ENTRIES = 100_000
MAX_DIRECTORY_BYTES = 32 * 2**20
"""Of the ZIP's own list of its entries, which Python reads as a whole."""
MAX_MANIFEST_BYTES = 16 * 2**20
MAX_TABLE_BYTES = 512 * 2**20
MAX_LINE_BYTES = 4 * 2**20
"""A wildcard may have a megabyte, and JSON writes each end of a line as two signs."""
MAX_RATIO = 200
"""JSON shrinks to a tenth or so; what shrinks to less than a two-hundredth is made to."""
UNPACKED, SPARE_BYTES = 10, 256 * 2**20
"""All entries together: at most so many times the file, and so many bytes more."""
TABLES = ("takes.json", "posts.json", "styles.json", "style-pages.json", "wildcards.json")
BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, OverflowError)
_HEX = re.compile("[0-9a-f]{64}")
_PICTURE = re.compile(r"((?:takes|posts|masks)/[1-9][0-9]{0,18})(?:\.small)?\.(?:png|jpg|webp|avif)")
_FORBIDDEN = re.compile(r"[\x00-\x1f\\:]")
_BLOCK = 2**16


class Archive:
    """An opened copy: `site` and `account` are what it says it comes from."""

    def __init__(self, opened: ZipFile, manifest: dict[str, Any]) -> None:
        self._zip = opened
        self._entries = {info.filename: info for info in opened.infolist()}
        site = object_of(manifest.get("site"))
        self.site, self.site_name = text(site.get("address"), 200), text(site.get("name"), 60)
        self.account = text(manifest.get("account"), 150)
        self._digests = _digests_in(manifest.get("files"))
        self._pictures: dict[str, str] = {}
        for name in self._entries:
            if found := _PICTURE.fullmatch(name):
                self._pictures.setdefault(found[1], name)

    @property
    def place(self) -> str:
        """Where it says it comes from, for people."""
        return f"{self.site_name} ({self.site})" if self.site_name else self.site

    def picture(self, folder: str, number: int) -> str:
        """The name of the picture of a take, a post or a mask; "" where the copy has none."""
        return self._pictures.get(f"{folder}/{number}", "")

    def content(self, name: str) -> bytes:
        """A whole picture. Raises `Invalid`: larger than any that is taken, changed, or damaged."""
        info = self._entries[name]
        if info.file_size > MAX_BYTES:
            raise Invalid("upload_too_large", size=-(-info.file_size // 2**20), limit=MAX_BYTES // 2**20)
        with self._reading(name) as file:
            found = file.read(MAX_BYTES + 1)
        if hashlib.sha256(found).hexdigest() != self._digests.get(name):
            raise Invalid("bring_damaged", name=name)
        return found

    def rows(self, name: str) -> Iterator[Any]:
        """The rows of a table, one after the other; None for one that is no JSON, or longer than any that is read.
        Nothing where there is no table."""
        if name not in self._entries:
            return
        with self._reading(name) as file:
            count = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                count += 1
                if count > MAX_ENTRIES + 2:
                    raise Invalid("bring_bad_table", name=name)
                if len(line) > MAX_LINE_BYTES:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(MAX_LINE_BYTES)
                    yield None
                    continue
                bare = line.strip()
                if bare not in (b"[", b"]", b"[]", b""):
                    yield parsed(bare.removesuffix(b","))

    def check_tables(self) -> None:
        """Look whether the tables are as they were written, before anything is done with them. Raises `Invalid`."""
        for name in TABLES:
            if name not in self._entries:
                continue
            if self._entries[name].file_size > MAX_TABLE_BYTES:
                raise Invalid("bring_bad_table", name=name)
            digest = hashlib.sha256()
            with self._reading(name) as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
            if digest.hexdigest() != self._digests.get(name):
                raise Invalid("bring_damaged", name=name)

    @contextmanager
    def _reading(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(self._entries[name]) as file:
                yield file
        except BROKEN as error:
            raise Invalid("bring_damaged", name=name) from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The copy at `path`. Raises `Invalid` for what is no copy, one that is not safe to read, and `OSError`."""
    with path.open("rb") as file:
        _check_directory(file)
        try:
            found = ZipFile(file)
        except BROKEN as error:
            raise Invalid("bring_no_zip") from error
        with found:
            _check_entries(found.infolist(), path.stat().st_size)
            archive = Archive(found, _manifest_in(found))
            archive.check_tables()
            yield archive


def parsed(line: bytes) -> Any:
    """What a line of JSON says; None for what is none, or says what JSON has no words for."""
    try:
        return json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _check_directory(file: IO[bytes]) -> None:
    """Look at how long the list of entries says it is, where Python looks for it: its reader takes it in whole.

    The layout (APPNOTE.TXT 4.3.14-4.3.16): [zip64 record, 56 bytes] [its locator, 20 bytes] end record, 22 bytes, with
    no comment behind.
    """
    file.seek(0, 2)
    size = file.tell()
    if size < 22:
        raise Invalid("bring_no_zip")
    file.seek(size - min(size, 98))
    tail = file.read()
    end = tail[-22:]
    if end[:4] != b"PK\x05\x06" or end[-2:] != b"\0\0":
        raise Invalid("bring_no_zip")
    entries, length = struct.unpack("<HL", end[10:16])
    if tail[-42:-38] == b"PK\x06\x07":
        record = tail[-98:-42]
        # Pythons since 3.11.14 go where the locator leads, those before look in front of it.
        (place,) = struct.unpack("<Q", tail[-34:-26])
        if len(record) != 56 or record[:4] != b"PK\x06\x06" or place != size - 98:
            raise Invalid("bring_no_zip")
        entries, length = struct.unpack("<QQ", record[32:48])
    if entries > MAX_ENTRIES or length > MAX_DIRECTORY_BYTES:
        raise Invalid("bring_too_many", limit=MAX_ENTRIES)
    file.seek(0)


def _check_entries(entries: list[ZipInfo], size: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Invalid("bring_too_many", limit=MAX_ENTRIES)
    if len({info.filename for info in entries}) != len(entries):
        raise Invalid("bring_twice")
    for info in entries:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if _leads_out(info.filename) or kind not in (0, stat.S_IFREG):
            raise Invalid("bring_unsafe_name", name=text(info.filename, 80))
        if info.flag_bits & 1 or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Invalid("bring_no_copy")
        if info.file_size > 2**20 and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise Invalid("bring_bomb")
    if sum(info.file_size for info in entries) > UNPACKED * size + SPARE_BYTES:
        raise Invalid("bring_bomb")


def _leads_out(name: str) -> bool:
    """Whether a name is another place than below the folder that a program would unpack it in."""
    return name.startswith("/") or ".." in name.split("/") or len(name) > 200 or _FORBIDDEN.search(name) is not None


def _manifest_in(found: ZipFile) -> dict[str, Any]:
    try:
        info = found.getinfo(MANIFEST)
        if info.file_size > MAX_MANIFEST_BYTES:
            raise Invalid("bring_no_copy")
        manifest = parsed(found.read(info))
    except (KeyError, *BROKEN) as error:
        raise Invalid("bring_no_copy") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid("bring_no_copy")
    version = manifest.get("version")
    if type(version) is not int or version != VERSION:
        raise Invalid("bring_version", version=text(str(version), 20), known=VERSION)
    return manifest


def _digests_in(files: Any) -> dict[str, str]:
    if not isinstance(files, dict):
        raise Invalid("bring_no_copy")
    return {name: digest for name, digest in files.items() if isinstance(digest, str) and _HEX.fullmatch(digest)}
