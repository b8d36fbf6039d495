"""Writes the copy of an account: a ZIP with a README, one JSON file for each kind of thing, and pictures.

Rows and pictures are read one after another, so that a large account takes no more memory than a small one. Last comes
the manifest with the SHA-256 of each file.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from gallery.accounts.exports.layout import FORMAT, MANIFEST, VERSION
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
    digests: dict[str, str] = {}
    with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        _write(archive, _info("README.txt", now), readme(user, now).encode(), digests)
        for table in chain(tables_of(user), *(part.parts(user) for part in account_parts())):
            _write_table(archive, table, now, digests)
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
            _write(archive, _info(picture.name, now, ZIP_STORED), content, digests)
        _write_table(archive, Table("missing", missing), now, digests)
        archive.writestr(_info(MANIFEST, now), json.dumps(_manifest(user, now, digests), ensure_ascii=False, indent=1))
        told(len(pictures), len(pictures))


def _manifest(user: User, now: datetime, digests: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": {"name": settings.SITE_NAME, "address": settings.SITE_URL},
        "account": user.username,
        "made_at": now.isoformat(),
        "files": digests,
    }


def _write(archive: ZipFile, info: ZipInfo, content: bytes, digests: dict[str, str]) -> None:
    digests[info.filename] = hashlib.sha256(content).hexdigest()
    archive.writestr(info, content)


def _write_table(archive: ZipFile, table: Table, now: datetime, digests: dict[str, str]) -> None:
    """One row a line, so that nobody has to hold more than one at a time to read it."""
    info, digest = _info(f"{table.name}.json", now), hashlib.sha256()
    with archive.open(info, "w") as out:
        before = b"[\n"
        for row in table.rows:
            line = before + json.dumps(row, cls=_Exactly, ensure_ascii=False).encode("utf-8", "replace")
            out.write(line)
            digest.update(line)
            before = b",\n"
        end = b"[]\n" if before == b"[\n" else b"\n]\n"
        out.write(end)
        digest.update(end)
    digests[info.filename] = digest.hexdigest()


class _Exactly(DjangoJSONEncoder):
    """Moments to the microsecond: by them a take is recognised when it comes back."""

    def default(self, o: Any) -> Any:
        """Whatever JSON has no words for."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _info(name: str, now: datetime, compression: int = ZIP_DEFLATED) -> ZipInfo:
    info = ZipInfo(name, date_time=now.timetuple()[:6])
    info.compress_type = compression
    info.external_attr = 0o600 << 16
    return info
