"""Pictures out of reach: their files lie in a folder of the operator's alone, and nothing on the site names them.

docs/moderation.md says what an operator does then. There is no page for it: nobody opens such a file by accident.
"""

import logging
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.errors import InvalidTransition, NotNow
from gallery.ingest.store import naming_files, remove
from gallery.models import Asset, AssetFile, Download, LockedAway, UploadDraft
from gallery.models.refusal import LockedBy
from gallery.storing import content_of, keep

logger = logging.getLogger(__name__)

_FILE = ("variant", "format", "sha256", "path", "size_bytes", "width", "height", "says")


@transaction.atomic
def lock_away(asset: Asset, why: LockedBy, facts: dict[str, Any]) -> LockedAway:
    """Put an asset's files out of reach, once; `gallery.refusals.holding` does so for what a check found.

    The copies are on the disk before the rows that named the files are gone, and the files go when that is certain.
    A picture of which bytes can't be read loses its rows all the same. Raises `NotNow` when the folder refuses.
    """
    Asset.objects.select_for_update().get(pk=asset.pk)
    before = LockedAway.objects.filter(asset=asset).first()
    if before is not None and before.released_at is None:
        return before
    LockedAway.objects.filter(asset=asset).delete()
    files = list(AssetFile.objects.filter(asset=asset).order_by("pk"))
    try:
        _copy_all(files, folder_of(asset))
    except OSError as error:
        logger.exception("The files of asset %d can't be put out of reach", asset.pk)
        raise NotNow("quarantine_unwritable") from error
    row = LockedAway.objects.create(
        asset=asset,
        why=why,
        facts=facts,
        files=[{name: getattr(file, name) for name in _FILE} for file in files],
    )
    paths = [file.path for file in files]
    paths += Download.objects.filter(asset=asset).values_list("path", flat=True)
    Download.objects.filter(asset=asset).delete()
    AssetFile.objects.filter(asset=asset).delete()
    UploadDraft.objects.filter(asset=asset).delete()
    transaction.on_commit(partial(remove, paths), robust=True)
    return row


def is_locked_away(asset: Asset) -> bool:
    """Whether its files are out of reach now, or were destroyed."""
    return LockedAway.objects.filter(asset=asset, released_at=None).exists()


def put_back(row: LockedAway) -> None:
    """Give an asset its files back; its post keeps its state. Raises InvalidTransition where they were destroyed
    or released."""
    with naming_files():
        row = LockedAway.objects.select_for_update(of=("self",)).select_related("asset").get(pk=row.pk)
        if row.destroyed_at is not None or row.released_at is not None:
            raise InvalidTransition("quarantine_over")
        folder = folder_of(row.asset)
        for file in row.files:
            place = folder / _name(file["variant"], file["format"])
            if place.exists():
                keep(file["path"], place.read_bytes())
                AssetFile.objects.create(asset=row.asset, **file)
        row.files, row.released_at = [], timezone.now()
        row.save(update_fields=["files", "released_at"])
        transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True), robust=True)


@transaction.atomic
def destroy(row: LockedAway) -> None:
    """Delete the files for good. The row stays, so that the same picture is known should it be sent again.

    Raises InvalidTransition as `put_back` does."""
    row = LockedAway.objects.select_for_update(of=("self",)).select_related("asset").get(pk=row.pk)
    if row.destroyed_at is not None or row.released_at is not None:
        raise InvalidTransition("quarantine_over")
    row.destroyed_at = timezone.now()
    row.save(update_fields=["destroyed_at"])
    transaction.on_commit(partial(shutil.rmtree, folder_of(row.asset), ignore_errors=True), robust=True)


def folder_of(asset: Asset) -> Path:
    """Where the files of a locked away asset lie."""
    return Path(settings.QUARANTINE_DIR, asset.key)


def _name(variant: str, extension: str) -> str:
    return f"{variant}.{extension}"


def _copy_all(files: list[AssetFile], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    folder.chmod(0o700)
    for file in files:
        _copy(file, folder)


def _copy(file: AssetFile, folder: Path) -> None:
    try:
        content = content_of(file.path)
    except FileNotFoundError:
        return
    place = folder / _name(file.variant, file.format)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
