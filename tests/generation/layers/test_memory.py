"""How many pictures are in memory at a time: one of 40 megapixels takes 160 MB."""

import gc
import weakref
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from generation.layers.history import line_of
from generation.layers.layer import Layer
from generation.layers.lettering import letter
from generation.layers.openraster import write_openraster
from generation.layers.psd import write_psd
from generation.layers.stacking import layers_of
from generation.layers.texts import Text
from tests.factories import make_user
from tests.generation.layers.lines import picture, take_of

SIZE = (331, 247)


def whole_pictures() -> int:
    """How many pictures and masks at least half as large as `SIZE` there are."""
    gc.collect()
    found = [one for one in gc.get_objects() if issubclass(type(one), Image.Image)]
    return sum(2 * one.width * one.height >= SIZE[0] * SIZE[1] for one in found)


@pytest.mark.django_db
def test_many_large_texts_are_not_in_memory_together() -> None:
    mira = make_user("mira")
    texts = [Text(text="国国\n国国", size=120, x=40.0 + number, vertical=number % 2 == 1) for number in range(9)]
    take = letter(mira, take_of(mira, picture(*SIZE)), texts)
    before = whole_pictures()
    there, names = [], []
    for layer in layers_of(line_of(take)):
        names.append(layer.name)
        there.append(whole_pictures() - before)
    assert len(names) > 6
    # The picture, what is left of the mask, whose text each pixel is, and the layer.
    assert max(there) <= 4


@pytest.mark.django_db
def test_two_pictures_a_mask_and_a_layer_are_the_most_of_a_long_line() -> None:
    mira = make_user("mira")
    take = take_of(mira, picture(*SIZE))
    for number in range(4):
        take = take_of(mira, picture(*SIZE, color=(1, 2, 3 + number)), take)
    before = whole_pictures()
    assert max(whole_pictures() - before for _layer in layers_of(line_of(take))) <= 3


class Made:
    """Layers that say, each when it is asked for, whether the one before is gone."""

    def __init__(self) -> None:
        self.left: list[bool] = []

    def __iter__(self) -> Iterator[Layer]:
        last: list[weakref.ref[Any]] = []
        for number in range(4):
            self.left.append(bool(last) and last[-1]() is not None)
            yield self._made(number, last)
        self.left.append(last[-1]() is not None)

    def _made(self, number: int, last: list[Any]) -> Layer:
        image = picture(40, 30, (number, 1, 1))
        last.append(weakref.ref(image))
        return Layer(f"{number}", image)


def test_the_writers_let_go_of_each_layer_before_the_next_is_made() -> None:
    flat, png = picture(40, 30), BytesIO()
    flat.save(png, "PNG")
    for_ora, for_psd = Made(), Made()
    write_openraster(BytesIO(), for_ora, png.getvalue)
    write_psd(BytesIO(), BytesIO(), for_psd, lambda: flat, size=flat.size)
    assert for_ora.left == for_psd.left == [False] * 5
