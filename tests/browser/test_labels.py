"""Labels, disputes and zones in a real browser: with and without scripts, in both themes, on a phone and a desk."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gallery.labels.disputes import dispute
from gallery.models import Post
from tests.browser.test_pages_gallery import SIZES, broken_rules, sign_in
from tests.factories import make_asset, make_image, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
LEVELS = ["generated", "composite", "assisted", "human", "unknown"]


@pytest.fixture
def posts(server_passwords: None) -> list[Post]:
    """Two posts of every level that were not drawn here and one that was; disputes about two of them."""
    mika, rin = make_user("mika"), make_user("rin")
    make_user("warden", role="moderator")
    made = []
    for number, level in enumerate(LEVELS * 2):
        evidence = {"composite": "metadata", "unknown": "none"}.get(level, "declared")
        asset = make_asset(mika, image=make_image(*SIZES[number % len(SIZES)]))
        made.append(make_post(mika, asset=asset, tags=["sky", "sea"], ai_level=level, ai_evidence=evidence))
    made.append(make_post(mika, asset=make_asset(mika, image=make_image(800, 600)), tags=["sky"]))
    Post.objects.filter(pk__in=[post.pk for post in made[:3]]).update(parent=made[3])
    dispute(rin, made[3], "generated", "The left hand has six fingers, and the ring melts into the sleeve.")
    dispute(rin, made[1], "human", "I watched them draw it on stream, layer by layer.")
    return made


def picture_of(page: Page, name: str) -> None:
    """For people to look at, where they ask for it."""
    if folder := os.environ.get("PICTURES_OF_PAGES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_of_labels_are_accessible_and_fit(open_page: OpenPage, posts: list[Post], theme: str, width: int) -> None:
    pages = {
        "": ["/posts", f"/posts/{posts[3].pk}", f"/posts/{posts[3].pk}/label", "/about"],
        "mika": [f"/posts/{posts[1].pk}/label", f"/posts/{posts[10].pk}/label", "/settings", "/posts?tags=is:human"],
        "rin": [f"/posts/{posts[0].pk}/label", f"/posts/{posts[3].pk}"],
        "warden": ["/moderation/labels", "/moderation/log", f"/posts/{posts[3].pk}/label"],
    }
    problems = []
    for name, addresses in pages.items():
        page = open_page("/about", width=width, color_scheme=theme)
        if name:
            sign_in(page, name)
        for address in addresses:
            page.goto(address)
            picture_of(page, f"{theme}-{width}-{name or 'visitor'}{address.replace('/', '_').replace('?', '_')}")
            problems += [f"{name} {address}: {rule}" for rule in broken_rules(page)]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                problems.append(f"{name} {address}: wider than the window")
    assert problems == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_zone_is_chosen_with_one_click_and_undone_with_another(
    open_page: OpenPage, posts: list[Post], scripts: bool
) -> None:
    page = open_page("/posts?tags=sky", java_script_enabled=scripts)
    expect(page.locator(".tile")).to_have_count(11)
    page.locator("aside .zone-switch").get_by_role("button", name="Human").click()
    expect(page.locator(".tile")).to_have_count(4)
    expect(page).to_have_url(re.compile(r"/posts\?tags=sky$"))
    for badge in page.locator(".tile .badge:visible").all():
        expect(badge).not_to_contain_text("AI-generated")
    expect(page.get_by_text("Your zone “Human” leaves 7 posts out.")).to_be_visible()
    page.get_by_role("button", name="Show them too").click()
    expect(page.locator(".tile")).to_have_count(11)


def test_on_a_phone_the_zone_stands_above_the_results(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/posts?tags=sky", width=390)
    page.locator(".zone-line .zone-switch").get_by_role("button", name="AI").click()
    expect(page.locator(".tile")).to_have_count(7)


def test_a_dispute_from_the_post_to_the_moderators_decision(open_page: OpenPage, posts: list[Post]) -> None:
    member = open_page("/about")
    sign_in(member, "rin")
    member.goto(f"/posts/{posts[8].pk}")
    member.get_by_role("link", name="This label is wrong…").click()
    form = member.locator("#dispute form")
    form.get_by_label("AI-generated").check()
    form.get_by_role("button", name="Dispute the label").click()
    expect(form.get_by_text("Say what shows that the label is wrong")).to_be_visible()
    expect(form.get_by_label("AI-generated")).to_be_checked()
    form.get_by_label("What shows it").fill("Six fingers.")
    form.get_by_role("button", name="Dispute the label").click()
    expect(member.get_by_text("Your dispute waits for a moderator.")).to_be_visible()

    moderator = open_page("/about")
    sign_in(moderator, "warden")
    moderator.goto("/moderation/labels")
    moderator.locator(".case", has_text="Six fingers.").get_by_role("link").click()
    moderator.get_by_role("button", name="Take this case").click()
    moderator.get_by_label("Reason").fill("The hand shows it.")
    moderator.get_by_role("button", name="Change the label").click()
    expect(moderator.get_by_text("Decided; it stands in the moderation log.")).to_be_visible()
    moderator.goto("/moderation/labels")
    expect(moderator.locator(".case", has_text="Six fingers.")).to_have_count(0)

    member.reload()
    expect(member.locator("#disputes")).to_contain_text("The hand shows it.")
    expect(member.locator(".label-now")).to_contain_text("AI-generated")
