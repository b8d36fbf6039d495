"""Styles, wildcards and style pages of a copy, beside what its reader has already."""

import secrets
from typing import Any

import pytest

from generation.models import PromptStyle, StylePage, Wildcard
from generation.models.style_page import StyleAudience
from generation.style_pages import writing
from generation.style_pages.gathering import put_in
from generation.style_pages.writing import Wanted
from tests.factories import make_checkpoint, make_post, make_resource, make_user
from tests.generation.imports.copies import brought, copy_of, copy_with

pytestmark = pytest.mark.django_db


def codes(run: Any) -> list[str]:
    return [note["code"] for note in run.notes]


def page_row(**fields: Any) -> dict[str, Any]:
    return {"name": "Rain", "about": "Wet.", "prompt": "rain, {prompt}", "negative_prompt": "sun"} | fields


def test_styles_and_wildcards_of_the_same_name_stay_ones_own(noa):
    Wildcard.objects.create(owner=noa, name="hair", text="mine")
    tables = {
        "styles": [{"name": "Ink", "prompt": "ink"}, {"name": "", "prompt": "x"}, {"name": "No", "prompt": ""}, 7],
        "wildcards": [
            {"name": "hair", "text": "theirs"},
            {"name": "a b", "text": "x"},
            {"name": "eyes", "text": "# x"},
        ],
    }
    run = brought(noa, copy_with([], {}, **tables))
    assert Wildcard.objects.get(owner=noa).text == "mine"
    assert PromptStyle.objects.get(owner=noa).name == "Ink"
    assert codes(run) == ["bring_name_taken"]


def test_the_longest_wildcard_comes_whole(noa):
    mika = make_user("mika")
    text = "\n".join(secrets.token_hex(51) for _line in range(10_000))
    Wildcard.objects.create(owner=mika, name="long", text=text)
    assert brought(noa, copy_of(mika)).trouble is None
    assert Wildcard.objects.get(owner=noa).text == text


def test_a_style_page_comes_as_a_private_one_with_what_is_here_too(noa):
    mika = make_user("mika")
    model, lora = make_checkpoint(), make_resource()
    page = writing.make(
        mika, Wanted("Rain", "Wet.", "rain, {prompt}", "sun", model, ((lora, 0.6),), StyleAudience.EVERYBODY)
    )
    put_in(mika, page, str(make_post(mika).pk))
    assert brought(noa, copy_of(mika)).notes == []
    mine = StylePage.objects.get(owner=noa)
    assert (mine.name, mine.about, mine.prompt, mine.negative_prompt) == ("Rain", "Wet.", "rain, {prompt}", "sun")
    assert (mine.audience, mine.checkpoint) == (StyleAudience.ONLY_ME, model)
    assert list(mine.loras.values_list("resource", "weight")) == [(lora.pk, 0.6)]
    assert mine.slug != page.slug
    assert not mine.entries.exists()
    page.refresh_from_db()
    assert page.audience == StyleAudience.EVERYBODY


def test_the_same_style_page_again_is_there_already_and_another_of_its_name_stays_away(noa):
    brought(noa, copy_with([], {}, **{"style-pages": [page_row()]}))
    assert codes(brought(noa, copy_with([], {}, **{"style-pages": [page_row()]}))) == []
    run = brought(noa, copy_with([], {}, **{"style-pages": [page_row(prompt="snow")]}))
    assert codes(run) == ["bring_name_taken"]
    assert StylePage.objects.get().prompt == "rain, {prompt}"


def test_models_and_loras_that_are_not_here_or_not_for_them_stay_away(noa):
    make_checkpoint("secret", name="Secret", min_role="admin")
    row = page_row(model="Secret", loras=[{"resource__name": "Nowhere", "weight": 1}, {"resource__name": 7}, "x"])
    run = brought(noa, copy_with([], {}, **{"style-pages": [row]}))
    mine = StylePage.objects.get()
    assert (mine.checkpoint, mine.loras.count()) == (None, 0)
    assert run.notes == [
        {"code": "bring_style_without", "params": {"name": "Rain", "what": "Secret"}},
        {"code": "bring_style_without", "params": {"name": "Rain", "what": "Nowhere"}},
    ]


@pytest.mark.parametrize(
    "row",
    [
        7, {}, page_row(name=""), page_row(name=7), page_row(prompt="", negative_prompt=""),
        page_row(prompt="{prompt} {prompt}"), page_row(negative_prompt="{prompt}"), page_row(prompt="<lora:a:1>"),
        page_row(prompt=[1]) | {"negative_prompt": 5},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_style_can_be_stays_away(noa, row):
    run = brought(noa, copy_with([], {}, **{"style-pages": [row]}))
    assert run.state == "done"
    assert not StylePage.objects.exists()


def test_weights_have_their_bounds(noa):
    lora = make_resource()
    rows = [
        page_row(name=str(weight), loras=[{"resource__name": lora.name, "weight": weight}])
        for weight in (-3, 99, "x", True)
    ]
    brought(noa, copy_with([], {}, **{"style-pages": rows}))
    weights = {page.name: page.loras.get().weight for page in StylePage.objects.all()}
    assert weights == {"-3": -3, "99": lora.default_weight, "x": lora.default_weight, "True": lora.default_weight}


def test_what_the_rules_refuse_in_a_style_page_stays_away(noa):
    run = brought(noa, copy_with([], {}, **{"style-pages": [page_row(about="loli, nsfw, sex"), page_row(name="Two")]}))
    assert [page.name for page in StylePage.objects.all()] == ["Two"]
    assert codes(run) == ["bring_style_refused"]


def test_no_more_style_pages_than_there_can_be(noa, monkeypatch):
    monkeypatch.setattr("generation.imports.style_pages.MAX_STYLES", 1)
    run = brought(noa, copy_with([], {}, **{"style-pages": [page_row(), page_row(name="Two")]}))
    assert StylePage.objects.count() == 1
    assert codes(run) == ["bring_no_more_texts"]
