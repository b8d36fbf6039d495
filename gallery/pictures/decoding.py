"""From a file to clean pixels: decoded, upright, sRGB, eight bits a channel, with nothing attached."""

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import AvifImagePlugin, ExifTags, Image, PngImagePlugin

from gallery.pictures.code_points import profile_of
from gallery.pictures.colours import to_srgb
from gallery.pictures.headers import Facts
from gallery.pictures.headers.check import check_size
from gallery.pictures.limits import MAX_PIXELS, MAX_TEXT_BYTES
from gallery.pictures.refusals import PictureRefused

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
# Pillow's readers raise these for files that aren't what they say, or that end too early.
READERS_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError),
    *(AttributeError, struct.error, RuntimeError),
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


def prepare_readers() -> None:
    """Tell Pillow our own limits, for this whole process: those of the walkers are the ones that count."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT_BYTES + 2**20
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def decode(data: bytes, facts: Facts) -> Image.Image:
    """The decoded file as Pillow has it, metadata still attached, not yet turned.

    `facts` are what `inspect` found. Raises `PictureRefused`: damaged, cut off, moving; `MemoryError`.
    """
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
        check_size(image.width, image.height, "webp lossless" if facts.lossless else facts.kind)
        # A JPEG of several pictures doesn't move: phones put a preview or brightness map behind the photo itself.
        if image.format != "MPO" and getattr(image, "is_animated", False):
            raise PictureRefused("upload_animated")
        image.load()
    except Image.DecompressionBombError as error:
        raise PictureRefused("upload_too_heavy") from error
    except READERS_ERRORS as error:
        if "out of memory" in str(error).lower():  # libavif's own words; whoever calls this knows what to say
            raise MemoryError from error
        raise PictureRefused("upload_cut_off" if "truncated" in str(error) else "upload_unreadable") from error
    return image


@dataclass(frozen=True)
class Pixels:
    """A decoded picture without its reader, whose own buffers can be twice as large; how to turn it, its profile."""

    image: Image.Image
    turn: Image.Transpose | None
    profile: bytes | None


def detached(image: Image.Image, code_points: tuple[int, int] | None = None) -> Pixels:
    """The pixels of what `decode` returned and what is needed to show them; forget the image itself after this.

    `code_points` of its colours are what its header names. In a PNG they count more than a profile, in AVIF less.
    """
    profile = image.info.get("icc_profile")
    if code_points is not None and (image.format == "PNG" or not profile):
        profile = profile_of(*code_points)
    pixels = image._new(image.im)
    return Pixels(pixels, TURNS.get(_orientation(image)), profile if isinstance(profile, bytes) else None)


def clean(pixels: Pixels) -> Image.Image:
    """Upright pixels in sRGB as L, LA, RGB or RGBA, nothing attached; an alpha that hides nothing is left out."""
    picture = _eight_bits(pixels.image)
    picture.info = {}
    if pixels.turn is not None:
        picture = picture.transpose(pixels.turn)
    picture = to_srgb(picture, pixels.profile)
    if picture.mode in ("LA", "RGBA") and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert(picture.mode[:-1])
    picture.info = {}
    return picture


def _eight_bits(image: Image.Image) -> Image.Image:
    """L, LA, RGB, RGBA or CMYK; where it is one of them already, the same pixels."""
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off, not scale them
        deep = np.asarray(image)
        grey = (deep >> 8).clip(0, 255).astype(np.uint8)
        return Image.fromarray(grey)
    transparent = image.has_transparency_data
    if image.mode in ("1", "L", "LA"):
        return _as(image, "LA" if transparent else "L")
    if image.mode == "CMYK":
        return image
    return _as(image, "RGBA" if transparent else "RGB")


def _as(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


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
