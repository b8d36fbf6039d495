"""Editing tags in a real browser, by keyboard alone, with and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Post
from tagging.models import Tag
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import SET_BY_SITE, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def tags_of(post: Post) -> set[str]:
    post.refresh_from_db()
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) - SET_BY_SITE


def test_tags_are_edited_by_keyboard_alone(open_page: OpenPage, server_passwords: None) -> None:
    make_user("mika")
    make_post(tags=["green_hair", "green_eyes"])
    post = make_post(make_user("author"), tags=["1girl", "sea"])
    page = open_page("/")
    sign_in(page, "mika")
    page.goto(f"/posts/{post.pk}")
    page.keyboard.press("e")  # another's post: its tags
    box = page.locator("#tags-dialog textarea")
    expect(box).to_be_focused()
    assert broken_rules(page) == []
    page.keyboard.type("green_h")
    expect(page.locator("#tags-dialog [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("1girl lowres sea tiny green_hair ")
    page.keyboard.type("-sea ")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice--ok")).to_contain_text("Saved.")
    assert tags_of(post) == {"1girl", "green_hair"}
    # And back again, from the history.
    page.get_by_role("link", name="History").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo version 2").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("Saved.")
    assert tags_of(post) == {"1girl", "sea"}


def test_what_is_wrong_keeps_what_was_typed(open_page: OpenPage, server_passwords: None) -> None:
    make_user("mika")
    post = make_post(make_user("author"), tags=["1girl"])
    page = open_page("/")
    sign_in(page, "mika")
    page.goto(f"/posts/{post.pk}")
    page.keyboard.press("t")
    page.keyboard.type("pool:3 cat")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice--error")).to_be_visible()
    expect(page.locator("main textarea")).to_have_value("1girl lowres tiny pool:3 cat")
    expect(page.locator("main")).to_contain_text("this site has no pool:")
    assert broken_rules(page) == []


def test_tags_are_edited_without_scripts(open_page: OpenPage, server_passwords: None) -> None:
    make_user("mika")
    post = make_post(make_user("author"), tags=["1girl"])
    page = open_page("/", java_script_enabled=False)
    sign_in(page, "mika")
    page.goto(f"/posts/{post.pk}")
    page.get_by_role("link", name="Edit tags").click()
    page.locator("main textarea").fill("1girl cat")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice--ok")).to_contain_text("Saved.")
    assert tags_of(post) == {"1girl", "cat"}


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_changes_are_accessible_and_fit(open_page: OpenPage, server_passwords: None, width: int) -> None:
    make_user("owner", role="owner", email="owner@example.org")
    post = make_post(make_user("author"), tags=["1girl", "sea"])
    child = make_post(make_user("mika"), tags=["1girl"])
    Post.objects.filter(pk=child.pk).update(parent=post)
    page = open_page("/", width=width)
    sign_in(page, "owner")
    for path in (
        f"/posts/{post.pk}",
        f"/posts/{post.pk}/tags",
        f"/posts/{post.pk}/history",
        "/posts/changes?user=author",
        "/tags/_history?name=sea",
    ):
        page.goto(path)
        assert broken_rules(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
