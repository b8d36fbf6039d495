"""The limits, asked of a file's structure: what passes may be shown to a decoder."""

from collections.abc import Callable

from gallery.pictures.headers import avif, jpeg, png, webp
from gallery.pictures.headers.facts import CutOff, Facts
from gallery.pictures.kinds import kind_of, other_kind_of
from gallery.pictures.limits import MAX_BYTES, MAX_PIXELS, MAX_RATIO, MAX_SIDE, PIXELS_OF
from gallery.pictures.refusals import PictureRefused

_WALKERS: dict[str, Callable[[bytes], Facts]] = {
    "png": png.walk,
    "jpg": jpeg.walk,
    "webp": webp.walk,
    "avif": avif.walk,
}


KIND_BYTES = 4096
"""So many of a file's bytes tell its kind."""


def inspect(data: bytes) -> Facts:
    """What the file `data` says about itself, which is within every limit.

    Raises `PictureRefused`: of another kind, cut off, moving, too large in bytes, pixels, length or parts.
    """
    check_bytes(len(data))
    kind = check_kind(data[:KIND_BYTES])
    try:
        facts = _WALKERS[kind](data)
    except CutOff as error:
        raise PictureRefused("upload_cut_off") from error
    except IndexError as error:  # a part too short to hold what it has to
        raise PictureRefused("upload_unreadable") from error
    if facts.width < 1 or facts.height < 1:
        raise PictureRefused("upload_unreadable")
    if facts.frames > 1:
        raise PictureRefused("upload_animated")
    check_size(facts.width, facts.height, "webp lossless" if facts.lossless else kind)
    return facts


def check_kind(beginning: bytes) -> str:
    """`png`, `jpg`, `webp` or `avif`, by the first `KIND_BYTES` of a file. Raises `PictureRefused` for another kind."""
    kind = kind_of(beginning[:1024])
    if kind is None:
        raise _not_taken(beginning)
    return kind


def check_bytes(size: int) -> None:
    """Raises `PictureRefused` for a file of no bytes or of too many."""
    if size > MAX_BYTES:
        raise PictureRefused("upload_too_large", size=-(-size // 2**20), limit=MAX_BYTES // 2**20)
    if size == 0:
        raise PictureRefused("upload_empty")


def check_size(width: int, height: int, kind: str) -> None:
    """Raises `PictureRefused` for a picture of too many pixels, too long or too narrow; `kind` as in `PIXELS_OF`."""
    pixels, limit = width * height, PIXELS_OF[kind]
    if pixels > limit:
        shown = {"megapixels": f"{pixels / 1e6:.1f}", "limit": limit // 1_000_000}
        if limit == MAX_PIXELS:
            raise PictureRefused("upload_too_many_pixels", **shown)
        raise PictureRefused("upload_too_many_pixels_of_kind", **shown, kind="AVIF" if kind == "avif" else "WebP")
    if max(width, height) > MAX_SIDE:
        raise PictureRefused("upload_too_long", side=max(width, height), limit=MAX_SIDE)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PictureRefused("upload_too_narrow", width=width, height=height, limit=MAX_RATIO)


def _not_taken(data: bytes) -> PictureRefused:
    other = other_kind_of(data[:KIND_BYTES])
    return PictureRefused("upload_other_kind", kind=other) if other else PictureRefused("upload_unreadable")
