"""The same-seed lab: two samplers by two values of guidance, drawn, laid out as a sheet and published with its axes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.embedded.process import Process
from gallery.models import Post, User
from generation.checkpoints import install_bundled
from generation.models import Job, Lab, Take
from tests.browser.looking import problems_of
from tests.factories import PASSWORD, draw_cell, make_lab, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]
DRAWN = 120_000


@pytest.fixture
def mira(bundled: Path, server_passwords: None, transactional_db: None) -> User:
    """A member on a site with a model."""
    install_bundled()
    return make_user("mira")


def sign_in(page: Page) -> None:
    """By the form; it leads back to where the visitor came from."""
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#id_x")).to_be_visible()


@pytest.mark.worker
def test_two_by_two_becomes_a_sheet_and_a_post_with_its_axes(open_page: OpenPage, mira: User, worker: Process) -> None:
    page = open_page("/accounts/login/?next=/lab")
    sign_in(page)
    page.fill("#id_prompt", "1girl, red hair")
    page.locator("#id_x").select_option("sampler")
    expect(page.locator("#x_values-hint")).to_contain_text("Names of samplers")
    page.locator("[data-axis]").first.get_by_role("button", name="Euler", exact=True).click()
    page.locator("[data-axis]").first.get_by_role("button", name="DDIM", exact=True).click()
    expect(page.locator("#id_x_values")).to_have_value("Euler, DDIM")
    page.locator("#id_y").select_option("guidance")
    page.fill("#id_y_values", "2-6 (+4)")
    expect(page.locator("[data-label]")).to_contain_text("4")
    page.locator(".lab-form__send .button--primary").click()

    expect(page.locator(".shot--done")).to_have_count(4, timeout=DRAWN)
    expect(page.locator("thead th")).to_have_text(["Euler", "DDIM"])
    expect(page.locator("tbody th")).to_have_text(["2", "6"])
    assert {(job.request.sampler, job.request.guidance) for job in Job.objects.select_related("request")} == {
        ("Euler", 2.0),
        ("DDIM", 2.0),
        ("Euler", 6.0),
        ("DDIM", 6.0),
    }
    assert len(set(Job.objects.values_list("seed", flat=True))) == 1

    page.get_by_role("button", name="Make one sheet of it").click()
    expect(page.get_by_role("heading", name="What this sheet compares")).to_be_visible()
    sheet = Take.objects.get(kind="sheet")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.locator("#id_tags").fill("1girl")
    page.locator(".publish__send .button--primary").click()
    page.wait_for_url(re.compile(r"/posts/\d+"))
    post = Post.objects.get(take=sheet)
    assert [axis["name"] for axis in post.generation.extra["axes"]] == ["sampler", "guidance"]
    axes = page.get_by_role("region", name="What is compared")
    expect(axes.get_by_role("link", name="DDIM")).to_have_attribute("href", re.compile("sampler"))


def test_a_refusal_is_shown_at_the_axis_and_the_next_try_works(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/lab", width=390, height=844)
    sign_in(page)
    page.fill("#id_prompt", "red hair")
    page.locator("#id_x").select_option("guidance")
    page.fill("#id_x_values", "3, 99")
    page.locator(".lab-form__send .button--primary").click()
    expect(page.locator("#x_values-error")).to_contain_text("“99”: Guidance is a number")
    expect(page.locator("#id_x_values")).to_be_focused()
    expect(page.locator("#id_prompt")).to_have_value("red hair")
    page.fill("#id_x_values", "3, 9")
    page.locator(".lab-form__send .button--primary").click()
    expect(page.locator(".shot--queued")).to_have_count(2)
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.locator(".shot--cancelled")).to_have_count(2)
    page.get_by_role("button", name="Draw 9 again").click()
    expect(page.locator(".shot--queued")).to_have_count(1)


def test_the_table_follows_without_events(open_page: OpenPage, mira: User) -> None:
    lab = make_lab(mira)
    page = open_page("/accounts/login/?next=/lab")
    page.route("**/create/events", lambda route: route.abort())
    sign_in(page)
    page.goto(f"/lab/{lab.pk}")
    expect(page.locator(".shot--queued")).to_have_count(2)
    draw_cell(lab.cells.order_by("column")[0])
    expect(page.locator(".shot--done")).to_have_count(1)
    expect(page.locator("#board-status")).to_have_text("1 of 2 finished")


def test_everything_works_without_scripts(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/lab", java_script_enabled=False)
    sign_in(page)
    page.fill("#id_prompt", "blue hair")
    page.locator("#id_x").select_option("words")
    page.fill("#id_x_values", "blue, red")
    page.get_by_role("button", name="Only check it").click()
    expect(page.locator(".notice--info")).to_contain_text("All 2 pictures can be drawn")
    page.locator(".lab-form__send .button--primary").click()
    expect(page.locator(".shot--queued")).to_have_count(2)
    lab = Lab.objects.get()
    for cell in lab.cells.all():
        draw_cell(cell)
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator(".shot--done")).to_have_count(2)
    page.get_by_role("button", name="Make one sheet of it").click()
    expect(page.get_by_role("heading", name="What this sheet compares")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_are_accessible_and_fit(open_page: OpenPage, mira: User, theme: str, width: int) -> None:
    lab = make_lab(mira, columns="steps", values="1-8")
    cells = list(lab.cells.order_by("column"))
    for cell in cells[:3]:
        draw_cell(cell)
    Job.objects.filter(request=cells[3].request).update(
        state="failed", error_code="black_image", finished_at=lab.created_at
    )
    assert problems_of({"mira": ["/lab", f"/lab/{lab.pk}"]}, open_page, theme, width) == []
