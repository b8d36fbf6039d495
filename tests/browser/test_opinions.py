"""Favourites, votes, lists and saved searches in a real browser: by key, by press, and without any script."""

import os
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Favourite, FavouriteGroup, Post, PostStats, SavedSearch
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import PASSWORD, make_asset, make_image, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def posts(server_passwords: None) -> list[Post]:
    """Six posts of one member; another one, mika, looks at them."""
    make_user("mika", shown_ratings="gs")
    author = make_user("ann")
    sizes = [(640, 832), (1216, 832), (512, 512)] * 2
    tags = [["sky", "night"], ["sky", "night", "moon"], ["sky"], ["sea"], ["sea", "moon"], ["moon"]]
    return [
        make_post(author, asset=make_asset(author, image=make_image(*size)), tags=words)
        for size, words in zip(sizes, tags, strict=True)
    ]


def shot(page: Page, name: str) -> None:
    if SHOTS:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{theme}.png", full_page=True)


def problems(page: Page) -> list[str]:
    """What axe finds, in both themes."""
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += broken_rules(page)
    return found


@pytest.mark.parametrize("width", [1280, 390])
def test_a_member_keeps_votes_lists_and_saves(open_page: OpenPage, posts: list[Post], width: int) -> None:
    post = posts[0]
    page = open_page("/", width=width)
    sign_in(page, "mika")

    # by key
    page.goto(f"/posts/{post.pk}")
    keep, up, down = (page.locator(selector) for selector in ("#keep", "#vote-up", "#vote-down"))
    expect(keep).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(keep).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".votes__score")).to_have_text("Score: 1")
    shot(page, "post-kept")
    page.keyboard.press("f")
    expect(keep).to_have_attribute("aria-pressed", "false")

    # votes, by the keyboard alone: the focus stays on the button
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(down).to_be_focused()
    expect(page.locator(".votes__score")).to_have_text("Score: -1")
    page.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-pressed", "false")

    # a list of one's own: the menu stays open and shows it
    page.get_by_role("button", name="Add to a list").click()
    page.fill("#lists-menu [name=name]", "To draw")
    page.get_by_role("button", name="Make it and add the post").click()
    line = page.locator("#lists-menu").get_by_role("button", name="To draw")
    expect(line).to_have_attribute("aria-pressed", "true")
    expect(line).to_be_visible()
    expect(page.locator("#lists-menu [name=name]")).to_have_value("")
    shot(page, "post-lists")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "false")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "true")
    assert FavouriteGroup.objects.get().entries.get().post_id == post.pk
    page.keyboard.press("Escape")

    # a heart on a tile
    page.goto("/posts?tags=sky")
    tile = page.locator(".tile").first
    tile.hover()
    heart = tile.locator(".tile__keep")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(tile.locator("[data-favourites]")).to_have_text("♥ 1")
    assert Favourite.objects.get().post_id == posts[2].pk
    if width < 1000:
        page.get_by_role("button", name="Tags").click()
    page.locator(".related:visible").scroll_into_view_if_needed()
    expect(page.locator(".related:visible").get_by_role("link", name="night", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    shot(page, "posts-tiles")

    # a saved search
    page.get_by_role("button", name="Save this search").click()
    page.fill("#save-search-labels", "evening")
    shot(page, "posts-save")
    page.locator("#save-search").get_by_role("button", name="Save").click()
    expect(page.locator(".notices")).to_contain_text("Saved")
    assert SavedSearch.objects.get().query == "sky"
    make_post(posts[0].author, tags=["sky"])
    page.goto("/saved")
    expect(page.locator(".saved__line")).to_contain_text("1 new")
    shot(page, "saved")
    assert problems(page) == []
    page.locator(".saved__open").click()
    page.wait_for_url("**/posts?tags=sky")
    for address, name in (("/users/mika/favourites", "favourites"), ("/lists", "lists"), ("/users/mika/lists", "of")):
        page.goto(address)
        shot(page, name)
        assert problems(page) == [], address
    group = FavouriteGroup.objects.get()
    for address, name in ((f"/lists/{group.pk}", "list"), (f"/lists/{group.pk}/edit", "list-edit")):
        page.goto(address)
        shot(page, name)
        assert problems(page) == [], address


def test_everything_works_without_scripts(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/", java_script_enabled=False)
    sign_in(page, "mika")
    page.goto(f"/posts/{posts[0].pk}")
    page.locator("#keep").click()
    expect(page.locator("#keep")).to_have_attribute("aria-pressed", "true")
    page.locator("#vote-up").click()
    expect(page.locator("#vote-up")).to_have_attribute("aria-pressed", "false")
    page.goto("/posts?tags=moon")
    page.locator(".tile__keep").first.click()
    page.wait_for_url("**/posts?tags=moon")
    expect(page.locator(".tile__keep").first).to_have_attribute("aria-pressed", "true")


def test_a_visitor_signs_in_on_the_way_and_comes_back(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[0].pk}?q=sky")
    page.keyboard.press("f")
    page.wait_for_url("**/accounts/login/**")
    page.fill("[name=login]", "mika")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**/posts/{posts[0].pk}?q=sky")
    expect(page.locator("#keep")).to_have_attribute("aria-pressed", "false")


def test_a_page_that_is_looked_at_is_counted_once(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/posts")
    for _ in range(2):
        with page.expect_response("**/view") as answer:
            page.goto(f"/posts/{posts[0].pk}")
        assert answer.value.status == 204
    assert PostStats.objects.get(post=posts[0]).views == 1


def test_related_tags_beside_the_editor_are_put_in_and_taken_out(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/")
    sign_in(page, "ann")
    page.goto(f"/posts/{posts[0].pk}/edit")
    box = page.locator("#id_tags")
    box.fill("sea sky")
    pill = page.locator(".related .tag-pill", has_text="night")
    expect(pill).to_have_attribute("aria-pressed", "false")
    pill.click()
    expect(box).to_have_value("sea sky night ")
    expect(pill).to_have_attribute("aria-pressed", "true")
    pill.click()
    expect(box).to_have_value("sea sky ")
    shot(page, "editor-related")
    page.goto(f"/posts/{posts[0].pk}")
    page.locator("[data-open-dialog=tags-dialog]").first.click()
    box = page.locator("#tags-dialog textarea")
    box.fill("moon")
    page.locator("#tags-dialog .tag-pill", has_text="sky").click()
    expect(box).to_have_value("moon sky ")
    shot(page, "dialog-related")
    assert problems(page) == []
