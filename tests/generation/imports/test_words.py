"""The fixed rule reads all that a copy says of a picture, wherever it stands."""

import pytest

from gallery.models import LockedAway
from gallery.refusals.quarantine import put_back
from generation.models import Take
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import DAY, brought, copy_with, reasons, row

pytestmark = pytest.mark.django_db

BAD = "loli, nsfw, sex"
PICTURE = {"takes/1.png": plain()}


def told(**recipe: object) -> dict[str, object]:
    return row(1)["recipe"] | recipe


@pytest.mark.parametrize(
    "fields",
    [
        {"recipe": told(prompt=BAD)},
        {"recipe": told(negative_prompt=BAD, cfg=0.5)},
        {"recipe": told(loras=[{"name": BAD}])},
        {"recipe": told(embeddings=[{"name": BAD}])},
        {"recipe": told(axes=[{"name": "prompt", "values": ["a cat", BAD]}])},
        {"note": BAD},
        {"lettering": [{"text": BAD}]},
        {"recipe": told(prompt="loli"), "note": "sex"},
    ],
    ids=str,
)
def test_it_is_held_back(noa, fields):
    run = brought(noa, copy_with([row(1, **fields)], PICTURE))
    assert reasons(run) == ["upload_held_back"]
    assert not Take.objects.exists()
    assert LockedAway.objects.get().asset.owner == noa


@pytest.mark.parametrize("fields", [{"title": BAD}, {"commentary": BAD}, {"tags": ["loli", "sex"]}], ids=str)
def test_what_stood_beside_its_post_counts_too(noa, fields):
    posts = [{"id": 5, "created_at": DAY, "title": "", "commentary": "", "tags": []} | fields]
    run = brought(noa, copy_with([row(1, post_id=5)], PICTURE, posts=posts))
    assert [note["code"] for note in run.notes] == ["upload_held_back"]
    assert Take.objects.get().note == ""
    assert not Take.objects.get().asset.files.exists()
    assert LockedAway.objects.get().asset.owner == noa


def test_what_a_moderator_released_stays_released_until_it_says_more(noa):
    said = copy_with([row(1, note=BAD)], PICTURE)
    brought(noa, said)
    put_back(LockedAway.objects.get())
    assert reasons(brought(noa, said)) == []
    assert Take.objects.get().asset.files.exists()
    Take.objects.all().delete()
    assert reasons(brought(noa, copy_with([row(1, note=f"{BAD}, shota")], PICTURE))) == ["upload_held_back"]


def test_a_negative_prompt_may_name_what_is_to_stay_away(noa):
    brought(noa, copy_with([row(1, recipe=told(negative_prompt=BAD, cfg=7))], PICTURE))
    assert Take.objects.exists()


def test_known_files_are_held_back_and_a_moderator_hears_of_it(noa, monkeypatch):
    monkeypatch.setattr("gallery.refusals.arrivals.known_by", lambda asset: ["list"])
    run = brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    assert reasons(run) == ["upload_held_back"]
    assert not Take.objects.exists()
    assert LockedAway.objects.get().asset.owner == noa


def test_the_fixed_rule_reads_what_the_copy_says_too(noa):
    told = row(1)["recipe"] | {"prompt": "loli, nsfw, sex"}
    run = brought(noa, copy_with([row(1, recipe=told)], {"takes/1.png": plain()}))
    assert reasons(run) == ["upload_held_back"]
    assert LockedAway.objects.count() == 1
    # Again: it stays where it is.
    again = brought(noa, copy_with([row(1, recipe=told)], {"takes/1.png": plain()}))
    assert reasons(again) == ["upload_held_back"]
    assert LockedAway.objects.count() == 1
