"""What the publish page says about what the tagger sees, and what ticking it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery.models import Post, User
from gallery.tags.seen import Seen, seen_in
from generation.bundled import dataset
from generation.models import Take
from tagging.models import Category, Tag, TagAlias
from tests.factories import make_take

Member = Callable[[str], User]
KNOWN = ("1girl", "1boy", "monster", "red_background", "blue_background", "smile", "long_hair", "crater")


@pytest.fixture
def monster(model: object, member: Member, settings: Any, tmp_path: Path) -> Callable[..., Take]:
    """A function that gives mira a take of a monster before red, for a prompt that asked for something else."""
    settings.MEDIA_ROOT = tmp_path
    for name in KNOWN:
        Tag.objects.get_or_create(name=name)
    mira = member("mira")
    drawing = next(
        one
        for one in map(dataset.sample, range(73_000_000, 73_002_000))
        if {"monster", "red_background"} <= set(one.tags)
    )
    picture = Image.fromarray(dataset.render(drawing, 5, 128))

    def make(prompt: str = "1girl, crater, red background", image: Image.Image = picture) -> Take:
        return make_take(mira, image=image, prompt=prompt)

    return make


def address(take: Take) -> str:
    return reverse("generation:publish", args=[take.pk])


def sent(**changed: Any) -> dict[str, Any]:
    return {"tags": "1girl crater red_background", "rating": "g", "prompt_visibility": "visible"} | changed


def test_the_page_offers_what_it_sees_and_doubts_what_it_does_not(client: Client, monster: Callable[..., Take]) -> None:
    take = monster()
    client.force_login(take.owner)
    page = client.get(address(take))
    assert page.status_code == 200
    seen = page.context["seen"]
    assert isinstance(seen, Seen)
    assert seen.own_kind
    assert "monster" in seen.more
    assert "red_background" not in [*seen.more, *seen.missing]
    assert {"1girl", "crater"} <= set(seen.missing)
    assert "The tagger also sees" in page.text
    assert 'name="more" value="monster"' in page.text
    assert "The tagger doesn’t see" in page.text
    assert 'name="left_out" value="crater"' in page.text


def test_ticked_chips_add_and_leave_out_without_a_script(client: Client, monster: Callable[..., Take]) -> None:
    take = monster()
    client.force_login(take.owner)
    refused = client.post(address(take), sent(more=["monster"], left_out=["crater"], rating=""))
    assert refused.status_code == 422
    assert 'value="monster" data-tag-box="add" checked' in refused.text
    assert 'value="crater" data-tag-box="remove" checked' in refused.text
    answer = client.post(address(take), sent(more=["monster"], left_out=["crater"]))
    assert answer.status_code == 303
    given = Tag.objects.filter(pk__in=Post.objects.get().tag_ids).exclude(category__in=[Category.META, Category.MODEL])
    names = set(given.values_list("name", flat=True))
    assert names == {"1girl", "red_background", "monster"}


def test_a_ticked_name_is_checked_as_a_typed_one_is(client: Client, monster: Callable[..., Take]) -> None:
    take = monster()
    client.force_login(take.owner)
    answer = client.post(address(take), sent(more=["bad*tag"]))
    assert answer.status_code == 422
    assert "bad*tag" in answer.context["form"].errors["tags"][0]


def test_a_picture_of_another_kind_gets_one_quiet_line(client: Client, monster: Callable[..., Take]) -> None:
    take = monster(image=Image.effect_noise((128, 128), 80).convert("RGB"))
    client.force_login(take.owner)
    page = client.get(address(take))
    assert page.context["seen"] == Seen(own_kind=False, more=[], missing=[])
    assert "this is another kind, so it suggests nothing" in page.text
    assert "also sees" not in page.text
    assert "The tagger doesn’t see" not in page.text


def test_the_page_says_it_in_japanese(client: Client, monster: Callable[..., Take]) -> None:
    take = monster()
    client.force_login(take.owner)
    client.cookies["django_language"] = "ja"
    page = client.get(address(take))
    assert "タガーがほかに見つけたもの" in page.text
    assert "タガーに見つけられなかったもの" in page.text


def test_a_site_without_its_tagger_publishes_as_before(
    client: Client, monster: Callable[..., Take], settings: Any, tmp_path: Path
) -> None:
    settings.TAGGER_DIR = tmp_path / "missing"
    take = monster()
    client.force_login(take.owner)
    page = client.get(address(take))
    assert page.status_code == 200
    assert page.context["seen"] is None
    assert "tagger" not in page.text
    assert client.post(address(take), sent()).status_code == 303


def test_a_lost_file_is_no_error(client: Client, monster: Callable[..., Take], settings: Any) -> None:
    take = monster()
    for file in take.asset.files.all():
        Path(settings.MEDIA_ROOT, file.path).unlink()
    client.force_login(take.owner)
    assert client.get(address(take)).context["seen"] is None


def test_tags_are_called_as_the_site_calls_them(monster: Callable[..., Take]) -> None:
    take = monster()
    creature = Tag.objects.create(name="creature")
    Tag.objects.filter(name="monster").delete()
    TagAlias.objects.create(antecedent="monster", consequent=creature)
    found = seen_in(take.asset, ["1girl"])
    assert found is not None
    assert "creature" in found.more
    assert "monster" not in found.more
    assert seen_in(take.asset, ["creature"]).more.count("creature") == 0  # type: ignore[union-attr]


def test_nobody_else_sees_the_page(client: Client, monster: Callable[..., Take], member: Member) -> None:
    take = monster()
    client.force_login(member("tomo"))
    assert client.get(address(take)).status_code == 404
