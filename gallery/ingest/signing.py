"""The site's signature: which key and certificates the settings name, and what is signed with them."""

import logging
import re
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image

from gallery.models import Asset, AssetFile
from gallery.models.asset import Variant
from gallery.provenance import FORMATS, PNG, FileFormat, Label, relabelled_png
from gallery.provenance.c2pa import (
    Credentials,
    Ingredient,
    SigningError,
    given_credentials,
    manifest_of,
    own_credentials,
    own_roots,
    sign,
)
from gallery.storing import content_of

logger = logging.getLogger(__name__)

# Every edit brings the manifests of all edits before it along, some 5 KB each.
LONGEST_LINEAGE = 256 * 1024
"""Bytes of labels and manifests."""

PILLOW_NAMES = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "avif": "AVIF"}

SOURCE_TITLE, SENT_TITLE = "Picture that it was drawn over", "File that was sent"


def site_credentials() -> Credentials:
    """What the site signs with: the operator's certificate where the settings name one, else its own authority's.

    Raises `SigningError`.
    """
    if settings.C2PA_CERT or settings.C2PA_KEY:
        if not (settings.C2PA_CERT and settings.C2PA_KEY):
            raise SigningError("IRODORI_C2PA_CERT and IRODORI_C2PA_KEY belong together; one of them is not set")
        return given_credentials(Path(settings.C2PA_CERT), Path(settings.C2PA_KEY))
    return own_credentials(settings.C2PA_DIR, settings.SITE_NAME)


def signing_state() -> str:
    """What files are signed with, or why they aren't, in words for the operator."""
    try:
        credentials = site_credentials()
    except SigningError as error:
        return f"files are not signed: {error}"
    return f"files are signed by {credentials.signer}"


def trust_anchors() -> str:
    """Whose signatures count as trusted, PEM: the site's own, and those that the operator names."""
    parts = [own_roots(settings.C2PA_DIR)]
    try:
        if settings.C2PA_CERT:
            parts.append(site_credentials().anchors)
        if settings.C2PA_ANCHORS:
            # Lists of certificates have names between them, in any alphabet.
            parts.append(Path(settings.C2PA_ANCHORS).read_text(encoding="ascii", errors="replace"))
    except (SigningError, OSError, ValueError) as error:
        logger.warning("Some trusted certificates can't be read: %s", error)
    return "\n".join(part.strip() for part in parts if part.strip())


def own_signers() -> list[tuple[str, str]]:
    """What this site's own signatures are known by: PEM certificates above the signing one, and its number.

    Nobody else is below the site's own root, so any number will do there; an operator's certificate isn't alone.
    """
    own = [(root, "")] if (root := own_roots(settings.C2PA_DIR)) else []
    try:
        if settings.C2PA_CERT:
            credentials = site_credentials()
            own.append((credentials.anchors, credentials.number))
    except SigningError as error:
        logger.warning("The site's certificate can't be read: %s", error)
    return own


def signed(content: bytes, form: FileFormat, label: Label, drawn_over: Asset | None = None) -> tuple[bytes, bool]:
    """`content` with a manifest that says `label`, and whether that worked.

    What was sent is said to be made from a file that was sent. A manifest in that file is told of, not passed on: it
    may hold the prompt that its sender hides, places and names, and nothing of it can be left out. What can't be signed
    is returned as it is, with the label that it has, and the log says why: no picture is lost for want of a key.
    """
    try:
        return _with_manifest(content, form, label, drawn_over), True
    except SigningError as error:
        logger.error("A picture couldn't be signed; it keeps its label: %s", error)
        return content, False


def _with_manifest(content: bytes, form: FileFormat, label: Label, drawn_over: Asset | None) -> bytes:
    credentials, anchors = site_credentials(), trust_anchors()
    if not label.drawn_here:
        sent_as = FORMATS.get(label.sent_as, PNG)
        sources: list[Ingredient | None] = [_dot(SENT_TITLE, label.credentials, sent_as)]
    elif drawn_over is not None:
        # The second one for a source whose file is too damaged to be taken in.
        sources = [ingredient_of(drawn_over), _dot(SOURCE_TITLE)]
    else:
        sources = [None]
    manifest = manifest_of(label, has_source=sources[0] is not None)
    for source in sources[:-1]:
        try:
            return sign(content, form.mime, manifest, credentials, source=source, anchors=anchors)
        except SigningError as error:
            logger.warning("A picture that was drawn over can't be taken into a manifest: %s", error)
    return sign(content, form.mime, manifest, credentials, source=sources[-1], anchors=anchors)


def ingredient_of(asset: Asset) -> Ingredient:
    """The file of `asset` that others may have, as what another picture was drawn over.

    Never the original: a manifest in it may hold a prompt. What was sent may have no other file; then a dot stands for
    it, as for a file that the disk lost, and for a picture with so many edits behind it that its manifests would weigh
    more than `LONGEST_LINEAGE`.
    """
    bare = AssetFile.objects.filter(asset=asset, variant=Variant.BARE).first()
    if bare is None:
        return _dot(SOURCE_TITLE)
    try:
        content = content_of(bare.path)
        lineage = len(content) - len(relabelled_png(content, Label())) if bare.format == PNG.extension else 0
    except (OSError, ValueError):
        return _dot(SOURCE_TITLE)
    if lineage > LONGEST_LINEAGE:
        return _dot(SOURCE_TITLE)
    return Ingredient(content, FORMATS[bare.format].mime, SOURCE_TITLE)


def _dot(title: str, description: str = "", form: FileFormat = PNG) -> Ingredient:
    return Ingredient(_pixel(form), form.mime, title, description)


@cache
def _pixel(form: FileFormat) -> bytes:
    """A file of one pixel: of one without a manifest, a manifest keeps nothing but its format and the title given."""
    out = BytesIO()
    Image.new("RGB", (1, 1)).save(out, PILLOW_NAMES[form.extension])
    return out.getvalue()


def mark_producer() -> str:
    """Whom TC260's mark names, empty where the operator doesn't want it."""
    return settings.SITE_NAME if settings.TC260 else ""


def site_slug() -> str:
    """The site's name as part of a file's name: ASCII, no blanks."""
    return re.sub(r"[^a-z0-9]+", "-", settings.SITE_NAME.lower()).strip("-") or "post"
