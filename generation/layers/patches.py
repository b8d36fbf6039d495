"""What one picture has that the one before it had not."""

from __future__ import annotations

from functools import reduce

from PIL import Image, ImageChops

_BAND = 256
"""Rows that are compared at a time: of a picture of 40 megapixels no third and fourth copy is made."""


def changed(before: Image.Image, after: Image.Image, left: int = 0, top: int = 0) -> Image.Image:
    """Where `after` differs from `before` laid on it at (`left`, `top`): 255 there, 0 elsewhere; as large as `after`.

    All that `before` doesn't cover differs. Both are RGB or RGBA; a pixel that only its transparency tells apart
    differs, too.
    """
    mask = Image.new("L", after.size, 255)
    for row in range(0, before.height, _BAND):
        end = min(row + _BAND, before.height)
        old = before.crop((0, row, before.width, end))
        new = after.crop((left, top + row, left + before.width, top + end))
        if old.mode != new.mode:
            old, new = old.convert("RGBA"), new.convert("RGBA")
        most = reduce(ImageChops.lighter, ImageChops.difference(old, new).split())
        mask.paste(most.point(_any), (left, top + row))
    return mask


_any = [0, *[255] * 255]
"""Of a table of grey values: whether there is any."""


def inked(mask: Image.Image) -> Image.Image:
    """255 wherever the mask isn't 0."""
    return mask.point(_any)


def cut_out(picture: Image.Image, mask: Image.Image, left: int = 0, top: int = 0) -> tuple[int, int, Image.Image]:
    """The picture's pixels under the mask (0 or 255) that lies on it at (`left`, `top`), as RGBA cropped to what there
    is, and where that lies on the picture.

    Under the rest nothing of the picture is left. A mask without anything gives one transparent pixel.
    """
    box = mask.getbbox() or (0, 0, 1, 1)
    shape = mask.crop(box)
    part = picture.crop((left + box[0], top + box[1], left + box[2], top + box[3]))
    part.paste((0,) * len(part.getbands()), (0, 0, *part.size), ImageChops.invert(shape))
    if part.mode != "RGBA":
        part.putalpha(shape)  # in place, where a conversion would be another picture
    return left + box[0], top + box[1], part


def is_solid(picture: Image.Image, mask: Image.Image) -> bool:
    """Whether all that lies under the mask is fully opaque: only then can it be laid over what was there."""
    box = mask.getbbox()
    if box is None or picture.mode != "RGBA":
        return True
    hidden = ImageChops.darker(ImageChops.invert(picture.getchannel("A").crop(box)), mask.crop(box))
    return hidden.getbbox() is None
