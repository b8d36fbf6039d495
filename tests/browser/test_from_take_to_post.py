"""The way of a picture through the studio: drawn, painted on, drawn anew there, compared, taken to a drawing program,
published with what it came from. With a mouse on a desk and with fingers on a phone."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from config.embedded.process import Process
from gallery import ingest
from gallery.models import Post
from generation.checkpoints import install_bundled
from generation.models import Checkpoint, Take
from tests.browser.test_canvas import DRAWN, Fingers, drag, painted, ready
from tests.browser.test_labels import picture_of
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.worker,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]
# Wide enough to be seen in the few squares that a picture of 128 pixels has for the model.
PATH = ((0.2, 0.2), (0.5, 0.2), (0.5, 0.5), (0.2, 0.5), (0.2, 0.3), (0.4, 0.3), (0.4, 0.4), (0.3, 0.4))
SCREENS = {"desk": {}, "touch": {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}}


def publish(page: Page, take: Take) -> Post:
    """From the take's page, as it is filled in."""
    page.goto(f"/takes/{take.pk}")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/posts/*")
    return Post.objects.latest("pk")


@pytest.mark.parametrize("screen", SCREENS)
def test_drawn_painted_drawn_anew_compared_layered_and_published_with_its_lineage(
    open_page: Callable[..., Page], worker: Process, bundled: Path, server_passwords: None, screen: str
) -> None:
    install_bundled()
    Checkpoint.objects.update(abilities=["txt2img", "img2img", "inpaint"])
    make_user("mira")
    options: dict[str, Any] = SCREENS[screen]
    page = open_page("/", **options)
    sign_in(page, "mira")

    page.goto("/create")
    page.fill("#id_prompt", "1girl, red hair")
    page.locator(".counts label", has_text="1").click()
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--done")).to_have_count(1, timeout=DRAWN)
    root = Take.objects.get()

    page.locator(".shot--done a.shot__frame").click()
    page.get_by_role("link", name="Fix a part").click()
    ready(page)
    if screen == "touch":
        touch = Fingers(page)
        touch("touchStart", PATH[0])
        for point in PATH[1:]:
            touch("touchMove", point)
        touch("touchEnd")
    else:
        drag(page, *PATH)
    sent = painted(page)
    page.fill("#id_prompt", "1girl, blue eyes")
    page.locator(".counts label", has_text="2").click()
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--done")).to_have_count(2, timeout=DRAWN)
    for button in page.locator(".shot__foot .button").all():
        shape = button.bounding_box()
        assert shape is not None
        assert shape["width"] > shape["height"], "no button is so narrow that its words break"
    picture_of(page, f"way-canvas-{screen}")

    page.get_by_role("link", name="Compare").first.click()
    page.wait_for_url("**/takes/compare?*")
    expect(page.locator("main img:visible").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("blue eyes")
    picture_of(page, f"way-compare-{screen}")

    child = Take.objects.filter(parent=root).order_by("pk")[0]
    assert child.mask is not None
    page.goto(f"/takes/{child.pk}")
    page.locator(".download summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="OpenRaster").click()
    with zipfile.ZipFile(waiting.value.path()) as layers:
        assert layers.read("mimetype") == b"image/openraster"
        assert layers.read("stack.xml").count(b"<layer ") == 2
        merged = Image.open(BytesIO(layers.read("mergedimage.png"))).convert("RGB")
    assert ImageChops.difference(merged, ingest.picture_of(child.asset)).getbbox() is None

    above = publish(page, root)
    below = publish(page, child)
    picture_of(page, f"way-post-{screen}")
    assert below.parent == above
    child.refresh_from_db()
    assert (child.post, child.parent) == (below, root)
    assert sent.size == (child.mask.width, child.mask.height)
    page.goto(f"/takes/{child.pk}/lineage")
    expect(page.locator(f"main a[href='/takes/{root.pk}']").first).to_be_visible()
