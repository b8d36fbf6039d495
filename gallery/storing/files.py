"""Keep, read, list and discard files, in whatever place the settings name as `STORAGES["media"]`.

A path is `ab/cd/<sha256>.<extension>`, the same in every place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import storages

if TYPE_CHECKING:
    from gallery.storing.bucket import MediaBucket
    from gallery.storing.folder import MediaFolder


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that lies there; `kept_at` in seconds since 1970."""

    path: str
    kept_at: float


def place() -> "MediaFolder | MediaBucket":
    """The place itself."""
    found: MediaFolder | MediaBucket = storages["media"]  # type: ignore[assignment]
    return found


def keep(path: str, content: bytes) -> None:
    """Keep `content` at `path`. What is returned from is there for good; what lay there already counts as new.

    Raises `OSError` when the place refuses; then nothing of it lies there under that name.
    """
    place().save(path, ContentFile(content))


def content_of(path: str) -> bytes:
    """The bytes. Raises `FileNotFoundError` where there is no such file, `OSError` when it can't be read."""
    with place().open(path) as file:
        content: bytes = file.read()
        return content


def is_there(path: str) -> bool:
    """Whether there is such a file. Raises `OSError` when that can't be told."""
    return place().exists(path)


def kept_at(path: str) -> float | None:
    """When it was kept last, in seconds since 1970; None where there is no such file."""
    try:
        return place().get_modified_time(path).timestamp()
    except FileNotFoundError:
        return None


def discard(path: str) -> None:
    """Remove it, if it is there. Raises `OSError`."""
    place().delete(path)


def listed() -> Iterator[Listed]:
    """Every file that lies there, in no order, but for what is only being written. Raises `OSError`."""
    for path, moment in place().listed():
        yield Listed(path, moment)
