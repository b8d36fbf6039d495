"""A file in the format asked for: the one that was made before, as long as it says what may be said now, else a new
one."""

from datetime import timedelta

from django.utils import timezone

from gallery.downloads.turns import turn
from gallery.errors import Invalid, NotNow
from gallery.ingest import largest_file, naming_files, picture_of, store
from gallery.ingest.signing import signed, site_credentials
from gallery.models import Asset, Download
from gallery.provenance import JPEG, PNG, FileFormat, Label, labelled, relabelled_jpeg, relabelled_png
from gallery.provenance.c2pa import SigningError
from gallery.storing import OutOfReach, content_of, is_there

# How exactly it is known when a file was asked for last: a row need not be written at each look.
ASKED_EVERY = timedelta(days=1)

RELABELLED = {PNG: relabelled_png, JPEG: relabelled_jpeg}
"""The formats that can be given another label with their pixels left as they are coded."""


def download_of(asset: Asset, form: FileFormat, label: Label) -> Download:
    """The file of `asset` in that format that says `label`.

    Raises `FileNotFoundError` (the disk lost the original), `Invalid` (the format can't hold the picture), `Busy`, and
    `NotNow` when files can be neither read nor written.
    """
    try:
        return _found_or_made(asset, form, label)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotNow("files_out_of_reach") from error


def _found_or_made(asset: Asset, form: FileFormat, label: Label) -> Download:
    if not form.can_hold(asset.width, asset.height):
        raise Invalid("format_cannot_hold", format=form.name)
    found = _known(asset, form, label)
    if found is None:
        with turn():
            # Whoever waited for the same file finds it made.
            found = _known(asset, form, label) or _make(asset, form, label)
    if found.asked_at < timezone.now() - ASKED_EVERY:
        Download.objects.filter(pk=found.pk).update(asked_at=timezone.now())
    return found


def _known(asset: Asset, form: FileFormat, label: Label) -> Download | None:
    row = Download.objects.filter(
        asset=asset, format=form.extension, with_prompt=label.include_prompt, digest=label.digest
    ).first()
    if row is None or not is_there(row.path):
        return None
    # One that was made while the key was away is made again now that it is back.
    return row if row.signed or not _can_sign() else None


def _make(asset: Asset, form: FileFormat, label: Label) -> Download:
    content = _relabelled(asset, form, label)
    if content is None:
        content = _coded(asset, form, label)
    data, is_signed = signed(content, form, label, asset.drawn_over)
    with naming_files():
        stored = store(data, form.extension)
        row, _new = Download.objects.update_or_create(
            asset=asset,
            format=form.extension,
            with_prompt=label.include_prompt,
            digest=label.digest,
            defaults={
                "signed": is_signed,
                "sha256": stored.sha256,
                "path": stored.path,
                "size_bytes": stored.size_bytes,
            },
        )
    row.refresh_from_db()
    return row


def _coded(asset: Asset, form: FileFormat, label: Label) -> bytes:
    try:
        picture = picture_of(asset)
    except OutOfReach:
        raise  # another time it can be read
    except OSError as error:
        # A damaged original is as good as none.
        raise FileNotFoundError(f"the original of asset {asset.pk} can't be read") from error
    try:
        return labelled(picture, label, form)
    except (ValueError, OSError) as error:
        raise Invalid("format_cannot_hold", format=form.name) from error


def _relabelled(asset: Asset, form: FileFormat, label: Label) -> bytes | None:
    """The stored original with another label, None where it has another format, or isn't whole."""
    file = largest_file(asset)
    if form not in RELABELLED or file.format != form.extension:
        return None
    try:
        return RELABELLED[form](content_of(file.path), label)
    except ValueError:
        return None


def _can_sign() -> bool:
    try:
        site_credentials()
    except SigningError:
        return False
    return True
