"""The operator's page in a browser: it keeps itself up to date and fits phones and both themes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.models.user import Role
from generation.models import Job, QueueOrder
from generation.queueing import queue, workers
from generation.queueing.devices import DeviceFacts
from tests.browser.test_bulk_updates import shot, signed_in
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_checkpoint, make_request, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_queue_is_watched_and_stopped(open_page: OpenPage, web: str, theme: str, width: int) -> None:
    make_checkpoint()
    gpu = DeviceFacts("NVIDIA H100 80GB HBM3", 23 * 2**30, 79 * 2**30)
    workers.report(
        "host:8df43426:4026531836:2368:351992", "cuda:0", ["tiny"], device_class="cuda", facts=gpu, running=2
    )
    workers.report("host:8df43426:4026531836:2399:351999", "cpu", device_class="cpu")
    for name, count in (("a_member_with_a_long_name", 8), ("tomo", 2)):
        make_request(make_user(name), count=count)
    queue.claim("elsewhere", 2)
    page = signed_in(open_page, web, make_user("boss", role=Role.ADMIN), "/queue", width=width, color_scheme=theme)
    expect(page.get_by_role("heading", name="NVIDIA H100")).to_be_visible()
    assert broken_rules(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"queue-{theme}")
    # Nobody reloads: what ends elsewhere leaves the table.
    expect(page.get_by_text("8 waiting, 2 being drawn")).to_be_visible()
    Job.objects.filter(state="running").update(state="done", lease_until=None)
    expect(page.get_by_text("8 waiting, 0 being drawn")).to_be_visible()

    page.get_by_text("Pause all drawing").first.click()
    page.get_by_label("Reason").fill("A new GPU is being built in.")
    page.wait_for_timeout(5000)  # the page looks again meanwhile and takes nothing that was typed
    expect(page.get_by_label("Reason")).to_have_value("A new GPU is being built in.")
    page.get_by_role("button", name="Pause all drawing").click()
    expect(page.get_by_role("heading", name="All drawing is paused")).to_be_visible()
    assert QueueOrder.objects.get().reason == "A new GPU is being built in."
    assert broken_rules(page) == []
    shot(page, f"queue-paused-{theme}")
    page.get_by_role("button", name="Go on drawing").click()
    expect(page.get_by_role("heading", name="All drawing is paused")).to_be_hidden()
    card = page.locator(".worker").filter(has_text="NVIDIA")
    card.get_by_role("button", name="Drain").click()
    expect(card.get_by_text("Drains")).to_be_visible()
    card.get_by_role("button", name="Let it work").click()
    expect(card.get_by_role("button", name="Pause")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="tomo").first
    row.get_by_role("button", name="Cancel all").click()
    expect(page.get_by_text("was cancelled.").or_(page.get_by_text("were cancelled."))).to_be_visible()
