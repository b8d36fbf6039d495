"""Posts that look alike in a real browser: the strip beside a post, with scripts and without, and pairs to settle."""

import os
from collections.abc import Callable
from typing import Literal

import pytest
from PIL import ImageOps
from playwright.sync_api import Page, expect

from gallery.models import Post
from gallery.similar.upkeep import compare_posts
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset, make_post, make_user
from tests.gallery.drawn import MADE_OF_IT, cropped, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def copies(settings, server_passwords: None) -> list[Post]:
    """A picture, a copy, its mirror image and a cropped one; a wide picture and its preview."""
    make_user("mika", role="moderator", shown_ratings="gs")
    ann, bob = make_user("ann"), make_user("bob")
    tall, wide = scene(1), scene(2, 1216, 832)
    made = [
        (ann, tall),
        (bob, MADE_OF_IT["jpeg 40"](tall)),
        (ann, ImageOps.mirror(tall)),
        (bob, cropped(tall, 0.01)),
        (ann, wide),
        (bob, wide.resize((608, 416))),
    ]
    return [make_post(author, asset=make_asset(author, image=image), tags=["sky"]) for author, image in made]


def shot(page: Page, name: str) -> None:
    if SHOTS:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{theme}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_strip_comes_when_it_is_looked_at(copies: list[Post], open_page: OpenPage, width: int) -> None:
    page = open_page(f"/posts/{copies[0].pk}", width=width)
    strip = page.get_by_role("region", name="Looks alike")
    # As a reader goes down, not past it.
    for _ in range(12):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
    expect(strip.get_by_role("listitem")).to_have_count(3)
    expect(strip).to_contain_text("mirrored")
    expect(strip.get_by_role("img").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert broken_rules(page) == []
    shot(page, "strip")
    strip.get_by_role("link", name="Show all").click()
    expect(page.locator("#tiles > li")).to_have_count(4)


def test_without_scripts_a_link_leads_to_the_search(copies: list[Post], open_page: OpenPage) -> None:
    page = open_page(f"/posts/{copies[0].pk}", java_script_enabled=False)
    page.get_by_role("link", name="Posts that look like this one").click()
    expect(page.locator("#tiles > li")).to_have_count(4)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_moderator_settles_pairs(copies: list[Post], open_page: OpenPage, width: int) -> None:
    compare_posts()
    page = open_page("/posts/duplicates", width=width)
    sign_in(page, "mika")
    page.goto("/posts/duplicates")
    pairs = page.locator(".pair")
    before = pairs.count()
    assert before >= 4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert broken_rules(page) == []
    for image in page.locator(".pair__image").all():
        image.scroll_into_view_if_needed()
    shot(page, "duplicates")
    newest = copies[5].pk
    pair = pairs.filter(has=page.get_by_role("button", name=f"Make {newest} the parent"))
    pair.get_by_role("button", name=f"Make {copies[4].pk} the parent").click()
    expect(page.get_by_text(f"Post {copies[4].pk} is now the parent of post {newest}.")).to_be_visible()
    pairs.first.get_by_role("button", name="Not duplicates").click()
    expect(pairs).to_have_count(before - 2)
    for _ in range(before - 2):
        pairs.first.get_by_role("button", name="Not duplicates").click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="No two posts look the same")).to_be_visible()
    shot(page, "duplicates-none")
