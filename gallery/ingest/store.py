"""Files at their content address below MEDIA_ROOT."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

logger = logging.getLogger(__name__)

NAMES_LOCK = 4_907_101


@dataclass(frozen=True)
class StoredFile:
    """Where some bytes lie; `path` is relative to MEDIA_ROOT."""

    sha256: str
    path: str
    size_bytes: int


def store(content: bytes, extension: str) -> StoredFile:
    """Keep `content` at `ab/cd/<sha256>.<extension>`; safe against a crash at any moment.

    The bytes are on the disk before the name is, and the name before this returns. The same bytes twice are
    one file. Should the caller's transaction roll back, the file stays as an orphan that nothing refers to.
    """
    digest = hashlib.sha256(content).hexdigest()
    relative = address_of_content(digest, extension)
    target = Path(settings.MEDIA_ROOT) / relative
    try:
        # What is taken up again counts as new: `check_media` removes only what nobody named for an hour.
        os.utime(target)
    except FileNotFoundError:
        _make_folder(target.parent)
        _write_durably(content, target)
    return StoredFile(sha256=digest, path=relative, size_bytes=len(content))


def address_of_content(digest: str, extension: str) -> str:
    """The path of the file with this SHA-256 (hexadecimal digits), relative to MEDIA_ROOT."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}"


@contextmanager
def naming_files() -> Iterator[None]:
    """A transaction that stores files and writes the rows that name them: `remove` takes none of them away meanwhile.

    Only for files that `remove` is ever asked about. What was drawn here carries a label, so none of its files is one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [NAMES_LOCK])
        yield


def naming_models() -> list[type[Model]]:
    """The models whose rows name files of MEDIA_ROOT, in columns `path` and `sha256`; `config` says which they are."""
    return [apps.get_model(label) for label in settings.MEDIA_NAMED_BY]


def remove(paths: Iterable[str]) -> int:
    """Remove the files at these paths that no row names; returns how many.

    One that the disk doesn't let go of is logged and left. Call it once the rows that named them are gone for good. The
    same bytes are one file, whoever sent them.
    """
    left = set(paths)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMES_LOCK])
        left -= named(left)
        return sum(_unlinked(Path(settings.MEDIA_ROOT, path)) for path in left)


def named(paths: Iterable[str]) -> set[str]:
    """Those of the paths that a row names."""
    wanted, found = list(paths), set[str]()
    for model in naming_models():
        rows: Any = model._default_manager.filter(path__in=wanted)
        found |= set(rows.values_list("path", flat=True))
    return found


def _unlinked(file: Path) -> bool:
    """Remove one file; what the disk refuses is logged, and holds up no other."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        logger.exception("The file %s couldn't be removed; nothing here names it any more", file)
        return False
    return True


def _make_folder(folder: Path) -> None:
    """The folder and those above it, each one's name on the disk."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    # What stands above MEDIA_ROOT isn't ours to close.
    folder.mkdir(exist_ok=True, mode=0o700 if folder.is_relative_to(settings.MEDIA_ROOT) else 0o777)
    _sync(folder.parent)


def _write_durably(content: bytes, target: Path) -> None:
    # In the target's own folder, so that the rename never crosses file systems. Its mode stays 0600: pictures that
    # their maker keeps private are no business of this machine's other users.
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
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
