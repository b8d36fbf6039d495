"""Comments in a real browser: written with a preview, voted on, reported, removed, and the author who reads why."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Case, Comment, Post, Statement
from tests.browser.test_opinions import problems
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_asset, make_image, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def post(server_passwords: None) -> Post:
    """A post of ann's; mika, ben and a moderator look at it."""
    for name in ("mika", "ben"):
        make_user(name)
    make_user("mod", role="moderator")
    author = make_user("ann")
    return make_post(author, asset=make_asset(author, image=make_image(640, 480)), tags=["sky"])


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/comments-{name}.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_comment_is_written_voted_on_reported_and_removed(open_page: OpenPage, post: Post, scripts: bool) -> None:
    mika = open_page("/", java_script_enabled=scripts)
    sign_in(mika, "mika")
    mika.goto(f"/posts/{post.pk}")
    expect(mika.locator("#comments")).to_contain_text("Nobody has said anything yet.")
    mika.fill("#composer textarea", "You **fool**, ||spoilt||")
    mika.locator("#composer").get_by_role("button", name="Preview").click()
    expect(mika.locator(".comment-preview strong")).to_have_text("fool")
    expect(mika.locator("#composer textarea")).to_have_value("You **fool**, ||spoilt||")
    shot(mika, f"preview-{scripts}")
    assert not Comment.objects.exists()
    mika.locator("#composer").get_by_role("button", name="Comment").click()
    written = mika.locator(".comment")
    expect(written).to_contain_text("You fool")
    expect(mika.locator("#composer textarea")).to_have_value("")
    expect(written.locator(".votes__button")).to_have_count(0)
    covered = written.locator(".spoiler")
    expect(covered.locator(".spoiler__text")).to_have_css("opacity", "0")
    covered.click()
    expect(covered.locator(".spoiler__text")).to_have_css("opacity", "1")
    found = Comment.objects.get()

    ben = open_page("/", java_script_enabled=scripts)
    sign_in(ben, "ben")
    ben.goto(f"/posts/{post.pk}")
    ben.locator(f"#down-{found.pk}").click()
    expect(ben.locator(f"#down-{found.pk}")).to_have_attribute("aria-pressed", "true")
    expect(ben.locator(".comment .votes__score")).to_contain_text("-1")
    ben.locator(".comment").get_by_role("link", name="Report").click()
    if scripts:
        assert problems(ben) == []
    ben.get_by_label("Hate, threats or harassment").check()
    ben.fill("[name=text]", "It insults ann.")
    ben.get_by_role("button", name="Send the report").click()
    expect(ben.locator(".notices")).to_contain_text("Thank you")

    moderator = open_page("/", java_script_enabled=scripts)
    sign_in(moderator, "mod")
    moderator.goto(f"/moderation/cases/{Case.objects.get().pk}")
    expect(moderator.locator("main")).to_contain_text("It insults ann.")
    expect(moderator.locator("main .comment__text")).to_contain_text("You fool")
    shot(moderator, f"case-{scripts}")
    moderator.get_by_role("button", name="Take this case").click()
    moderator.locator("#decision [name=rule]").select_option("hate")
    moderator.fill("#decision [name=reason]", "It insults another member.")
    moderator.locator("#decision button[value=removed]").click()
    expect(moderator.locator(".notices")).to_contain_text("Comment by mika: Removed")
    assert Statement.objects.get().comment == found

    ben.goto(f"/posts/{post.pk}")
    expect(ben.locator("#comments")).not_to_contain_text("You fool")
    mika.goto(f"/posts/{post.pk}")
    expect(mika.locator(".comment")).to_contain_text("It insults another member.")
    expect(mika.locator(".comment")).to_contain_text("You fool")
    shot(mika, f"removed-{scripts}")
    if scripts:
        assert problems(mika) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_folded_long_and_japanese_comments_fit_and_are_accessible(open_page: OpenPage, post: Post, width: int) -> None:
    texts = [
        "とても素敵な作品ですね。" * 20,
        "A" * 300,
        "> quoted\n\n`code` and ||more||",
        "```\n" + "wide " * 60 + "\n```",
    ]
    for number, text in enumerate(texts * 6):
        Comment.objects.create(
            post=post, author=post.author, post_author=post.author, text=text, score=-9 if number % 7 == 5 else number
        )
    page = open_page(f"/posts/{post.pk}", width=width)
    expect(page.locator(".comment")).to_have_count(20)
    folded = page.locator(".comment__fold").last
    expect(folded.locator(".comment__text")).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator(".comment__text")).to_be_visible()
    for address in (f"/posts/{post.pk}", f"/posts/{post.pk}/comments", "/comments"):
        page.goto(address)
        assert problems(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        shot(page, f"{address.strip('/').replace('/', '-')}-{width}")
    page.goto(f"/posts/{post.pk}")
    page.get_by_role("link", name="Older comments").click()
    expect(page.locator(".comment")).to_have_count(4)
