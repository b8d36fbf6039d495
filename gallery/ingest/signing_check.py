"""`manage.py check` says when files can't be signed, which the site itself only logs."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from gallery.ingest.signing import site_credentials
from gallery.provenance.c2pa import SigningError, own_roots


@register()
def files_can_be_signed(**_: Any) -> list[CheckMessage]:
    """A warning while something is wrong with the key. Makes none itself: before the first start there is none yet."""
    try:
        if settings.C2PA_CERT or settings.C2PA_KEY or own_roots(settings.C2PA_DIR):
            site_credentials()
        elif not _can_be_made(settings.C2PA_DIR):
            raise SigningError(f"the folder {settings.C2PA_DIR} can't be made")
    except SigningError as error:
        return [
            Warning(
                f"Files are not signed: {error}",
                hint="docs/operator.md, “Signing”, says where key and certificate lie. Pictures keep their XMP label.",
                id="gallery.W001",
            )
        ]
    return []


def _can_be_made(folder: Path) -> bool:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
