"""The dashboard and the transparency report in a real browser: they hold to axe, in both themes, and to a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery.models import Case, Post, RefusalCount, StorageCount, Voice
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset_row, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def busy(server_passwords: None) -> None:
    """A site where something was said, refused and kept."""
    author = make_user("mika")
    make_user("rin", role="moderator")
    for number in range(6):
        post = make_post(author, asset=make_asset_row(author), rating="gs"[number % 2])
        Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(days=number))
        case = Case.objects.create(kind=("report", "flag", "appeal")[number % 3], post=post)
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(hours=30 * number))
        Voice.objects.create(case=case, rule="spam")
        day = timezone.now().date() - timedelta(days=number)
        RefusalCount.objects.create(day=day, rule=("", "Gore")[number % 2], number=number + 1)
        StorageCount.objects.create(day=day, originals=10**9, previews=10**8, pictures=10)


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(open_page: OpenPage, busy: None, locale: str) -> None:
    page = open_page("/", locale=locale, width=390)
    sign_in(page, "rin")
    found = {}
    for path in ("/moderation/dashboard", "/moderation/dashboard?days=365", "/transparency"):
        page.goto(path)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            if problems := broken_rules(page):
                found[f"{path}, {theme}"] = problems
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[path] = ["scrolls sideways"]
    assert found == {}


def test_a_chart_has_its_numbers_in_a_table_below(open_page: OpenPage, busy: None) -> None:
    page = open_page("/")
    sign_in(page, "rin")
    page.goto("/moderation/dashboard")
    chart = page.locator("#refusals")
    assert chart.locator("rect.chart__bar").count() == 6
    assert chart.locator("rect.chart__bar").first.bounding_box() is not None
    expect(chart.locator("table")).to_be_hidden()
    chart.get_by_text("As a table").click()
    expect(chart.locator("tbody tr")).to_have_count(6)
    expect(chart.locator("tbody tr").first.locator("td").last).to_have_text("1")
