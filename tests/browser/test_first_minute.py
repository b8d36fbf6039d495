"""The first minute of somebody who has never been here: from the landing page to a published picture in eight clicks.

Every press of a mouse button or finger is counted by the page itself, whatever it lands on. Fields are filled by keys.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.embedded.process import Process
from gallery.models import Post, User
from generation.checkpoints import install_bundled
from tests.browser.test_labels import picture_of
from tests.factories import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.worker,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]
MOST_CLICKS = 8
DRAWN = 180_000
SCREENS = {"desk": {}, "touch": {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}}


class Clicks(list[str]):
    """What was pressed, in order: the words on it."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.expose_function("wasPressed", lambda words: self.append(words))
        page.add_init_script(
            "addEventListener('pointerdown', ({target}) => wasPressed(target.textContent.trim().slice(0, 40)), true)"
        )


@pytest.mark.parametrize("screen", SCREENS)
def test_a_visitor_publishes_a_first_picture_within_eight_clicks(
    open_page: Callable[..., Page], worker: Process, bundled: Path, server_passwords: None, screen: str
) -> None:
    install_bundled()
    options: dict[str, Any] = SCREENS[screen]
    page = open_page("about:blank", **options)
    clicks = Clicks(page)
    press = (lambda target: target.tap()) if screen == "touch" else (lambda target: target.click())

    page.goto("/")
    prompt = page.get_by_role("main").get_by_role("textbox").input_value()
    assert prompt, "the box holds a working example"
    press(page.get_by_role("main").get_by_role("button", name="Create"))
    press(page.get_by_role("main").get_by_role("button", name="Join"))
    name = page.locator("[name=username]")
    if screen == "touch":
        press(name)  # some phones show their keyboard to nobody who did not touch a field
    expect(name).to_be_focused()
    for typed in ("mira", "", PASSWORD, PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    press(page.get_by_role("button", name="Make the account"))

    # What was typed before there was an account is still there.
    expect(page.locator("#id_prompt")).to_have_value(prompt)
    press(page.locator("[data-draw]"))
    expect(page.locator(".shot--done").first).to_be_visible(timeout=DRAWN)
    picture_of(page, f"first-minute-{screen}")
    press(page.locator(".shot--done a.shot__frame").first)
    press(page.get_by_role("main").get_by_role("link", name="Publish", exact=True))
    press(page.get_by_role("main").get_by_role("button", name="Publish"))
    page.wait_for_url("**/posts/*")

    post = Post.objects.get()
    assert post.author == User.objects.get(username="mira")
    expect(page.locator("main .badge--generated").first).to_be_visible()
    assert 0 < len(clicks) <= MOST_CLICKS, clicks
