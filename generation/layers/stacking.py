"""From a line of pictures to layers, one at a time: no more than two pictures are in memory together, or one and what
is cut out of it."""

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

MOST_NUMBER = 255
"""Of texts that a map of bytes tells apart; there are twenty at most."""


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
            before = picture
            yield Layer(step.name, picture, left, top, replaces=number > 0)
        else:
            mask = changed(before, picture, *step.margins[:2])
            before = picture  # the older one isn't needed any more
            yield from _changes(step, picture, mask, left, top)
        del picture


def pixels_of(asset: Asset) -> Image.Image:
    """The picture as RGB, or RGBA where some of it is transparent. Raises `OSError` when its file is gone or damaged,
    among those `OutOfReach`."""
    picture = whole_picture_of(asset)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _changes(step: Step, after: Image.Image, mask: Image.Image, left: int, top: int) -> Iterator[Layer]:
    if not is_solid(after, mask):
        # What became transparent can't be laid over what was there.
        yield Layer(step.name, after, left, top, replaces=True)
        return
    owners, texts = _texts(step, after.size, mask)
    if not texts or mask.getbbox() is not None:
        x, y, image = cut_out(after, mask)
        yield Layer(step.name, image, left + x, top + y)
        del image
    for number, (text, box) in texts.items():
        x, y, image = _own(after, owners, number, box)
        yield Layer(f"{step.name} · {shortened(text.text)}", image, left + x, top + y)
        del image


def _own(
    picture: Image.Image, owners: Image.Image, number: int, box: tuple[int, int, int, int]
) -> tuple[int, int, Image.Image]:
    mask = owners.crop(box).point([255 if owner == number else 0 for owner in range(256)])
    return cut_out(picture, mask, *box[:2])


def _texts(
    step: Step, size: tuple[int, int], mask: Image.Image
) -> tuple[Image.Image, dict[int, tuple[Text, tuple[int, int, int, int]]]]:
    """Whose each pixel is, by numbers from 1 on, and the texts of these numbers, the lowest first, with their boxes.

    What is a text's is taken out of `mask`; of several on one place the topmost has it. One map for all, since twenty
    texts may each be as large as the picture.
    """
    owners = Image.new("L", size if step.texts else (1, 1))
    found = {}
    for number in range(min(len(step.texts), MOST_NUMBER), 0, -1):
        text = Text.from_dict(step.texts[number - 1])
        shape = _shape(text, size) if text is not None else None
        if text is None or shape is None:
            continue
        left, top, ink = shape
        box = (left, top, left + ink.width, top + ink.height)
        own = ImageChops.darker(ink, mask.crop(box))
        if own.getbbox() is None:
            continue
        mask.paste(0, box, own)
        owners.paste(number, box, own)
        found[number] = (text, box)
    return owners, dict(reversed(found.items()))


def _shape(text: Text, size: tuple[int, int]) -> tuple[int, int, Image.Image] | None:
    """Where the text has any ink, 255 there, and the place of that; None where nothing of it lies on the picture."""
    ink = drawn(text, size)
    return (ink.left, ink.top, inked(ink.image.getchannel("A"))) if ink is not None else None
