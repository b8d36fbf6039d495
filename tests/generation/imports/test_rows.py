"""What is of another kind than it should be is left out, alone, and counted."""

import json
from typing import Any

import pytest

from gallery.models import Post
from generation import takes
from generation.models import Take
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import brought, copy_with, one_take, packed, row, table

pytestmark = pytest.mark.django_db
WANTED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}
DAY = "2026-01-02T03:04:05+00:00"


def test_what_is_of_another_kind_than_it_should_be_is_left_out_of_the_row(noa):
    odd = {
        "recipe": {
            "prompt": 7, "steps": "20", "cfg": 1e999, "seed": 10**30, "loras": [{"name": ["x"]}, {"name": "a\x00b"}, 3],
            "outpaint": [1, 2, "3", 4], "width": True, "sampler": "x" * 9999, "composite": "yes", "nonsense": [[[]]],
        },
        "flag": {}, "stars": 99, "note": "a\x00" + "n" * 9000, "to_fix": ["hand", "soul", 3], "margins": [1, 2],
        "lettering": [{"text": "x" * 9000, "size": 1e308, "deep": {"a": {}}, "UPPER": 1}, "no", None] * 40,
        "stack": "zz", "mask_id": "5", "parent_id": -1, "flagged_at": "yesterday", "archived_at": 5,
    }  # fmt: skip
    # What JSON's own numbers can say, and no float holds.
    lines = table([row(1, **odd)]).replace(b"Infinity", b"1e999")
    brought(noa, packed({"takes.json": lines, "takes/1.png": plain()}))
    take = one_take(noa)
    recipe = takes.recipe_of(take)
    assert (recipe.prompt, recipe.steps, recipe.cfg, recipe.seed, recipe.width) == ("", None, None, None, None)
    assert (len(recipe.sampler), recipe.outpaint, [lora.name for lora in recipe.loras]) == (60, None, ["ab"])
    assert (take.flag, take.stars, take.to_fix, take.margins, len(take.note)) == ("none", 0, ["hand"], None, 2000)
    assert len(take.stack) == 64
    assert len(take.lettering) <= 50
    assert take.lettering[0] == {"text": "x" * 2000}
    post = takes.publish(noa, take, **WANTED)
    assert Post.objects.get() == post


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "x", [], {}, {"id": 1}, {"id": "1", "created_at": DAY}, {"id": 10**30, "created_at": DAY},
        {"id": 1, "created_at": "2999-01-01T00:00:00+00:00"}, {"id": 1, "created_at": "2026-01-02"},
        {"id": True, "created_at": DAY}, {"id": 1, "created_at": "9" * 50}, {"id": 1, "created_at": "2026-13-45"},
    ],
    ids=str,
)  # fmt: skip
def test_rows_that_say_nothing_are_counted(noa, bad):
    run = brought(noa, copy_with([bad, row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    assert run.state == "done"
    assert Take.objects.count() == 1
    assert run.notes == [{"code": "bring_bad_rows", "params": {"count": 1}}]


def test_lines_that_are_no_json_are_counted(noa):
    lines = b"[\n" + b"[" * 90_000 + b",\n" + b'{"id": NaN},\n' + json.dumps(row(2)).encode() + b"\n]\n"
    run = brought(noa, packed({"takes.json": lines, "takes/2.png": plain(2)}))
    assert Take.objects.count() == 1
    assert run.notes[0]["params"] == {"count": 2}
