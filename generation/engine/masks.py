"""What of a mask reaches the model: its edges are made soft, it is cut out or made smaller, and what is below half then
is not painted.

As diffusers' image processor does it (0.42), with Pillow alone: the web process asks before anything is queued.
"""

from PIL import Image, ImageFilter

HALF = 128
"""From this grey on a pixel is painted."""

Region = tuple[int, int, int, int]


def softened(mask: Image.Image, blur: int) -> Image.Image:
    """Return a mask (L) with a soft edge; `blur` is its radius in pixels, 0 for none."""
    return mask.filter(ImageFilter.GaussianBlur(blur)) if blur else mask


def region_around(mask: Image.Image, size: tuple[int, int], padding: int) -> Region:
    """Return the part (left, top, right, bottom) of a soft mask's picture that is drawn for itself: all that is masked,
    `padding` pixels around it, and as much more as gives it the proportions of `size` where the picture has room."""
    box = mask.getbbox() or (mask.width, mask.height, 0, 0)
    left, top = max(box[0] - padding, 0), max(box[1] - padding, 0)
    right, bottom = min(box[2] + padding, mask.width), min(box[3] + padding, mask.height)
    ratio = size[0] / size[1]
    if (right - left) / (bottom - top) > ratio:
        missing = int((right - left) / ratio - (bottom - top))
        top, bottom = _widened(top, bottom, missing, mask.height)
    else:
        missing = int((bottom - top) * ratio - (right - left))
        left, right = _widened(left, right, missing, mask.width)
    return left, top, right, bottom


def vanishes(mask: Image.Image, blur: int, size: tuple[int, int], padding: int | None = None) -> bool:
    """Return whether nothing of a mask (L) with a soft edge is painted when the picture is drawn at `size`, or, with
    `padding`, the part of it around the mask."""
    soft = softened(mask, blur)
    if padding is None:
        drawn = soft.resize(size, Image.Resampling.LANCZOS)
    else:
        part = soft.crop(region_around(soft, size, padding))
        scale = min(size[0] / part.width, size[1] / part.height)
        within = max(1, int(part.width * scale)), max(1, int(part.height * scale))
        drawn = part.resize(within, Image.Resampling.LANCZOS)
    return not any(drawn.histogram()[HALF:])


def _widened(start: int, end: int, missing: int, most: int) -> tuple[int, int]:
    """Widen a span by `missing` pixels at both ends, within 0 and `most`."""
    start -= missing // 2
    end += missing - missing // 2
    if end >= most:
        start, end = start - (end - most), most
    if start < 0:
        start, end = 0, end - start
    return start, min(end, most)
