"""Filters in a real browser: what is blurred is asked for before any byte of it comes, and every page holds to axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.filters import acts
from gallery.filters.spec import Rules, Said
from gallery.models import Post, User, ViewFilter
from gallery.ratings import Rating
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def posts(server_passwords: None) -> list[Post]:
    """Some posts of different shapes, a third of them with a spider."""
    mika = make_user("mika", shown_ratings="gs")
    made = []
    for number in range(9):
        asset = make_asset(mika, image=make_image(*[(832, 1216), (1216, 832), (900, 900)][number % 3]))
        tags = ["sky", "spider"] if number % 3 == 0 else ["sky", "night"]
        made.append(make_post(mika, asset=asset, tags=tags, recipe=make_recipe(), rating="s" if number == 4 else "g"))
    return made


@pytest.fixture
def yuki(posts: list[Post]) -> User:
    """A member with a filter in force and another one that is shared."""
    user = make_user("yuki", shown_ratings="gs")
    said = Said(frozenset(), frozenset({Rating.SENSITIVE}), Rules(("spider", "blood -food"), ("clown",)))
    acts.choose(user, acts.create(user, "Calm", said))
    other = acts.create(user, "For work", Said(frozenset({Rating.SENSITIVE}), frozenset(), Rules(("swimsuit",))))
    acts.share(user, other, shared=True)
    return user


def fetched(page: Page) -> list[str]:
    """The media files that the browser gets from now on."""
    got: list[str] = []
    page.on("response", lambda answer: got.append(answer.url) if "/media/" in answer.url and answer.ok else None)
    return got


def test_a_visitor_with_blur_on_receives_no_byte_of_a_picture_before_asking(
    open_page: OpenPage, posts: list[Post]
) -> None:
    page = open_page("/filters")
    page.locator("label:has([name=rating_g][value=blur])").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[name=rating_g][value=blur]")).to_be_checked()
    got = fetched(page)
    page.goto("/posts")
    page.wait_for_load_state("networkidle")
    page.goto(f"/posts/{posts[1].pk}")
    page.wait_for_load_state("networkidle")
    assert got
    assert [url for url in got if "/b360." not in url] == []
    page.get_by_role("button", name="Show this one").click()
    page.wait_for_load_state("networkidle")
    shown = {url.rsplit("/", 2)[1] for url in got if "/b360." not in url}
    assert shown == {posts[1].asset.key}


def test_a_rule_is_lifted_for_one_page(open_page: OpenPage, posts: list[Post], yuki: User) -> None:
    page = open_page("/")
    sign_in(page, "yuki")
    page.goto("/posts")
    tiles = page.locator("#tiles > li")
    expect(tiles).to_have_count(6)
    page.get_by_text("Your filter hides 3 posts of this search.").click()
    page.get_by_role("link", name="Show here").click()
    expect(tiles).to_have_count(9)
    page.get_by_role("link", name="Put back").click()
    expect(tiles).to_have_count(6)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "ja"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    open_page: OpenPage, posts: list[Post], yuki: User, locale: str
) -> None:
    row = ViewFilter.objects.get(name="Calm")
    shared = ViewFilter.objects.get(name="For work").shared_key
    signed_in = [
        "/filters", "/filters/new", f"/filters/{row.pk}", f"/filters/shared/{shared}", "/posts", "/settings",
        f"/posts/{posts[0].pk}", f"/posts/{posts[4].pk}", "/users/mika",
    ]  # fmt: skip
    found = {}
    for name, paths in (("", ["/filters", f"/filters/shared/{shared}"]), ("yuki", signed_in)):
        page = open_page("/", locale=locale, width=390)
        if name:
            sign_in(page, name)
        for path in paths:
            page.goto(path)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                if problems := broken_rules(page):
                    found[f"{path}, {theme}"] = problems
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[path] = ["scrolls sideways"]
    assert found == {}
