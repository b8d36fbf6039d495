"""Files at their content address below MEDIA_ROOT."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


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
    relative = f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}"
    target = Path(settings.MEDIA_ROOT) / relative
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_durably(content, target)
    return StoredFile(sha256=digest, path=relative, size_bytes=len(content))


def _write_durably(content: bytes, target: Path) -> None:
    # In the target's own folder, so that the rename never crosses file systems.
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
