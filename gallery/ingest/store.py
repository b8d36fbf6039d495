"""Files at their content address, and the rows that name them; where they lie is `gallery.storing`'s."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from gallery.storing import discard, keep

logger = logging.getLogger(__name__)

NAMES_LOCK = 4_907_101


@dataclass(frozen=True)
class StoredFile:
    """Where some bytes lie; `path` is relative to wherever pictures lie."""

    sha256: str
    path: str
    size_bytes: int


def store(content: bytes, extension: str) -> StoredFile:
    """Keep `content` at `ab/cd/<sha256>.<extension>`; safe against a crash at any moment.

    The bytes are there before the name is, and the name before this returns. The same bytes twice are one file. Should
    the caller's transaction roll back, the file stays as an orphan that nothing refers to. Raises `OSError` when the
    disk or the bucket refuses.
    """
    digest = hashlib.sha256(content).hexdigest()
    relative = address_of_content(digest, extension)
    keep(relative, content)
    return StoredFile(sha256=digest, path=relative, size_bytes=len(content))


def address_of_content(digest: str, extension: str) -> str:
    """The path of the file with this SHA-256 (hexadecimal digits), relative to wherever pictures lie."""
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
    """The models whose rows name files of pictures, in columns `path` and `sha256`; `config` says which they are."""
    return [apps.get_model(label) for label in settings.MEDIA_NAMED_BY]


def remove(paths: Iterable[str]) -> int:
    """Remove the files at these paths that no row names; returns how many.

    One that the disk or the bucket doesn't let go of is logged and left. Call it once the rows that named them are gone
    for good. The same bytes are one file, whoever sent them.
    """
    left = set(paths)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMES_LOCK])
        left -= named(left)
        return sum(_discarded(path) for path in left)


def named(paths: Iterable[str]) -> set[str]:
    """Those of the paths that a row names."""
    wanted, found = list(paths), set[str]()
    for model in naming_models():
        rows: Any = model._default_manager.filter(path__in=wanted)
        found |= set(rows.values_list("path", flat=True))
    return found


def _discarded(path: str) -> bool:
    """Remove one file; what is refused is logged, and holds up no other."""
    try:
        discard(path)
    except OSError:
        logger.exception("The file %s couldn't be removed; nothing here names it any more", path)
        return False
    return True
