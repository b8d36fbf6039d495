"""Pictures that somebody sends to draw over them: decoded by the child, nothing of the file kept."""

from io import BytesIO
from typing import IO

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from PIL import Image

from gallery.errors import Invalid, NotNow
from gallery.ingest.allowance import spend
from gallery.ingest.assets import Prepared, record, stored
from gallery.ingest.child import opened, received
from gallery.ingest.store import naming_files
from gallery.models import Asset, User
from gallery.models.asset import Origin, Variant
from gallery.pictures.job import READ
from gallery.pictures.limits import MAX_PIXELS
from gallery.pictures.pdq import pdq
from gallery.pictures.pixels import dominant_color, on_white, pixel_sha256
from gallery.pictures.thumbhash import thumbhash
from gallery.pictures.variants import BLURRED, encode_preview, variant_images

_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def read_upload(file: IO[bytes], size: int) -> Image.Image:
    """The picture in `file` of `size` bytes, upright, in sRGB, as L, LA, RGB or RGBA.

    Raises `Invalid` for all that isn't a still PNG, JPEG, WebP or AVIF within the limits, and `NotNow`.
    """
    with received(file, size) as source, opened(READ, source) as made:
        mode, width, height = (made.answer.get(name) for name in ("mode", "width", "height"))
        if mode not in _MODES or not isinstance(width, int) or not isinstance(height, int):
            raise Invalid("upload_unreadable")
        path = made.folder / "pixels"
        # The pixels as they are in memory: there is nothing left in them that could be read wrongly.
        if not 0 < width * height <= MAX_PIXELS or path.stat().st_size != width * height * _MODES[mode]:
            raise Invalid("upload_unreadable")
        return Image.frombytes(mode, (width, height), path.read_bytes())


def flattened(image: Image.Image) -> Image.Image:
    """The picture as RGB, what is transparent on white."""
    return on_white(image)


def keep_upload(owner: User, image: Image.Image) -> Asset:
    """A private asset of `owner`'s with these pixels; the same picture again is the same asset, and costs nothing.

    Its files carry no label: nobody here knows how it was made. They are for its owner's own pages, so that there are
    no AVIF previews and no blur. Raises `Invalid` when `owner` may send no more today, `NotNow` when the disk refuses.
    """
    picture = flattened(image)
    digest = pixel_sha256(picture)
    known = _known(owner, digest)
    if known is not None:
        return known
    contents = [(Variant.ORIGINAL, "png", picture.size, _png(picture))]
    contents += [
        (Variant(name), "webp", preview.size, encode_preview(preview, "webp"))
        for name, preview in variant_images(picture)
        if name != BLURRED
    ]
    with naming_files():
        spend(owner, sum(len(content) for _variant, _kind, _size, content in contents))
        # Whoever sends the same picture twice at a time waits above for the first one.
        known = _known(owner, digest)
        if known is not None:
            transaction.set_rollback(True)
            return known
        try:
            files = stored(contents)
        except OSError as error:
            raise NotNow("upload_no_room") from error
        prepared = Prepared(picture.size, digest, dominant_color(picture), thumbhash(picture), files, pdq(picture))
        return record(owner, prepared, Origin.SENT)


def uploads() -> QuerySet[Asset]:
    """Assets that somebody sent or brought, and that no post was made of."""
    return Asset.objects.filter(post=None).exclude(origin=Origin.DRAWN)


def _known(owner: User, digest: str) -> Asset | None:
    """The owner's asset of these pixels. It counts as sent now, as what nobody uses is removed after a while."""
    # What was sent to be posted has another file: as it came, perhaps with transparency.
    known = uploads().filter(owner=owner, origin=Origin.SENT, pixel_sha256=digest, arrival=None).first()
    if known is None or not Asset.objects.filter(pk=known.pk).update(created_at=Now()):
        return None
    return known


def _png(image: Image.Image) -> bytes:
    # Quick rather than small: 40 megapixels at the usual level take half a minute.
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
