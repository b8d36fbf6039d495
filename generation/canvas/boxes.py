"""Boxes around what is to be repaired, and the masks they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image

from generation.door.numbers import whole
from generation.door.source import DEFAULT_MASK_BLUR, MAX_PADDING

SMALLEST = 8
"""Pixels: models draw in blocks of so many, of a smaller part nothing would be seen."""
LEAST_PADDING = 16


class BoxRefused(Exception):  # noqa: N818 - the sentence says what is wrong
    """Numbers that are no box within the picture."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in its pixels; `label` says what a detector takes it for."""

    left: int
    top: int
    width: int
    height: int
    label: str = ""

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """As the form has them."""
        return self.left, self.top, self.width, self.height

    @property
    def typed(self) -> str:
        """As one text: `10,20,64,48`."""
        return ",".join(map(str, self.numbers))


def box_from(typed: Sequence[object], size: tuple[int, int]) -> Box:
    """The box of four typed numbers (left, top, width, height), cut to the picture of `size`.

    Raises `BoxRefused`.
    """
    numbers = [whole(number.strip() if isinstance(number, str) else number, None) for number in typed]
    if not any(number is not None for number in numbers):
        raise BoxRefused(_("Draw a box around the part that is to be repaired, or type where it is."))
    known = [number for number in numbers if number is not None]
    if len(known) != 4 or len(numbers) != 4 or min(known) < 0 or max(known) > 10**6:
        raise BoxRefused(_("A box is four whole numbers of pixels: from the left, from the top, width and height."))
    left, top, width, height = known
    right, bottom = min(left + width, size[0]), min(top + height, size[1])
    if right - left < SMALLEST or bottom - top < SMALLEST:
        raise BoxRefused(
            _(
                "This box has less than %(least)d pixels within the picture of %(width)d × %(height)d. "
                "Draw a larger one."
            )
            % {"least": SMALLEST, "width": size[0], "height": size[1]}
        )
    return Box(left, top, right - left, bottom - top)


def mask_of(box: Box, size: tuple[int, int]) -> bytes:
    """A PNG of `size`, white in the box and black around it."""
    image = Image.new("L", size, 0)
    image.paste(255, (box.left, box.top, box.left + box.width, box.top + box.height))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def padding_around(box: Box) -> int:
    """Pixels of the picture that the model sees around the box: a quarter of its longer side, so that a hand comes
    with its wrist."""
    return max(LEAST_PADDING, min(MAX_PADDING, max(box.width, box.height) // 4))


def blur_of(box: Box) -> int:
    """Pixels of the soft edge around the box: the usual ones, less where a small box would be soft all over."""
    return min(DEFAULT_MASK_BLUR, min(box.width, box.height) // 4)
