"""Writes the copy of an account: a ZIP with a README, one JSON file for each kind of thing, and pictures.

Rows and pictures are read one after another, so that a large account takes no more memory than a small one.
"""

import json
from collections.abc import Callable, Iterable
from itertools import chain
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from gallery.accounts.exports.readme import readme
from gallery.accounts.exports.tables import pictures_of, tables_of
from gallery.accounts.parts import Picture, Table, account_parts
from gallery.models import User
from gallery.storing import content_of

# How often it is told how far it got.
TOLD_EVERY = 10


class Stopped(Exception):  # noqa: N818 - the name says what happened
    """The process ends; somebody else goes on."""


class Cut(Exception):  # noqa: N818 - the name says what happened
    """The copy isn't wanted any more, or was tried too often."""


class TooLarge(Exception):  # noqa: N818 - the name says what happened
    """The copy grew beyond the limit."""


def all_pictures(user: User) -> Iterable[Picture]:
    """Every picture of the account, whichever floor it is on."""
    return chain(pictures_of(user), *(part.pictures(user) for part in account_parts()))


def size_of(user: User) -> int:
    """About how many bytes a copy takes: its pictures, and a little for all else."""
    return sum(picture.size_bytes for picture in all_pictures(user)) + 2**20


def write_archive(
    user: User, file: IO[bytes], *, told: Callable[[int, int], bool], stopping: Callable[[], bool]
) -> None:
    """Write the ZIP into `file`. `told(done, total)` is asked now and then, and answers whether to go on.

    A picture whose file is lost is left out and named in `missing.json`. Raises Stopped, Cut, TooLarge and OSError.
    """
    limit = settings.EXPORT_MAX_GB * 10**9
    now = timezone.localtime()
    pictures = list(all_pictures(user))
    missing: list[dict[str, Any]] = []
    with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr(_info("README.txt", now), readme(user, now))
        for table in chain(tables_of(user), *(part.parts(user) for part in account_parts())):
            _write_table(archive, table, now)
        for done, picture in enumerate(pictures):
            if done % TOLD_EVERY == 0 and not told(done, len(pictures)):
                raise Cut("not wanted any more")
            if stopping():
                raise Stopped
            if file.tell() > limit:
                raise TooLarge
            try:
                content = content_of(picture.path)
            except FileNotFoundError:
                missing.append({"name": picture.name})
                continue
            # Pictures are compressed already.
            archive.writestr(_info(picture.name, now, ZIP_STORED), content)
        _write_table(archive, Table("missing", missing), now)
        told(len(pictures), len(pictures))


def _write_table(archive: ZipFile, table: Table, now: Any) -> None:
    with archive.open(_info(f"{table.name}.json", now), "w") as out:
        before = b"[\n"
        for row in table.rows:
            out.write(before + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode("utf-8"))
            before = b",\n"
        out.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _info(name: str, now: Any, compression: int = ZIP_DEFLATED) -> ZipInfo:
    info = ZipInfo(name, date_time=now.timetuple()[:6])
    info.compress_type = compression
    info.external_attr = 0o600 << 16
    return info
