"""The pages of models and those that manage them, as browsers show them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page

from gallery.models import PostGeneration, User
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_checkpoint, make_post, make_recipe, make_resource, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def addresses(transactional_db: None) -> list[str]:
    """A site with some models and posts; the pages that show and manage them."""
    make_user("boss", role="owner")
    words = ["masterpiece", "best quality"]
    model = make_checkpoint(
        "anime", name="Anime full v3.0 with a very_long_name_that_does_not_break", licence="OpenRAIL"
    )
    type(model).objects.filter(pk=model.pk).update(
        trigger_words=words, native_width=512, native_height=512, max_side=1536
    )
    make_checkpoint("staff", min_role="moderator", family="sdxl", state="corrupt", error="The files are gone.")
    lora = make_resource("more_detail", name="More detail", weights_sha256="ab" * 32, trigger_words=words)
    make_resource("easynegative", kind="embedding")
    make_resource("kl-f8", kind="vae")
    for _number in range(5):
        post = make_post(recipe=make_recipe(model_name=model.name))
        PostGeneration.objects.filter(post=post).update(loras=["more_detail"])
    return [
        "/models",
        "/models/anime",
        "/models/lora/more_detail",
        "/manage/models",
        f"/manage/models/checkpoint/{model.pk}",
        f"/manage/models/lora/{lora.pk}",
    ]


def as_boss(open_page: OpenPage, web: str, width: int) -> Page:
    """A page that the owner is signed in on."""
    client = Client()
    client.force_login(User.objects.get(username="boss"), "django.contrib.auth.backends.ModelBackend")
    page = open_page("/about", width=width)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": web}])
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page: OpenPage, web: str, addresses: list[str], width: int
) -> None:
    page = as_boss(open_page, web, width)
    for address in addresses:
        page.goto(address)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert broken_rules(page) == [], address
            if folder := os.environ.get("SHOTS"):
                name = f"{address.strip('/').replace('/', '-')}-{width}-{theme}.png"
                page.screenshot(path=Path(folder) / name, full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
