"""A member's way through moderation in a real browser, and the looks of its pages in both themes, on phone and desk."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Case, Post, Statement, User
from gallery.models.review import CaseKind, SiteRule
from gallery.moderation.acts import keep, remove, rerate
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.statements import appeal
from gallery.moderation.voices import dispute_rating, flag, report_person
from gallery.refusals.rules import Wanted, save_rule
from generation.checkpoints import install_bundled
from generation.models import GenerationRequest
from tests.browser.looking import problems_of
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_asset, make_image, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def picture_post(author: User, width: int = 832, height: int = 1216) -> Post:
    return make_post(author, asset=make_asset(author, image=make_image(width, height)), tags=["sky", "sea"])


def decided(moderator: User, case: Case, decision: Decision) -> None:
    """What a moderator does at their own pages, whose tests are elsewhere."""
    claim(moderator, case)
    decide(moderator, case, decision)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_member_disputes_is_refused_and_wins_an_appeal(
    open_page: OpenPage, bundled: Path, server_passwords: None, scripts: bool
) -> None:
    install_bundled()
    mika, rin = make_user("mika"), make_user("rin")
    warden, judge = make_user("warden", role="moderator"), make_user("judge", role="admin")
    save_rule(judge, None, Wanted("Nights", "refuse", ("prompt",), "moonless"), "Too dark.")
    theirs, mine = picture_post(rin, 800, 600), picture_post(mika)
    page = open_page("/about", java_script_enabled=scripts)
    sign_in(page, "mika")

    # A rating that they find too low, and what they said stands among what they said.
    page.goto(f"/posts/{theirs.pk}")
    page.get_by_role("link", name="Rating…").click()
    page.locator("#dispute").get_by_label("Sensitive").check()
    page.get_by_label("What shows it").fill("Look at the water.")
    page.get_by_role("button", name="Dispute the rating").click()
    page.goto("/reports")
    expect(page.locator(".told")).to_contain_text("Look at the water.")
    decided(warden, Case.objects.get(kind=CaseKind.RATING), Decision("rerated", "Wet clothes.", rating="s"))
    page.reload()
    expect(page.locator(".told")).to_contain_text("A moderator decided: the post was changed.")

    # A prompt that a rule refuses: nothing is drawn, what they typed stays.
    page.goto("/create")
    page.fill("#id_prompt", "1girl, moonless")
    page.locator("[data-draw]").click()
    expect(page.locator("#prompt-error")).to_contain_text("Nights")
    expect(page.locator("#id_prompt")).to_have_value("1girl, moonless")
    assert not GenerationRequest.objects.exists()

    # Somebody flags their post, and it is removed.
    flag(rin, mine, "rights", "It is traced.")
    removal = Decision("removed", "Traced line by line.", rule=SiteRule.RIGHTS)
    decided(warden, Case.objects.get(kind=CaseKind.FLAG), removal)
    page.goto("/")
    expect(page.locator("[popovertarget=user-menu]")).to_have_accessible_name("Your menu, mika (1 unread decision)")
    if scripts:
        page.locator("[popovertarget=user-menu]").click()
        page.locator("#user-menu").get_by_role("link", name="Decisions and reports").click()
    else:
        page.goto("/statements")
    expect(page.get_by_text("Unread", exact=True)).to_be_visible()
    page.get_by_role("link", name="Your post was removed").click()
    expect(page.get_by_text("Traced line by line.")).to_be_visible()
    expect(page.get_by_text("Somebody reported it.")).to_be_visible()
    for name in ("warden", "rin"):
        expect(page.locator("main")).not_to_contain_text(name)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.locator("#appeal")).to_contain_text("Say why the decision is wrong")
    page.get_by_label("Why the decision is wrong").fill("I took the photo that it is drawn from.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Another one than who decided.")).to_be_visible()
    expect(page.locator("[popovertarget=user-menu]")).to_have_accessible_name("Your menu, mika")

    # Another moderator takes it back.
    decided(judge, Case.objects.get(kind=CaseKind.APPEAL), Decision("overturned", "The photo is theirs."))
    page.reload()
    expect(page.get_by_text("This decision was taken back.")).to_be_visible()
    expect(page.get_by_text("The photo is theirs.")).to_be_visible()
    page.goto(f"/posts/{mine.pk}")
    expect(page.locator(".notice--warn")).to_have_count(0)
    visitor = open_page(f"/posts/{mine.pk}")
    expect(visitor.locator(".picture__image")).to_be_visible()
    visitor.goto("/moderation/log?kind=restore")
    expect(visitor.get_by_role("link", name=f"Post {mine.pk}")).to_be_visible()


def test_a_visitor_reports_without_scripts_and_gets_an_address(open_page: OpenPage, server_passwords: None) -> None:
    post = picture_post(make_user("mika"))
    page = open_page(f"/posts/{post.pk}", java_script_enabled=False, width=390)
    page.get_by_role("link", name="Report…").click()
    page.get_by_label("What is wrong").fill("My drawing.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what it is about.")
    expect(page.get_by_label("What is wrong")).to_have_value("My drawing.")
    page.get_by_label("Somebody else's rights").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page).to_have_url(re.compile(r"/reports/[\w-]{22}$"))
    expect(page.get_by_text("Waits for a moderator")).to_be_visible()
    keep(make_user(role="moderator"), post, "It is theirs.")
    page.reload()
    expect(page.get_by_text("left it as it is")).to_be_visible()


@pytest.fixture
def statements(server_passwords: None) -> list[Statement]:
    """One that can be appealed, one that is appealed, one upheld, one about a rating."""
    mika, rin = make_user("mika"), make_user("rin")
    warden, judge = make_user("warden", role="moderator"), make_user("judge", role="moderator")
    posts = [picture_post(mika, *size) for size in ((832, 1216), (1216, 832), (800, 800), (640, 960))]
    long = "The same picture stands in a book of 2019, page 41: line by line, the folds of the sleeve included."
    for post in posts[:3]:
        remove(warden, post, long, SiteRule.RIGHTS)
    rerate(warden, posts[3], "s", "A low neckline.")
    told = list(Statement.objects.order_by("pk"))
    for one in told[1:3]:
        appeal(mika, one, "I drew that book. My name stands on its cover, and the drafts are on my own site.")
    decided(judge, Case.objects.get(appeal__statement=told[2]), Decision("upheld", "The cover names somebody else."))
    theirs = picture_post(rin, 900, 700)
    dispute_rating(mika, theirs, "s", "The reflection in the window.")
    flag(mika, picture_post(rin, 700, 900), "quality", "Six fingers, and the horizon is broken behind the head.")
    report_person(mika, rin, "hate", "Insults in the titles of every second post.")
    rerate(warden, theirs, "s", "The window.")
    return told


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_of_decisions_are_accessible_and_fit(
    open_page: OpenPage, statements: list[Statement], theme: str, width: int
) -> None:
    post = Post.objects.filter(author__username="rin").latest("pk")
    own = [f"/statements/{one.pk}" for one in (statements[3], *statements[:3])]
    pages = {
        "": ["/help/rules", "/moderation/log", "/moderation/log?kind=nonsense", f"/posts/{post.pk}/report"],
        "mika": ["/statements", *own, "/reports", f"/posts/{statements[0].post_id}", f"/posts/{statements[3].post_id}"],
        "warden": [f"/posts/{post.pk}/report", f"/posts/{post.pk}/flag", "/users/rin/report", "/moderation/log"],
    }
    pages[""] += ["/users/rin/report", "/reports/nothing", f"/posts/{post.pk}", "/users/rin"]
    assert problems_of(pages, open_page, theme, width) == []
