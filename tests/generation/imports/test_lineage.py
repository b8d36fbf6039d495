"""Takes stand below each other as they did there, whatever is missing or goes round; masks lie on theirs."""

import pytest

from gallery.storing import content_of
from generation.imports.lineage import without_circles
from generation.models import BroughtTake, Mask, Take
from tests.gallery.pictures.files import saved
from tests.gallery.uploads.files import picture, plain
from tests.generation.imports.copies import brought, copy_with, reasons, row

pytestmark = pytest.mark.django_db
DAY = "2026-01-02T03:04:05+00:00"
PICTURE = {"takes/200.png": plain(200)}


def mask_file(size: tuple[int, int] = (320, 240)) -> bytes:
    from PIL import Image

    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    return saved(image, "PNG")


def test_a_chain_of_200_steps_comes_whole(noa):
    rows = [row(number, parent_id=number - 1 or None) for number in range(1, 201)]
    run = brought(
        noa, copy_with([one | {"erased_at": DAY, "purged_at": DAY} for one in rows[:-1]] + rows[-1:], PICTURE)
    )
    assert run.state == "done"
    depth, one = 1, Take.objects.get(erased_at=None)
    while one.parent is not None:
        depth, one = depth + 1, one.parent
    assert depth == 200


def test_circles_are_opened_and_told(noa):
    rows = [row(1, parent_id=3), row(2, parent_id=1), row(3, parent_id=2), row(4, parent_id=4)]
    run = brought(noa, copy_with(rows, {f"takes/{number}.png": plain(number) for number in range(1, 5)}))
    assert run.state == "done"
    assert [note["code"] for note in run.notes] == ["bring_circle"]
    for take in Take.objects.all():
        steps, one = 0, take
        while one is not None and steps < 9:
            steps, one = steps + 1, one.parent
        assert steps < 9


def test_the_merger_of_two_takes_can_close_no_circle(noa):
    # 3 is the picture of 1 again: 2 below 1, and "3" below 2.
    rows = [row(1, parent_id=2), row(2, parent_id=3), row(3)]
    run = brought(noa, copy_with(rows, {"takes/1.png": plain(1), "takes/2.png": plain(2), "takes/3.png": plain(1)}))
    assert run.state == "done"
    line = dict(Take.objects.values_list("pk", "parent"))
    assert sorted(parent is None for parent in line.values()) == [False, True]


def test_without_circles_keeps_what_stood_there():
    assert without_circles({1: 2}, {2: 1, 3: 1}) == {3: 1}
    assert without_circles({}, {1: 1}) == {}
    assert without_circles({}, {1: 2, 2: 3, 3: 4}) == {1: 2, 2: 3, 3: 4}


def test_children_of_what_is_missing_stand_below_the_next_above(noa):
    rows = [row(1), row(2, parent_id=1), row(3, parent_id=2), row(4, parent_id=99)]
    files = {"takes/1.png": plain(1), "takes/2.png": b"no picture", "takes/3.png": plain(3), "takes/4.png": plain(4)}
    run = brought(noa, copy_with(rows, files))
    assert reasons(run) == ["upload_unreadable"] or len(reasons(run)) == 1
    keys = {one.key.partition("@")[0]: one.take for one in BroughtTake.objects.exclude(take=None)}
    assert keys["t3"].parent == keys["t1"]
    assert keys["t4"].parent is None


def test_a_take_without_its_picture_keeps_its_place_where_others_stand_below(noa):
    run = brought(noa, copy_with([row(1, width=64, height=48), row(2, parent_id=1), row(9)], {"takes/2.png": plain()}))
    child = Take.objects.get(erased_at=None)
    assert child.parent.erased_at is not None
    assert (child.parent.asset.width, child.parent.asset.height) == (64, 48)
    assert reasons(run) == ["bring_no_picture"]
    assert [note["code"] for note in run.notes] == ["bring_no_picture"]


def test_masks_come_once_and_odd_ones_stay_away(noa):
    rows = [
        row(1),
        row(2, parent_id=1, mask_id=5),
        row(3, parent_id=1, mask_id=5),
        row(4, parent_id=1, mask_id=6),
        row(5, parent_id=1, mask_id=7),
        row(6, parent_id=1, mask_id=8),
    ]
    files = {f"takes/{number}.png": plain(number) for number in range(1, 7)}
    black = saved(picture(0).point(lambda _value: 0), "PNG")
    files |= {"masks/5.png": mask_file(), "masks/6.png": mask_file((64, 64)), "masks/7.png": black}
    run = brought(noa, copy_with(rows, files))
    takes_here = {one.key.partition("@")[0]: one.take for one in BroughtTake.objects.all()}
    assert takes_here["t2"].mask == takes_here["t3"].mask
    assert takes_here["t2"].mask.owner == noa
    assert [takes_here[key].mask for key in ("t4", "t5", "t6")] == [None] * 3
    assert {note["code"] for note in run.notes} == {"bring_no_mask"}
    # By their numbers there.
    assert sorted(note["params"]["number"] for note in run.notes) == [6, 7, 8]
    assert content_of(takes_here["t2"].mask.path) == content_of(Mask.objects.get(pk=takes_here["t2"].mask_id).path)
