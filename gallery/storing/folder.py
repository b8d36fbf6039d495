"""A folder of this machine: what is kept there survives a crash at any moment, and is the site's alone."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PART = ".part-"
"""How the name of what isn't whole yet begins."""


class MediaFolder(FileSystemStorage):
    """Files below MEDIA_ROOT. A name stands for its bytes, so what is there already is never written again."""

    def __init__(self) -> None:
        super().__init__(allow_overwrite=True)

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        target = Path(self.path(name))
        try:
            # What is taken up again counts as new: `check_media` removes only what nobody named for an hour.
            os.utime(target)
        except FileNotFoundError:
            _make_folder(target.parent)
            _write_durably(content, target)
        return name

    def delete(self, name: str) -> None:
        """Remove it, if it is there; never a folder."""
        Path(self.path(name)).unlink(missing_ok=True)

    def listed(self) -> Iterator[tuple[str, float]]:
        """Path and time of every file; symbolic links aren't followed."""
        root = Path(settings.MEDIA_ROOT)
        for path in walk(root):
            if not path.name.startswith(PART):
                try:
                    yield str(path.relative_to(root)), path.lstat().st_mtime
                except FileNotFoundError:
                    continue

    def address(self, name: str, **_wanted: Any) -> str | None:
        """None: nobody but the site gets at them."""
        return None


def walk(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, and every unfinished folder as one; symbolic links aren't followed."""
    try:
        inside = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    for path in inside:
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(PART):
            yield from walk(path)
        else:
            yield path


def _make_folder(folder: Path) -> None:
    """The folder and those above it, each one's name on the disk."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    # What stands above MEDIA_ROOT isn't ours to close.
    folder.mkdir(exist_ok=True, mode=0o700 if folder.is_relative_to(settings.MEDIA_ROOT) else 0o777)
    _sync(folder.parent)


def _write_durably(content: File, target: Path) -> None:  # type: ignore[type-arg]
    # In the target's own folder, so that the rename never crosses file systems. Its mode stays 0600: pictures that
    # their maker keeps private are no business of this machine's other users.
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=PART)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
