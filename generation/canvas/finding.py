"""Boxes that a program finds, where the site has one: `IRODORI_REPAIR_DETECTOR` names it. None comes with the site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from PIL import Image

from gallery import ingest
from gallery.models import Asset
from generation.canvas.boxes import Box, BoxRefused, box_from

logger = logging.getLogger(__name__)

MOST_FOUND = 24
LONGEST_LABEL = 40
Detector = Callable[[Image.Image], Iterable[Sequence[Any]]]
"""Given the picture (RGB), it names parts as (left, top, width, height) in its pixels, a label behind them if it has
one: `(410, 220, 96, 80, "hand")`."""


class NothingFound(Exception):  # noqa: N818 - the sentence says why
    """No boxes: there is no detector, it failed, or it saw nothing."""


def is_there() -> bool:
    """Whether this site has a detector."""
    return bool(settings.REPAIR_DETECTOR)


def find_boxes(asset: Asset) -> list[Box]:
    """What the detector finds in the asset's picture, at most `MOST_FOUND` boxes. Raises `NothingFound`."""
    try:
        detector: Detector = import_string(settings.REPAIR_DETECTOR)
        found = list(islice(detector(ingest.picture_of(asset)), MOST_FOUND))
    except Exception as error:  # whatever somebody's program raises, a box can be drawn by hand
        logger.exception("The detector %r failed on asset %d", settings.REPAIR_DETECTOR, asset.pk)
        raise NothingFound(_("The search for parts failed. Draw the box by hand.")) from error
    boxes = [box for box in (_box(one, (asset.width, asset.height)) for one in found) if box is not None]
    if not boxes:
        raise NothingFound(_("Nothing was found in this picture. Draw the box by hand."))
    return boxes


def _box(found: Sequence[Any], size: tuple[int, int]) -> Box | None:
    try:
        left, top, width, height = (float(number) for number in found[:4])
        # A face at the edge is often found beyond it: its box ends where the picture does.
        corner = max(0, round(left)), max(0, round(top))
        box = box_from([*corner, round(left + width) - corner[0], round(top + height) - corner[1]], size)
    except (BoxRefused, TypeError, ValueError, OverflowError):
        return None
    label = str(found[4]).replace("\x00", "")[:LONGEST_LABEL] if len(found) > 4 else ""
    return Box(*box.numbers, label)
