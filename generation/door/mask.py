"""What is left of a mask when it is drawn: a mask that paints nothing is refused before anybody waits for it."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext as _

from generation import masks
from generation.door.reading import Reading
from generation.engine.masks import vanishes


def weigh_mask(reading: Reading) -> None:
    """Refuse a mask of which the engine would paint nothing, at the size that was read. It is looked at where nothing
    else is wrong: masks are large."""
    values = reading.values
    mask = values.get("mask")
    if mask is None or reading.problems:
        return
    size, blur, padding = (values["width"], values["height"]), values["mask_blur"], values.get("only_masked")
    try:
        if not _vanishes(mask.path, blur, size, padding):
            return
        too_soft = blur > 0 and not _vanishes(mask.path, 0, size, padding)
    except (OSError, SyntaxError, ValueError):
        return  # the worker tries again, and says so
    if too_soft:
        sentence = _(
            "What you painted is too small for its soft edge of %(blur)s pixels: nothing of it would be drawn anew. "
            "Paint a larger spot, or make the soft edge smaller."
        )
    else:
        sentence = _(
            "What you painted is too thin: the model draws this picture at %(width)s × %(height)s pixels, where "
            "nothing of it is left. Paint a larger spot, or have just this part drawn at full size."
        )
    reading.refuse("mask", sentence % {"blur": blur, "width": size[0], "height": size[1]})


@lru_cache(maxsize=512)
def _vanishes(path: str, blur: int, size: tuple[int, int], padding: int | None) -> bool:
    """Of the mask at `path`, which never changes: a table of settings asks it for each of its pictures."""
    return vanishes(masks.picture_at(path), blur, size, padding)
