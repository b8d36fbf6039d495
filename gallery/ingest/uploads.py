"""A file that somebody sends becomes a picture: decoded within bounds, turned upright, nothing of the file kept."""

import struct
from io import BytesIO
from typing import IO

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from PIL import ExifTags, Image

from gallery.errors import Invalid
from gallery.ingest.allowance import spend
from gallery.ingest.assets import Prepared, record
from gallery.ingest.pixels import clean_rgb, dominant_color, pixel_sha256, previews
from gallery.ingest.store import naming_files, store
from gallery.models import Asset, AssetFile, User
from gallery.models.asset import Variant
from gallery.pictures.pdq import pdq

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
# Pillow's readers raise these for files that aren't what they say, or that end too early.
READERS_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError),
    *(AttributeError, struct.error),
)
# What turns a picture of each EXIF orientation upright; 1 is upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_upload(file: IO[bytes], size: int) -> Image.Image:
    """The picture in `file` of `size` bytes, upright, in the mode that it was stored in.

    Raises `Invalid`: larger than 25 MB or 40 megapixels, no PNG, JPEG, WebP or AVIF, damaged, animated.
    """
    if size > MAX_BYTES:
        raise Invalid("upload_too_large", size=-(-size // 2**20), limit=MAX_BYTES // 2**20)
    try:
        image = Image.open(file, formats=FORMATS)
        # The header says so much; nothing is decoded before it is known to be little enough.
        if image.width * image.height > MAX_PIXELS:
            raise _too_many(image.width * image.height)
        # A JPEG of several pictures doesn't move: phones put a preview or brightness map behind the photo itself.
        if image.format != "MPO" and getattr(image, "is_animated", False):
            raise Invalid("upload_animated")
        image.load()
        return _upright(image)
    except Image.DecompressionBombError as error:
        raise _too_many(None) from error
    except READERS_ERRORS as error:
        raise Invalid("upload_unreadable") from error


def flattened(image: Image.Image) -> Image.Image:
    """The picture as RGB, what is transparent on white."""
    if image.mode.startswith("I"):  # 16 bits a pixel: Pillow would cut them off, not scale them
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        above = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    return clean_rgb(image)


def keep_upload(owner: User, image: Image.Image) -> Asset:
    """A private asset of `owner`'s with these pixels; the same picture again is the same asset, and costs nothing.

    Its files carry no label: nobody here knows how it was made. Raises `Invalid` when `owner` may send no more today.
    """
    picture = flattened(image)
    digest = pixel_sha256(picture)
    known = _known(owner, digest)
    if known is not None:
        return known
    contents = [(Variant.ORIGINAL, "png", picture.size, _png(picture))]
    contents += [
        (Variant(str(side)), "webp", preview.size, _webp(preview)) for side, preview in previews(picture).items()
    ]
    with naming_files():
        spend(owner, sum(len(content) for _variant, _kind, _size, content in contents))
        files = [(variant, kind, size, store(content, kind)) for variant, kind, size, content in contents]
        return record(owner, Prepared(picture.size, digest, dominant_color(picture), files, pdq(picture)))


def uploads() -> QuerySet[Asset]:
    """Assets that somebody sent, and that no post was made of: what was drawn here has a bare file, too."""
    bare = AssetFile.objects.filter(asset=OuterRef("pk"), variant=Variant.BARE)
    return Asset.objects.filter(~Exists(bare), post=None)


def _known(owner: User, digest: str) -> Asset | None:
    """The owner's asset of these pixels. It counts as sent now, as what nobody uses is removed after a while."""
    known = uploads().filter(owner=owner, pixel_sha256=digest).first()
    if known is None or not Asset.objects.filter(pk=known.pk).update(created_at=Now()):
        return None
    return known


def _upright(image: Image.Image) -> Image.Image:
    turn = TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """What the file says about which side is up; 1, as it stands, where that can't be read.

    Not `ImageOps.exif_transpose`: it writes the whole of the EXIF anew, and fails on any part of it that is broken.
    """
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:
        # Pillow raises whatever comes up in broken EXIF, and none of it is a reason against the picture.
        return 1
    return orientation if isinstance(orientation, int) else 1


def _png(image: Image.Image) -> bytes:
    # Quick rather than small: 40 megapixels at the usual level take half a minute.
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _too_many(pixels: int | None) -> Invalid:
    limit = MAX_PIXELS // 1_000_000
    return Invalid("upload_too_many_pixels", megapixels=f"{(pixels or 4 * MAX_PIXELS) / 1e6:.0f}", limit=limit)
