"""Takes that come: nothing twice, each for its owner alone, and of a damaged copy none."""

import pytest

from gallery.models import Asset, UploadAllowance
from generation.imports.report import report_of
from generation.models import BroughtTake, Take
from tests.factories import make_take, make_user
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import brought, copy_with, packed, row, table

pytestmark = pytest.mark.django_db


def test_the_same_copy_again_brings_nothing(noa):
    content = copy_with([row(1), row(2, parent_id=1)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    brought(noa, content)
    run = brought(noa, content)
    assert run.state == "done"
    assert (Take.objects.count(), Asset.objects.count(), BroughtTake.objects.count()) == (2, 2, 2)
    spent = UploadAllowance.objects.get(user=noa)
    assert spent.files == 2


def test_a_newer_copy_brings_what_is_new_and_puts_it_in_its_place(noa):
    files = {f"takes/{number}.png": plain(number) for number in (1, 2, 3)}
    brought(
        noa, copy_with([row(1), row(3, parent_id=1)], {name: files[name] for name in ("takes/1.png", "takes/3.png")})
    )
    brought(noa, copy_with([row(1), row(2, parent_id=1), row(3, parent_id=2)], files))
    numbers = {one.key.partition("@")[0]: one.take_id for one in BroughtTake.objects.all()}
    parents = dict(Take.objects.values_list("pk", "parent"))
    assert parents == {numbers["t1"]: None, numbers["t2"]: numbers["t1"], numbers["t3"]: numbers["t2"]}


def test_two_takes_of_one_picture_are_one(noa):
    run = brought(noa, copy_with([row(1), row(2)], {"takes/1.png": plain(), "takes/2.png": plain()}))
    assert Take.objects.count() == 1
    report = report_of(run)
    assert (report.came, report.known, report.missing) == (1, 1, 0)


def test_another_members_take_is_never_touched(noa):
    mika = make_user("mika")
    theirs = make_take(mika)
    created = theirs.created_at.isoformat()
    content = copy_with([row(theirs.pk, created_at=created), row(2, parent_id=theirs.pk)], {"takes/2.png": plain(2)})
    brought(noa, content)
    assert not Take.objects.filter(parent=theirs).exists()
    assert not BroughtTake.objects.filter(take=theirs).exists()


def test_a_copy_with_a_table_that_is_none_fails_as_a_whole(noa):
    run = brought(noa, packed({"takes.json": table([row(1)])}, changed={"takes.json": b"[]"}))
    assert (run.state, run.trouble["code"]) == ("failed", "bring_damaged")
    assert run.trouble["params"] == {"name": "takes.json"}
