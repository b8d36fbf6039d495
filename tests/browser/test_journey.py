"""The whole main job in a real browser: from the owner's link to a post that others find, lose and find again."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from config.embedded.process import Process
from gallery.models import ModerationAction, Post
from gallery.models.user import Role
from generation.checkpoints import install_bundled
from tagging.models import Tag
from tests.factories import PASSWORD, SET_BY_SITE, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.worker,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]

DRAWN = 90_000  # milliseconds; a loaded machine loads the model slowly


def sign_in(page: Page, name: str) -> None:
    """By the form, as a person does."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".user-menu-button")).to_be_visible()


def search(page: Page, query: str) -> Page:
    """Type into the one search box and send it."""
    page.goto("/")
    page.fill("#search", query)
    page.press("#search", "Enter")
    page.wait_for_url(re.compile(r"/posts\?tags="))
    return page


def test_from_the_owners_link_to_a_post_that_is_found_lost_and_found_again(
    open_page: Callable[..., Page], worker: Process, bundled: Path, server_passwords: None
) -> None:
    install_bundled()
    make_user("warden", role=Role.MODERATOR, shown_ratings="gsqe")
    said = StringIO()
    call_command("owner_link", stdout=said)

    # The link signs the owner in, once.
    owner = open_page(urlsplit(said.getvalue().strip()).path)
    owner.get_by_role("button", name="Sign in").click()
    expect(owner.locator(".user-menu-button")).to_be_visible()

    # The prompt is completed at the caret, by keys.
    owner.get_by_role("link", name="Create", exact=True).first.click()
    prompt = owner.locator("#id_prompt")
    prompt.press_sequentially("1girl, red h", delay=20)
    option = owner.get_by_role("option", name=re.compile("red hair"))
    expect(option).to_contain_text("the model knows it")
    prompt.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    prompt.press("Enter")
    expect(prompt).to_have_value("1girl, red hair, ")

    # Two pictures, slow enough to be watched.
    owner.locator("summary", has_text="More").click()
    owner.fill("#id_steps", "80")
    owner.locator(".counts label", has_text="2").click()
    draw = owner.locator("[data-draw]")
    expect(draw).to_contain_text("Draw 2")
    draw.click()
    expect(owner.locator(".shot")).to_have_count(2)
    expect(owner).to_have_url(re.compile(r"/create\?request=\d+$"))

    # Progress and previews come by themselves: the page is never loaded again.
    owner.evaluate("window.neverReloaded = true")
    tile = owner.locator(".shot").first
    expect(tile).to_have_class(re.compile("shot--running"), timeout=DRAWN)
    bar = tile.locator("progress")
    expect(bar).not_to_have_js_property("value", 0, timeout=DRAWN)
    early = bar.evaluate("bar => bar.value")
    expect(bar).not_to_have_js_property("value", early, timeout=DRAWN)
    expect(tile.locator(".shot__preview, a.shot__frame img").first).to_be_visible(timeout=DRAWN)
    expect(owner.locator(".shot--done")).to_have_count(2, timeout=DRAWN)
    assert owner.evaluate("window.neverReloaded")

    # From the take to a post; its known tags are filled in.
    owner.locator(".shot--done a.shot__frame").first.click()
    expect(owner.get_by_role("heading", name=re.compile("Take"))).to_be_visible()
    owner.get_by_role("link", name="Publish", exact=True).click()
    expect(owner.locator("#id_tags")).to_have_value("1girl red_hair")
    owner.fill("#id_title", "Red hair")
    owner.get_by_role("button", name="Publish").click()
    owner.wait_for_url(re.compile(r"/posts/\d+$"))
    expect(owner.get_by_role("heading", name="Red hair")).to_be_visible()
    post = Post.objects.get()
    assert set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) == {
        "1girl",
        "red_hair",
        *SET_BY_SITE,
    }

    # A visitor finds it by its tags, and not where one of them is excluded.
    visitor = open_page("/")
    found = f'main a[href^="/posts/{post.pk}"]'
    expect(search(visitor, "1girl red_hair -smile").locator(found).first).to_be_visible()
    expect(visitor.locator("main .badge--generated").first).to_contain_text("AI-generated")
    expect(search(visitor, "1girl -red_hair").locator(found)).to_have_count(0)

    # Rated explicit by its author, it is gone for the visitor on every way.
    owner.goto(f"/posts/{post.pk}/edit")
    owner.locator("[name=rating][value=e]").check()
    owner.locator("main form button.button--primary").click()
    owner.wait_for_url(re.compile(r"/posts/\d+$"))
    expect(search(visitor, "1girl red_hair -smile").locator(found)).to_have_count(0)
    answer = visitor.goto(f"/posts/{post.pk}")
    assert answer is not None
    assert answer.status == 404

    # A moderator disagrees, with a reason that is kept; it is back.
    warden = open_page("/")
    sign_in(warden, "warden")
    warden.goto(f"/posts/{post.pk}")
    warden.locator("#moderation [name=rating][value=g]").check()
    warden.fill("#moderation [name=reason]", "Nothing to hide here.")
    warden.get_by_role("button", name="Change the rating").click()
    warden.wait_for_load_state()
    action = ModerationAction.objects.get(post=post)
    assert (action.kind, action.actor.username, action.reason) == ("rerate", "warden", "Nothing to hide here.")
    expect(search(visitor, "1girl red_hair -smile").locator(found).first).to_be_visible()
    visitor.locator(found).first.click()
    expect(visitor.get_by_role("heading", name="Red hair")).to_be_visible()
