"""The door for pictures that are to be posted: kept as they came, but for everything that was no pixel."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models.functions import Now

from gallery.errors import Invalid, NotNow
from gallery.ingest.allowance import spend
from gallery.ingest.assets import Content, Prepared, record, stored
from gallery.ingest.child import Opened, opened, received
from gallery.ingest.signing import own_signers, trust_anchors
from gallery.ingest.store import naming_files
from gallery.models import Asset, AssetOrigin, User
from gallery.models.asset import FORMATS, Origin, Variant
from gallery.pictures.job import KEEP
from gallery.pictures.kinds import kind_of
from gallery.pictures.limits import PIXELS_OF
from gallery.pictures.pdq import Pdq
from gallery.pictures.private import KINDS
from gallery.provenance.readers import Blocks, claims_of

_MAX_NAME = 255
_MAX_FILES = 32
_LENGTHS = {"pixel_sha256": 64, "dominant_color": 7, "thumbhash": 40}
_HEX = re.compile("[0-9a-f]{1,64}")


def keep_sent(
    owner: User, file: IO[bytes], size: int, name: str, *, counted: bool = True, origin: Origin = Origin.SENT
) -> Asset:
    """A private asset of `owner`'s of the picture in `file` of `size` bytes, called `name` where it came from.

    Its files: `bare`, the clean original in its own format; previews and a blur. Its `AssetOrigin` has what the file
    said about itself. The same file again is the same asset, and costs nothing; it may have its post by now.
    `counted`: against what the owner may send in a day; an operator's import isn't. `origin`: what was brought as a
    take and what was sent to be posted are two assets, also of one file: their owner may throw away the one alone.
    Raises `Invalid` (not taken, or no more today) and `NotNow` (too much at once, disk full); then nothing is kept.
    """
    with received(file, size) as source:
        digest = sha256_of(source)
        known = _known(owner, digest, origin)
        if known is not None:
            return known
        with opened(KEEP, source, trust_anchors(), own_signers()) as made:
            contents, said = _contents(made), _said(made.answer)
            return _recorded(owner, made.answer, contents, said, digest, name, counted=counted, origin=origin)


def _recorded(
    owner: User,
    answer: dict[str, Any],
    contents: list[Content],
    said: dict[str, Any],
    digest: str,
    name: str,
    *,
    counted: bool,
    origin: Origin,
) -> Asset:
    try:
        with naming_files():
            if counted:
                spend(owner, sum(len(content) for _variant, _format, _size, content in contents))
            else:
                User.objects.select_for_update().get(pk=owner.pk)
            # Whoever sends the same file twice at a time waits above for the first one.
            known = _known(owner, digest, origin)
            if known is not None:
                transaction.set_rollback(True)
                return known
            prepared = Prepared(
                size=(answer["width"], answer["height"]),
                pixel_sha256=answer["pixel_sha256"],
                dominant_color=answer["dominant_color"],
                thumbhash=answer["thumbhash"],
                files=stored(contents),
                pdq=pdq_in(answer),
            )
            asset = record(owner, prepared, origin)
            AssetOrigin.objects.create(
                asset=asset,
                file_sha256=digest,
                file_name=_plain_name(name),
                file_format=answer["kind"],
                **said,
                removed=_kinds_in(answer.get("private")),
            )
            return asset
    except OSError as error:
        raise NotNow("upload_no_room") from error


def _manifest(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The manifest that came with the file; `own` where this very site signed it."""
    manifest = answer.get("c2pa")
    return manifest | {"own": True} if isinstance(manifest, dict) and answer.get("own") is True else manifest


def _known(owner: User, digest: str, origin: Origin) -> Asset | None:
    """The owner's asset of this very file. It counts as sent now, as what nobody uses is removed after a while."""
    known = Asset.objects.filter(owner=owner, origin=origin, arrival__file_sha256=digest).order_by("-pk").first()
    if known is None or not Asset.objects.filter(pk=known.pk).update(created_at=Now()):
        return None
    return known


def _contents(made: Opened) -> list[Content]:
    """The files that the child wrote, each looked at: it has read what a stranger wrote, and may be theirs by now.

    Raises `Invalid` where anything is other than it is meant to be.
    """
    try:
        answer = made.answer
        size = size_in(answer, PIXELS_OF[answer["kind"]])
        listed = answer["files"]
        if not isinstance(listed, list) or not 0 < len(listed) <= _MAX_FILES or not texts_are_plain(answer):
            raise ValueError("the answer isn't one")
        contents = list[Content]()
        for number, entry in enumerate(listed):
            variant, extension = Variant(entry["variant"]), entry["format"]
            content = (made.folder / str(number)).read_bytes()
            if extension not in FORMATS or kind_of(content[:1024]) != extension or variant == Variant.ORIGINAL:
                raise ValueError("a file isn't what it is said to be")
            contents.append((variant, extension, size_in(entry, PIXELS_OF[answer["kind"]]), content))
        if contents[0][0] != Variant.BARE or contents[0][2] != size or contents[0][1] != answer["kind"]:
            raise ValueError("the original isn't there")
    except (ValueError, LookupError, TypeError) as error:
        raise Invalid("upload_unreadable") from error
    except OSError as error:
        raise NotNow("upload_no_room") from error
    return contents


def _said(answer: dict[str, Any]) -> dict[str, Any]:
    """What the file said about itself, as an `AssetOrigin` has it. Raises `Invalid` where nothing says as much."""
    try:
        claims = claims_of(Blocks.from_dict(_storable(answer.get("blocks") or {})))
        return {
            "blocks": claims.to_dict() if claims else {},
            "found": _storable(answer.get("found")),
            "c2pa": _storable(_manifest(answer)),
        }
    except RecursionError as error:  # deeper than what the readers write
        raise Invalid("upload_unreadable") from error


def size_in(entry: dict[str, Any], most: int) -> tuple[int, int]:
    """Width and height that the child says something has. Raises ValueError for none, or one of too many pixels."""
    width, height = entry["width"], entry["height"]
    if type(width) is not int or type(height) is not int or min(width, height) < 1 or width * height > most:
        raise ValueError("no size of a picture")
    return width, height


def texts_are_plain(answer: dict[str, Any], names: Iterable[str] = tuple(_LENGTHS)) -> bool:
    """Whether the child's answer has a hash of nine numbers, and short texts under these names."""
    hashes = answer["pdq"]
    if not isinstance(hashes, list) or len(hashes) != 9 or not all(_HEX.fullmatch(str(number)) for number in hashes):
        return False
    return all(isinstance(answer[name], str) and len(answer[name]) <= _LENGTHS[name] for name in names)


def _storable(value: Any) -> Any:
    """The same without what PostgreSQL's jsonb can't hold: NUL and lone surrogates in texts."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(str(name)): _storable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    return value if isinstance(value, bool | int) else None


def _kinds_in(said: Any) -> list[str]:
    """The kinds of private data that the child says it found, and nothing else that it may say."""
    return [kind for kind in KINDS if isinstance(said, list) and kind in said]


def pdq_in(answer: dict[str, Any]) -> Pdq:
    """The hash as the child says it: nine numbers in hexadecimal digits, the last of them the quality."""
    *every_way, quality = (int(number, 16) for number in answer["pdq"])
    return Pdq(every_way[0], tuple(every_way[1:]), min(quality, 100))


def _plain_name(name: str) -> str:
    """The last part of the name, without what moves or hides the letters around it."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return shown.strip()[:_MAX_NAME]


def sha256_of(path: Path) -> str:
    """The digest of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
