"""Pictures of a folder, each with the sidecar beside it, if there is one.

Sidecars are what gallery-dl and its like write: `picture.png.json` or `picture.json` with Danbooru's names, or
`picture.png.txt` or `picture.txt` with tags, one a line or separated by commas or blanks.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gallery.errors import Invalid
from gallery.imports.item import BrokenSidecar, Item, rating_of, text_of, words_of
from gallery.imports.recipes import recipe_in

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif"})
MAX_SIDECAR = 8 * 2**20
MAX_KEY = 500


@dataclass
class Folder:
    """A folder with all below it; links are not followed out of it. `max_bytes`: the largest picture that is read."""

    root: Path
    max_bytes: int = 25 * 2**20

    def items(self, after: str = "") -> Iterator[Item]:
        """Its pictures in the order of their paths, those behind the path `after`. Raises `Invalid`: no folder."""
        if not self.root.is_dir():
            raise Invalid("import_no_folder", path=str(self.root))
        for path in sorted(_pictures(self.root), key=lambda path: _key(self.root, path)):
            key = _key(self.root, path)
            if key > after:
                yield self._item(key, path)

    def _item(self, key: str, path: Path) -> Item:
        try:
            facts, broken = _sidecar(path), ""
        except ValueError as error:
            facts, broken = {}, str(error)

        def read() -> bytes:
            if broken:
                # Without its tags and rating it would be posted as something else than it is.
                raise BrokenSidecar("import_bad_sidecar", name=broken)
            size = path.stat().st_size
            if size > self.max_bytes:
                raise Invalid("upload_too_large", size=-(-size // 2**20), limit=self.max_bytes // 2**20)
            # The name was a file when the folder was read; should it be a link by now, it isn't followed.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(self.max_bytes + 1)

        parent = facts.get("parent_id")
        return Item(
            key=key,
            name=path.name[:200],
            read=read,
            words=words_of(facts),
            rating=rating_of(facts.get("rating")),
            source=text_of(facts.get("source") or facts.get("file_url"), 1200),
            title=text_of(facts.get("title"), 200),
            commentary=text_of(facts.get("commentary") or facts.get("description"), 10_000),
            number=str(facts["id"]) if type(facts.get("id")) is int else "",
            parent=str(parent) if type(parent) is int else "",
            recipe=recipe_in(facts),
        )


def _pictures(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if (
                path.suffix.lower() in PICTURES
                and not name.startswith(".")
                and path.is_file()
                and not path.is_symlink()
            ):
                yield path


def _key(root: Path, path: Path) -> str:
    """The path below the folder, with `/`, as text that can be kept and is no other picture's: bytes that are no text
    are written as `\\xff`, and what is too long ends in its digest."""
    text = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
    if len(text) <= MAX_KEY:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{text[: MAX_KEY - len(digest) - 1]}…{digest}"


def _sidecar(path: Path) -> dict[str, Any]:
    """What lies beside a picture says. Raises ValueError with the name of a JSON file that can't be read as such."""
    for name in (f"{path.name}.json", f"{path.stem}.json"):
        text = _text(path.with_name(name))
        if text is not None:
            try:
                facts = json.loads(text)
            except (ValueError, RecursionError):
                facts = None
            if not isinstance(facts, dict):
                raise ValueError(name)
            return facts
    for name in (f"{path.name}.txt", f"{path.stem}.txt"):
        text = _text(path.with_name(name))
        if text is not None:
            return {"tags": _listed(text)}
    return {}


def _listed(text: str) -> list[str]:
    """Tags of a text file: by lines or commas where there are any, so that `long hair` is one; else by blanks."""
    apart = re.split(r"[,\n]" if "," in text or "\n" in text.strip() else r"\s", text)
    return [part for part in apart if part.strip()]


def _text(path: Path) -> str | None:
    """What a sidecar says; None where there is none that can be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_SIDECAR:
            return None
        return path.read_text("utf-8-sig", errors="replace")
    except OSError:
        return None
