"""`manage.py check` says when files can't be signed, which the site itself only logs."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from gallery.ingest.signing import site_credentials
from gallery.provenance.c2pa import SigningError


@register()
def files_can_be_signed(**_: Any) -> list[CheckMessage]:
    """A warning while there is no key to sign with; makes none itself."""
    try:
        site_credentials(make=False)
    except SigningError as error:
        return [
            Warning(
                f"Files are not signed: {error}",
                hint="docs/operator.md, “Signing”, says where key and certificate lie. Pictures keep their XMP label.",
                id="gallery.W001",
            )
        ]
    return []
