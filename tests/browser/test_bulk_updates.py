"""Bulk updates and chores in a browser: the preview follows the keys, and a running request shows how far it is."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery.bulk_updates import requests, runner
from gallery.models import BulkUpdateRequest, User
from gallery.models.user import Role
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS")


def signed_in(open_page: OpenPage, web: str, user: User, path: str, **options: object) -> Page:
    """A page of a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    page = open_page("/about", **options)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": web}])
    page.goto(path)
    return page


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS, f"{name}.png")), full_page=True)


def test_a_request_from_the_first_key_to_the_last_post(open_page: OpenPage, web: str) -> None:
    for _ in range(3):
        make_post(tags=["neko", "long_hair"])
    admin = make_user("gardener_admin", role=Role.ADMIN)
    page = signed_in(open_page, web, make_user("mira"), "/bulk-updates/new")
    page.get_by_label("Title").fill("One word for cats")
    page.get_by_label("Script").press_sequentially("alias neko -> cat\nnuke nothing_known\n# that is all")
    lines = page.locator("#preview .script-line")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("about 3 posts")
    expect(lines.nth(1)).to_contain_text("There is no tag “nothing_known”.")
    shot(page, "bulk-new")
    assert broken_rules(page) == []
    page.get_by_label("Script").fill("alias neko -> cat")
    expect(lines).to_have_count(1)
    page.get_by_label("Reason").fill("Both words are in use.\n\nSearches find half of the posts.")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", name="One word for cats")).to_be_visible()
    page.get_by_label("Your comment").fill("I looked through ten of them.")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_text("I looked through ten of them.")).to_be_visible()
    deciding = signed_in(open_page, web, admin, page.url.removeprefix(web))
    deciding.get_by_role("button", name="For it").click()
    expect(deciding.locator(".request-votes")).to_have_text("+1")
    shot(deciding, "bulk-open")
    deciding.get_by_role("button", name="Approve and carry out").click()
    expect(deciding.get_by_role("progressbar")).to_be_visible()
    BulkUpdateRequest.objects.update(decided_at=timezone.now() - timedelta(minutes=5))
    expect(deciding.get_by_text("It waits")).to_be_visible()
    shot(deciding, "bulk-running")
    assert broken_rules(deciding) == []
    runner.run_waiting()
    expect(deciding.locator(".script-line--done")).to_have_count(1)
    expect(deciding.get_by_role("progressbar")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_is_cut_off(open_page: OpenPage, web: str, width: int) -> None:
    user = make_user("mira")
    make_post(tags=["neko", "long_hair", "tagme"])
    made = requests.propose(user, title="A " + "long " * 30 + "title", script="update neko -> " + "x" * 150, reason="")
    for path in ("/bulk-updates", f"/bulk-updates/{made.pk}", "/bulk-updates/new", "/chores"):
        page = signed_in(open_page, web, user, path, width=width)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert broken_rules(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"{path.strip('/').split('/')[-1]}-{width}")
