"""Where a model's files lie. A page may name only what lies below `CHECKPOINTS_DIR`; the command line, any path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from generation.models import Checkpoint, Resource
from generation.models_on_disk.refusals import ModelRefused

MAX_PATH = 500
MAX_OFFERED = 200
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Offered:
    """A file or folder that could be added. `path` is relative to `CHECKPOINTS_DIR`; `size` in bytes, 0 of a folder."""

    path: str
    size: int


def root() -> Path:
    """The folder that holds the site's models."""
    return Path(settings.CHECKPOINTS_DIR)


def path_of(row: Checkpoint | Resource) -> Path:
    """Where the files of a row are: its path is absolute or below `CHECKPOINTS_DIR`."""
    return root() / row.path


def is_there(row: Checkpoint | Resource) -> bool:
    """Whether this machine has anything where the files of a row should be."""
    try:
        return path_of(row).exists()
    except OSError:
        return False


def stored(path: Path) -> str:
    """A path as a row keeps it: relative where that is possible, so that the folder can be moved as a whole."""
    # Not resolve(): a link is kept as it was named.
    whole = Path(os.path.abspath(path))  # noqa: PTH100
    home = Path(os.path.abspath(root()))  # noqa: PTH100
    return whole.relative_to(home).as_posix() if whole.is_relative_to(home) else str(whole)


def below_root(path: str) -> Path:
    """The file or folder that a page names. Raises `ModelRefused` for anything outside, links that lead out too."""
    outside = ModelRefused(
        _("Only files below %(folder)s can be added here. Others: manage.py models add PATH.") % {"folder": root()}
    )
    if "\0" in path or not path.strip():
        raise outside
    whole = root() / path.strip()
    try:
        resolved = whole.resolve()
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        raise outside from None
    if not resolved.is_relative_to(root().resolve()) or resolved == root().resolve():
        raise outside
    return whole


def readable(path: Path) -> Path:
    """The path itself when all of it can be read. Raises `ModelRefused`."""
    if "\0" in str(path) or len(str(path)) > MAX_PATH:
        raise ModelRefused(_("This path is too long or has a character that no path has."))
    try:
        exists = path.exists()
    except OSError:
        exists = False
    if not exists:
        raise ModelRefused(_("There is no file or folder %(path)s on this machine.") % {"path": path})
    for file in [path, *(path.rglob("*") if path.is_dir() else [])]:
        if not os.access(file, os.R_OK | (os.X_OK if file.is_dir() else 0)):
            raise ModelRefused(
                _("%(path)s can't be read. Give the user that the site and its worker run as the right to read it.")
                % {"path": file}
            )
    return path


def offered() -> list[Offered]:
    """What lies below `CHECKPOINTS_DIR` and was not added yet: at most `MAX_OFFERED`, by name."""
    taken = {path for model in (Checkpoint, Resource) for path in model.objects.values_list("path", flat=True)}
    found = [entry for entry in _candidates(root(), _DEPTH) if entry.path not in taken]
    return sorted(found, key=lambda entry: entry.path.lower())[:MAX_OFFERED]


def _candidates(folder: Path, depth: int) -> Iterator[Offered]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        name = entry.relative_to(root()).as_posix()
        try:
            if entry.is_dir():
                if (entry / "model_index.json").is_file():
                    yield Offered(name, 0)
                elif depth > 1 and not entry.name.startswith("."):
                    yield from _candidates(entry, depth - 1)
            elif entry.suffix.lower() == ".safetensors":
                yield Offered(name, entry.stat().st_size)
        except OSError:
            continue
