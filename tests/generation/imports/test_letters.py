"""Letters that were brought: their texts can be changed here too, where the picture below them came."""

import pytest

from gallery.models import User
from generation.layers.lettering import ground_of
from generation.models import Take
from tests.factories import make_user
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import brought, copy_of, copy_with, make_chain, row

pytestmark = pytest.mark.django_db


def lettered(owner: User) -> Take:
    return Take.objects.exclude(lettering=[]).get(owner=owner)


def test_texts_that_were_brought_are_changed_on_the_picture_below(noa, client):
    mika = make_user("mika")
    make_chain(mika)
    brought(noa, copy_of(mika))
    take = lettered(noa)
    ground = ground_of(take)
    assert (ground.take, ground.flattened) == (take.parent, False)
    assert [(text.text, text.size, text.vertical) for text in ground.texts] == [("こんにちは", 40, True)]
    client.force_login(noa)
    page = client.get(f"/takes/{take.pk}/letters").content.decode()
    assert "こんにちは" in page


def test_without_the_picture_below_they_are_a_part_of_this_one(noa):
    brought(noa, copy_with([row(1, lettering=[{"text": "a"}])], {"takes/1.png": plain()}))
    ground = ground_of(lettered(noa))
    assert (ground.take.pk, ground.texts, ground.flattened) == (lettered(noa).pk, (), True)


@pytest.mark.parametrize(
    "odd",
    [
        {"text": 5}, {"size": 20}, {"text": "a", "size": "x"}, {"text": "a", "colour": "red; x"},
        {"text": "a", "size": -5, "x": 1e6, "spacing": 0, "outline_width": 9999}, {"text": "a", "face": "/etc/passwd"},
    ],
    ids=str,
)  # fmt: skip
def test_texts_that_say_something_odd_break_no_page(noa, client, odd):
    rows = [row(1), row(2, parent_id=1, lettering=[odd, {"text": "whole", "size": 20}])]
    brought(noa, copy_with(rows, {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    take = lettered(noa)
    client.force_login(noa)
    for address in (f"/takes/{take.pk}", f"/takes/{take.pk}/letters", f"/takes/{take.pk}/layers.ora"):
        assert client.get(address).status_code == 200
    assert "whole" in client.get(f"/takes/{take.pk}/letters").content.decode()
