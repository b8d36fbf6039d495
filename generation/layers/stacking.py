"""From a line of pictures to layers, one at a time: no more than two pictures are in memory together."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageChops

from gallery.ingest.assets import whole_picture_of
from gallery.models import Asset
from gallery.storing import OutOfReach
from generation.layers.history import Step, places
from generation.layers.layer import Layer
from generation.layers.naming import shortened
from generation.layers.patches import changed, cut_out, inked, is_solid
from generation.layers.texts import Text, drawn


class PictureLost(Exception):  # noqa: N818 - the name is read as a sentence at the call
    """The file of a step is gone or damaged for good; `number` counts from the lowest."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def layers_of(steps: list[Step]) -> Iterator[Layer]:
    """The layers that make the last picture, the lowest first. Raises `PictureLost`, and `OutOfReach` for a file that
    can't be read at this moment."""
    before: Image.Image | None = None
    for number, (step, (left, top)) in enumerate(zip(steps, places(steps), strict=True)):
        try:
            picture = pixels_of(step.asset)
        except OutOfReach:
            raise
        except OSError as error:
            raise PictureLost(number) from error
        if before is None or step.margins is None:
            yield Layer(step.name, picture, left, top, replaces=number > 0)
        else:
            yield from _changes(step, before, picture, left, top)
        before = picture


def pixels_of(asset: Asset) -> Image.Image:
    """The picture as RGB, or RGBA where some of it is transparent. Raises `OSError` when its file is gone or damaged,
    among those `OutOfReach`."""
    picture = whole_picture_of(asset)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _changes(step: Step, before: Image.Image, after: Image.Image, left: int, top: int) -> Iterator[Layer]:
    assert step.margins is not None  # noqa: S101 - asked for before
    mask = changed(before, after, *step.margins[:2])
    if not is_solid(after, mask):
        # What became transparent can't be laid over what was there.
        yield Layer(step.name, after, left, top, replaces=True)
        return
    lettered = list(_texts(step, after, mask))
    if not lettered or mask.getbbox() is not None:
        x, y, image = cut_out(after, mask)
        yield Layer(step.name, image, left + x, top + y)
    for name, x, y, image in lettered:
        yield Layer(f"{step.name} · {name}", image, left + x, top + y)


def _texts(step: Step, after: Image.Image, mask: Image.Image) -> list[tuple[str, int, int, Image.Image]]:
    """Each text's own pixels, the lowest first, and what it says; they are taken out of `mask`."""
    found = []
    for raw in reversed(step.texts):
        text = Text.from_dict(raw)
        ink = drawn(text, after.size) if text is not None else None
        if text is None or ink is None:
            continue
        box = (ink.left, ink.top, ink.left + ink.image.width, ink.top + ink.image.height)
        own = ImageChops.darker(inked(ink.image.getchannel("A")), mask.crop(box))
        if own.getbbox() is None:
            continue
        mask.paste(0, box, own)
        x, y, image = cut_out(after.crop(box), own)
        found.append((shortened(text.text), ink.left + x, ink.top + y, image))
    return found[::-1]
