"""What this floor writes into the copy of an account: all of its owner's, and of others' what they may see now."""

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest

from gallery.moderation.acts import remove
from generation.lab.keeping import make_sheet
from generation.models import GenerationRequest, StylePage
from generation.models.style_page import StyleAudience
from tests.factories import draw_cell, make_lab, make_post, make_take, make_user
from tests.generation.imports.copies import copy_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def tables(user) -> dict[str, Any]:
    archive = ZipFile(io.BytesIO(copy_of(user)))
    return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def test_the_style_of_another_is_named_only_while_it_can_be_seen():
    mika, haru = make_user("mika"), make_user("haru")
    style = StylePage.objects.create(owner=haru, slug="rain-abc", name="Rain", audience=StyleAudience.EVERYBODY)
    make_take(mika)
    GenerationRequest.objects.update(style=style)
    assert tables(mika)["requests.json"][0]["style__name"] == "Rain"
    StylePage.objects.update(audience=StyleAudience.ONLY_ME, name="Hidden thoughts")
    assert tables(mika)["requests.json"][0]["style__name"] is None


def test_ones_own_private_style_is_named():
    mika = make_user("mika")
    style = StylePage.objects.create(owner=mika, slug="rain-abc", name="Rain")
    make_take(mika)
    GenerationRequest.objects.update(style=style)
    assert tables(mika)["requests.json"][0]["style__name"] == "Rain"


@pytest.mark.parametrize("column", ["remix_of", "source_post"])
def test_posts_of_others_are_named_only_while_they_can_be_seen(column):
    mika, post = make_user("mika"), make_post()
    source = make_take(mika)
    make_take(mika, source_take=source.pk, strength=0.5)
    GenerationRequest.objects.filter(source_take=source).update(**{column: post})
    asked = tables(mika)["requests.json"][1]
    assert asked[f"{column}_id"] == post.pk
    remove(make_user(role="moderator"), post, "No.")
    assert tables(mika)["requests.json"][1][f"{column}_id"] is None


def test_comparisons_and_their_sheets_are_in_it():
    mika = make_user("mika")
    lab = make_lab(mika)
    takes = [draw_cell(cell) for cell in lab.cells.all()]
    sheet = make_sheet(mika, lab)
    found = tables(mika)
    assert [(row["id"], row["sheet_id"]) for row in found["comparisons.json"]] == [(lab.pk, sheet.pk)]
    assert {row["request__jobs__take"] for row in found["comparison_pictures.json"]} == {take.pk for take in takes}
    assert {row["id"]: row["kind"] for row in found["takes.json"]}[sheet.pk] == "sheet"


def test_a_take_of_a_sheet_keeps_its_axes_elsewhere():
    from generation.models import Take
    from tests.generation.imports.copies import brought

    mika, noa = make_user("mika"), make_user("noa")
    lab = make_lab(mika)
    for cell in lab.cells.all():
        draw_cell(cell)
    sheet = make_sheet(mika, lab)
    brought(noa, copy_of(mika))
    there = Take.objects.exclude(recipe__axes=[]).get(owner=noa)
    assert there.recipe["axes"] == sheet.recipe["axes"]


def test_the_readme_names_every_table():
    mika = make_user("mika")
    archive = ZipFile(io.BytesIO(copy_of(mika)))
    said = archive.read("README.txt").decode()
    assert [name for name in archive.namelist() if name.endswith(".json") and name not in said] == []
