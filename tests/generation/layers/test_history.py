"""The line of a take: how far up it goes, and how its pictures lie on each other."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from gallery.errors import NotNow
from gallery.models import AssetFile
from gallery.storing import OutOfReach
from generation.layers import history, stacking
from generation.layers.export import Form, layered_file
from generation.layers.history import line_of, places
from generation.layers.refusals import LayersRefused
from generation.models import Take
from tests.factories import make_asset_row, make_mask, make_recipe, make_take, make_user
from tests.generation.layers.lines import flattened, patched, picture, read_ora, same, take_of

pytestmark = pytest.mark.django_db


def layered(take: Take) -> tuple[list[Any], Image.Image]:
    with layered_file(take, Form.ORA) as file:
        return read_ora(file.read())


def shown(take: Take) -> Image.Image:
    layers, merged = layered(take)
    flat = flattened(layers, merged.size)
    assert same(flat, merged)
    return flat


@pytest.fixture
def mira() -> Any:
    return make_user("mira")


def test_base_patch_and_margins_flatten_to_the_take(mira: Any) -> None:
    base = picture(40, 30)
    repaired = patched(base, (10, 10, 16, 15), (200, 0, 0))
    wide = Image.new("RGB", (40 + 8 + 16, 30 + 24), (3, 4, 5))
    wide.paste(repaired, (8, 24))
    last = patched(wide, (60, 50, 64, 54), (0, 250, 0))
    first = take_of(mira, base)
    second = take_of(mira, repaired, first)
    third = take_of(mira, wide, second, margins=[8, 24, 16, 0])
    fourth = take_of(mira, last, third)
    layers, merged = layered(fourth)
    assert [(image.size, x, y) for _name, _seen, image, x, y in layers] == [
        ((40, 30), 8, 24),
        ((6, 5), 18, 34),
        ((64, 54), 0, 0),
        ((4, 4), 60, 50),
    ]
    assert same(merged, last)
    assert same(flattened(layers, merged.size), last)
    for take, expected in ((first, base), (second, repaired), (third, wide)):
        assert same(shown(take), expected)


def test_another_size_hides_what_lies_below_and_keeps_it(mira: Any) -> None:
    small, large = picture(20, 20), picture(40, 40, (9, 9, 9))
    first = take_of(mira, small)
    second = take_of(mira, patched(small, (1, 1, 3, 3), (1, 1, 1)), first)
    third = take_of(mira, large, second)
    fourth = take_of(mira, patched(large, (0, 0, 5, 5), (2, 2, 2)), third)
    layers, _merged = layered(fourth)
    assert [(image.size, seen) for _name, seen, image, _x, _y in layers] == [
        ((20, 20), "hidden"),
        ((2, 2), "hidden"),
        ((40, 40), "visible"),
        ((5, 5), "visible"),
    ]
    assert same(shown(fourth), patched(large, (0, 0, 5, 5), (2, 2, 2)))


def test_margins_that_do_not_explain_the_size_are_another_size(mira: Any) -> None:
    first = take_of(mira, picture(40, 30))
    second = take_of(mira, picture(64, 64, (1, 1, 1)), first, margins=[8, 8, 8, 8])
    assert [step.margins for step in line_of(second)] == [None, None]
    assert same(shown(second), picture(64, 64, (1, 1, 1)))


@pytest.mark.parametrize("gone", ["purged_at", "archived_at"])
def test_below_a_take_that_is_gone_nothing_is_told(mira: Any, gone: str) -> None:
    base = picture()
    first = take_of(mira, base, recipe={"prompt": "a secret"})
    second = take_of(mira, patched(base, (0, 0, 9, 9), (1, 2, 3)), first)
    third = take_of(mira, patched(base, (0, 0, 12, 12), (3, 2, 1)), second)
    Take.objects.filter(pk=second.pk).update(**{gone: timezone.now()})
    third.refresh_from_db()
    assert [step.asset.pk for step in line_of(third)] == [third.asset_id]
    assert same(shown(third), patched(base, (0, 0, 12, 12), (3, 2, 1)))
    Take.objects.filter(pk=second.pk).update(**{gone: None})
    Take.objects.filter(pk=first.pk).update(purged_at=timezone.now(), erased_at=timezone.now())
    assert [step.asset.pk for step in line_of(third)] == [second.asset_id, third.asset_id]


def test_the_line_ends_where_the_parent_row_is_gone_or_another_members(mira: Any) -> None:
    theirs = take_of(make_user(), picture())
    own = take_of(mira, patched(picture(), (0, 0, 2, 2), (1, 1, 1)), theirs)
    assert [step.asset.pk for step in line_of(own)] == [own.asset_id]


def test_a_lost_file_in_the_middle_makes_the_picture_above_it_the_lowest(mira: Any) -> None:
    takes = [take_of(mira, picture())]
    for number in range(4):
        takes.append(take_of(mira, patched(picture(), (0, 0, 2 + number, 2), (number, 1, 1)), takes[-1]))
    AssetFile.objects.filter(asset=takes[1].asset).delete()
    damaged = takes[2].asset.files.get(variant="original")
    Path(settings.MEDIA_ROOT, damaged.path).write_bytes(b"no picture")
    layers, merged = layered(takes[4])
    assert len(layers) == 2
    assert same(flattened(layers, merged.size), merged)
    with pytest.raises(LayersRefused, match="not on the site’s disk any more"):
        layered_file(takes[1], Form.PSD)


def test_files_that_cannot_be_had_now_are_not_left_out(mira: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    take = take_of(mira, picture())

    def away(_asset: Any) -> Any:
        raise OutOfReach

    monkeypatch.setattr(stacking, "whole_picture_of", away)
    with pytest.raises(NotNow, match="can’t get at its files"):
        layered_file(take, Form.PSD)


def test_a_full_disk_is_said_in_words(mira: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    take = take_of(mira, picture())

    def full(*_args: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("generation.layers.openraster.write_openraster", full)
    with pytest.raises(NotNow, match="can’t store files"):
        layered_file(take, Form.ORA)


def test_210_steps(mira: Any) -> None:
    image = picture(32, 32)
    take = take_of(mira, image)
    for number in range(210):
        image = patched(image, (number % 30, number // 8, number % 30 + 2, number // 8 + 2), (number, 255 - number, 7))
        take = take_of(mira, image, take, recipe={"seed": number})
    layers, merged = layered(take)
    assert len(layers) == 211
    assert same(merged, image)
    assert same(flattened(layers, image.size), image)
    with layered_file(take, Form.PSD) as file, Image.open(file) as read:
        assert len(read.layers) == 211
        assert same(read, image)


def test_what_is_too_much_together_lies_in_the_lowest_layer(mira: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_PIXELS", 3 * 40 * 30)
    take = take_of(mira, picture())
    for number in range(5):
        take = take_of(mira, patched(picture(), (0, 0, number + 1, 2), (number, 1, 1)), take)
    layers, _merged = layered(take)
    assert len(layers) == 3
    assert layers[0][0].endswith("with the 3 steps before it")
    assert same(shown(take), patched(picture(), (0, 0, 5, 2), (4, 1, 1)))


def test_a_long_line_is_cut_not_refused(mira: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_STEPS", 10)
    take = None
    for _ in range(15):
        take = Take.objects.create(
            kind="imported", owner=mira, asset=make_asset_row(mira), parent=take, recipe=make_recipe().to_dict()
        )
    assert take is not None
    assert len(line_of(take)) == 10
    assert list(places(line_of(take))) == [(0, 0)] * 10


def test_names_say_how_each_step_came_to_be(mira: Any) -> None:
    root = make_take(mira, prompt="手, 🖐️ of a girl", width=64, height=64, seed=123, steps=28, sampler="Euler")
    mask = make_mask(mira)
    child = make_take(mira, source_take=root.pk, mask=mask.pk, prompt="hand " * 30, seed=5, steps=1, sampler="Euler")
    wide = make_take(mira, source_take=child.pk, outpaint=[0, 8, 0, 0], prompt="sky", width=64, height=72, steps=4)
    names = [step.name for step in line_of(wide)]
    assert names[0] == "手, 🖐️ of a girl · txt2img · seed 123 · 28 steps · Euler"
    assert names[1].startswith("hand hand")
    assert names[1].endswith("… · inpaint · seed 5 · 1 step · Euler")
    assert names[2].startswith("sky · outpaint · seed 7 · 4 steps")
