"""The pages of ratings in a real browser: with and without scripts, in both themes, on a phone and a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery import moderation
from gallery.models import Post, UnratedPost
from gallery.post_ratings.floor_acts import set_floor
from gallery.post_ratings.locks import lock_rating
from gallery.post_ratings.upkeep import receive
from gallery.raters import Opinion
from tests.browser.looking import problems_of
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def posts(server_passwords: None) -> list[Post]:
    """One with all kinds of sources, one that was decided and locked, one that is plain."""
    mika, warden = make_user("mika"), make_user("warden", role="moderator")
    make_user("rin", shown_ratings=["g", "s"])
    image = make_image(832, 1216)
    recipe = make_recipe(prompt="1girl, beach, swimsuit, cleavage")
    many = make_post(mika, asset=make_asset(mika, image=image), tags=["bikini", "beach", "wet_hair"], recipe=recipe)
    set_floor(warden, "beach", "s", "People on beaches wear little on this site.")
    locked = make_post(mika, asset=make_asset(mika, image=make_image(800, 600)), tags=["beach", "sky"])
    plain = make_post(mika, asset=make_asset(mika, image=make_image(600, 600)), tags=["sky"])
    for post, opinion in ((many, Opinion("q", 0.93, ("nsfw 0.93",))), (locked, Opinion("s", 0.61, ("nsfw 0.61",)))):
        UnratedPost.objects.create(post=post, since=post.created_at)
        receive(post.pk, opinion, "open_nsfw 0.1.0")
    moderation.rerate(warden, locked, "g", "An empty beach: nobody is in the picture at all.")
    lock_rating(warden, locked, "It was argued over three times.")
    return [many, locked, plain]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_of_ratings_are_accessible_and_fit(
    open_page: OpenPage, posts: list[Post], theme: str, width: int
) -> None:
    many, locked, plain = (f"/posts/{post.pk}/rating" for post in posts)
    pages = {"": [plain, "/tags/_minimums"], "mika": [many], "rin": [many, locked, plain], "warden": [many, locked]}
    pages["warden"].append("/tags/_minimums")
    assert problems_of(pages, open_page, theme, width) == []


def test_a_member_votes_and_disputes_without_scripts(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/about", java_script_enabled=False)
    sign_in(page, "rin")
    page.goto(f"/posts/{posts[2].pk}")
    page.get_by_role("link", name="Rated General").click()
    page.locator("#vote").get_by_label("Sensitive").check()
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.get_by_text("You voted for “Sensitive”.")).to_be_visible()
    page.locator("#dispute").get_by_label("Questionable").check()
    page.get_by_label("What shows it").fill("The mirror in the back.")
    page.get_by_role("button", name="Dispute the rating").click()
    expect(page.get_by_text("The mirror in the back.")).to_be_visible()
