"""Upload slots and the answer to who does too much, in a browser: axe finds nothing, in both themes and widths."""

from typing import Any

import pytest

from gallery.limits.acts import Act, Limit, Rate
from tests.browser.test_bulk_updates import OpenPage, signed_in
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_user
from tests.gallery.post_ratings.people import bare_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page: OpenPage, web: str, settings: Any, broker: str, width: int) -> None:
    settings.UPLOAD_SLOTS = True
    member = make_user("novice")
    for _ in range(5):
        bare_post(member)
    page = signed_in(open_page, web, member, "/upload", width=width)
    page.get_by_text("How slots are earned").click()
    _holds(page, width)
    page = signed_in(open_page, web, member, "/wiki/_edit?title=sky", width=width)
    settings.RATE_LIMITS = {Act.WRITE: Limit(Rate(1 / 3600, 1), None)}
    for _ in range(2):
        page.goto(f"{web}/wiki/_edit?title=sky")
        page.locator("textarea[name=body]").fill("What stands above us.\nBlue by day.")
        page.locator("main form button:not([type=button])").first.click()
        page.wait_for_load_state()
    page.get_by_role("heading", name="A little slower, please").wait_for()
    assert page.get_by_label("What you wrote").input_value() == "What stands above us.\nBlue by day."
    _holds(page, width)


def _holds(page: Any, width: int) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert broken_rules(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
