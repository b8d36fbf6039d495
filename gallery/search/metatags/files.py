"""The picture and its file."""

from math import ceil, floor

from django.db.models import Exists, F, FloatField, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from gallery.models import Asset
from gallery.search.compilation import Compilation
from gallery.search.expressions import NOTHING, within
from gallery.search.metatags.kinds import always, metatag
from tagging.query.readers import choices, file_sizes, hex_digests, integers, megapixels, ratios
from tagging.query.values import Choices, Interval, Numbers

FILE_TYPES = {"png": "png", "webp": "webp", "jpg": "jpg", "jpeg": "jpg", "gif": "gif", "avif": "avif"}
# Ratios are compared as if rounded to two decimals, both neighbours of an exact half included.
_HALF = 0.005 + 1e-9
_MEGA = 1_000_000


def _mpixels(value: Numbers, compilation: Compilation) -> Q:
    pixels = in_pixels(value)
    return within(F("width") * F("height"), pixels) if pixels.intervals else NOTHING


def in_pixels(megapixels: Numbers) -> Numbers:
    """Whole pixels, so that the index on width × height serves them."""
    intervals = [Interval(point, point) for point in megapixels.points] + list(megapixels.intervals)
    return Numbers(frozenset(), tuple(pixels for pixels in map(_in_pixels, intervals) if pixels is not None))


def _in_pixels(interval: Interval) -> Interval | None:
    low, high = interval.low, interval.high
    least = None if low is None else (floor(low * _MEGA) + 1 if interval.low_open else ceil(low * _MEGA))
    most = None if high is None else (ceil(high * _MEGA) - 1 if interval.high_open else floor(high * _MEGA))
    if least is not None and most is not None and least > most:
        return None
    return Interval(least, most)


def _ratio(value: Numbers, compilation: Compilation) -> Q:
    return ratio_within(F("width"), F("height"), value)


def ratio_within(width: F, height: F, value: Numbers) -> Q:
    """The ratio of two columns is one of the values, or lies in one of the intervals."""
    intervals = [Interval(point - _HALF, point + _HALF) for point in value.points]
    for interval in value.intervals:
        low = None if interval.low is None else interval.low + (_HALF if interval.low_open else -_HALF)
        high = None if interval.high is None else interval.high + (-_HALF if interval.high_open else _HALF)
        intervals.append(Interval(low, high, interval.low_open, interval.high_open))
    ratio = Cast(width, FloatField()) / Cast(height, FloatField())
    return within(ratio, Numbers(frozenset(), tuple(intervals)))


def _pixelhash(value: Choices, compilation: Compilation) -> Q:
    return Q(Exists(Asset.objects.filter(pk=OuterRef("asset_id"), pixel_sha256__in=sorted(value.values))))


metatag(
    "width",
    integers(),
    lambda value, compilation: within("width", value),
    section="files",
    summary=_("The width in pixels."),
    examples=("width:>=1024", "width:512..1024"),
)
metatag(
    "height",
    integers(),
    lambda value, compilation: within("height", value),
    section="files",
    summary=_("The height in pixels."),
    examples=("height:>=1024",),
)
metatag(
    "mpixels",
    megapixels(),
    _mpixels,
    section="files",
    summary=_("Millions of pixels; a single number means 5 % more or less."),
    examples=("mpixels:>1", "mpixels:0.5"),
)
metatag(
    "ratio",
    ratios(),
    _ratio,
    section="files",
    summary=_("Width by height, to two decimals."),
    examples=("ratio:16:9", "ratio:>1", "ratio:1"),
)
metatag(
    "filesize",
    file_sizes(),
    lambda value, compilation: within("file_size", value),
    section="files",
    summary=_("The size of the file; with a unit, 5 % more or less."),
    examples=("filesize:>1mb", "filesize:200kb"),
)
metatag(
    "filetype",
    choices(FILE_TYPES),
    lambda value, compilation: Q(file_type__in=sorted(value.values)),
    section="files",
    summary=_("The kind of the file."),
    examples=("filetype:png",),
    values=tuple(FILE_TYPES),
)
metatag(
    "pixelhash",
    hex_digests(64),
    _pixelhash,
    section="files",
    few=always,
    summary=_("The SHA-256 of the pixels: finds the same picture in whatever file."),
)
