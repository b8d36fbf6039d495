"""Strokes of colour that somebody puts on a picture, laid onto it: what image to image then starts from."""

from __future__ import annotations

from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

from gallery import ingest
from gallery.errors import NotNow
from gallery.models import Asset, User
from gallery.refusals.arrivals import admitted

MOST_APART = 0.02
"""How far the proportions of strokes and picture may be apart; a canvas has whole pixels only."""


class SketchRefused(Exception):  # noqa: N818 - the sentence says what is wrong
    """A file that is no strokes for this picture."""


def keep_sketch(owner: User, file: IO[bytes], size: int, over: Asset) -> Asset:
    """An own asset of `owner`: the picture `over` under the strokes in a file of `size` bytes, as large as the picture.

    The strokes are what is opaque; on a large picture they are painted smaller, and enlarged here. Raises
    `SketchRefused`, and what `gallery.ingest.read_upload` and `keep_upload` raise.
    """
    strokes = ingest.read_upload(file, size)
    if not strokes.has_transparency_data:
        raise SketchRefused(_("A sketch is a PNG that is transparent wherever nothing was drawn."))
    if abs(strokes.width * over.height / (strokes.height * over.width) - 1) > MOST_APART:
        raise SketchRefused(_("This sketch was drawn on a picture of other proportions. Open the right picture again."))
    try:
        picture = ingest.picture_of(over)
    except OSError as error:
        raise NotNow("files_out_of_reach") from error
    strokes = strokes.convert("RGBA")
    if strokes.size != picture.size:
        strokes = strokes.resize(picture.size, Image.Resampling.LANCZOS)
    picture.paste(strokes.convert("RGB"), mask=strokes.getchannel("A"))
    return admitted(ingest.keep_upload(owner, picture))
