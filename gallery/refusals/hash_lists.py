"""Lists of known files: read from files or addresses that the operator names, asked about every picture that comes in.

A list has a hash a line: 64 hexadecimal digits, whatever follows after a comma or a blank, and `#` before a remark.
That is what `sha256sum` writes, what PDQ's own programs write, and the first column of most tables.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gallery.errors import UserFacingError
from gallery.fetching import ANYWHERE, Network, fetch
from gallery.models import HashList, ListedHash
from gallery.models.refusal import HashKind
from gallery.models.similar import as_bits
from gallery.pictures.pdq import MATCH_BITS

MAX_BYTES = 200 * 2**20
_LINE = re.compile(r'^"?([0-9A-Fa-f]{64})"?(?:[\s,;].*)?$')
_BATCH = 5000


class BadList(ValueError):  # noqa: N818 - the name is read as a sentence at the call
    """A list that can't be used; the text says why, to the operator."""


def read_lists(network: Network = ANYWHERE) -> list[HashList]:
    """Read every list that the settings name, and forget the others. One that can't be read keeps what it had, and its
    `trouble` says why."""
    named = [(HashKind(kind), address) for kind, address in settings.HASH_LISTS]
    for gone in HashList.objects.all():
        if (gone.kind, gone.address) not in named:
            gone.delete()
    return [_read(HashList.objects.get_or_create(kind=kind, address=address)[0], network) for kind, address in named]


def lists_with(*, digests: Iterable[str] = (), hashes: Iterable[int] = ()) -> list[HashList]:
    """The lists that hold one of the SHA-256 digests, or a PDQ that differs from one of `hashes` in 31 bits at most.

    Every listed hash is compared: a hundred thousand take some hundredths of a second.
    """
    found = set(ListedHash.objects.filter(sha256__in=[*digests]).values_list("listed_in", flat=True))
    bits = [as_bits(one) for one in hashes]
    if bits:
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, [bits, MATCH_BITS])
            found |= {number for (number,) in cursor.fetchall()}
    return list(HashList.objects.filter(pk__in=found).order_by("pk"))


_NEAR = """
SELECT DISTINCT listed.listed_in_id FROM gallery_listedhash listed, unnest(%s::bit(256)[]) AS sought (bits)
WHERE listed.bits IS NOT NULL AND bit_count(listed.bits # sought.bits) <= %s
"""


def hashes_in(text: str) -> Iterator[str]:
    """The hashes of a list, in lower case. Raises BadList for a line that is none."""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        found = _LINE.match(written)
        if found is None:
            if number == 1:  # the heading of a table
                continue
            raise BadList(f"line {number} is no hash of 64 hexadecimal digits")
        yield found[1].lower()


def _read(row: HashList, network: Network) -> HashList:
    try:
        content = _content(row.address, network)
        digest = hashlib.sha256(content).hexdigest()
        if digest != row.digest:
            hashes = list(dict.fromkeys(hashes_in(content.decode("utf-8-sig"))))
            if not hashes and row.entries:
                raise BadList("it is empty now; what was known before is kept")
            _replace(row, hashes)
            row.digest, row.entries = digest, len(hashes)
        row.trouble, row.read_at = "", timezone.now()
    except UserFacingError as error:
        row.trouble = error.message
    except (OSError, ValueError) as error:
        row.trouble = str(error)
    row.save()
    return row


def _content(address: str, network: Network) -> bytes:
    if address.startswith(("http://", "https://")):
        return fetch(address, max_bytes=MAX_BYTES, seconds=120, network=network).content
    path = Path(address)
    if path.stat().st_size > MAX_BYTES:
        raise BadList(f"it has more than {MAX_BYTES // 2**20} MB")
    return path.read_bytes()


@transaction.atomic
def _replace(row: HashList, hashes: list[str]) -> None:
    row.hashes.all().delete()
    made = (
        ListedHash(listed_in=row, sha256=one)
        if row.kind == HashKind.SHA256
        else ListedHash(listed_in=row, bits=int(one, 16))
        for one in hashes
    )
    ListedHash.objects.bulk_create(made, batch_size=_BATCH)
