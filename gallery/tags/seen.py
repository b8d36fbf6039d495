"""What the bundled tagger sees in a picture, set beside the tags that its prompt speaks of."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image

from gallery.models import Asset
from gallery.models.asset import Origin, Variant
from gallery.storing import content_of
from tagging.edit import resolve_tags
from tagging.tagger import suggest

logger = logging.getLogger(__name__)

_OF_SENT = (Variant.W360, Variant.W180, Variant.BARE)


@dataclass(frozen=True, slots=True)
class Seen:
    """`more`: tags that the picture shows beyond those of the prompt, the surest first; `missing`: tags of the prompt
    that the tagger knows and does not see. Both are empty for a picture of another kind than it knows."""

    own_kind: bool
    more: list[str]
    missing: list[str]


def seen_in(asset: Asset, prompt_tags: Iterable[str]) -> Seen | None:
    """Look at the stored original of `asset`; None where there is no tagger or no file. Takes a few milliseconds.

    Of what was sent a preview will do: it is small, and more than the tagger takes in.
    """
    files = {file.variant: file for file in asset.files.exclude(format="avif")}
    variants = (Variant.ORIGINAL,) if asset.origin == Origin.DRAWN else _OF_SENT
    file = next((files[variant] for variant in variants if variant in files), None)
    if file is None:
        return None
    try:
        with Image.open(BytesIO(content_of(file.path)), formats=("PNG", "JPEG", "WEBP")) as image:
            found = suggest(image, Path(settings.TAGGER_DIR))
    except (OSError, ValueError, Image.DecompressionBombError):
        logger.warning("The tagger can't open the picture of asset %s", asset.pk, exc_info=True)
        return None
    if found is None:
        return None
    wanted = list(prompt_tags)
    # The site may call a tag by another name than the tagger.
    names = [name for name, _ in found.tags]
    known = resolve_tags([*names, *found.unseen])
    called = {name: tag.name for name, tag in known.items()}
    more = dict.fromkeys(called.get(name, name) for name in names)
    unseen = {called.get(name, name) for name in found.unseen}
    return Seen(
        own_kind=found.is_own_kind,
        more=[name for name in more if name not in wanted],
        missing=[name for name in wanted if name in unseen],
    )
