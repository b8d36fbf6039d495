"""A file is dropped, pasted or chosen in a real browser: the verdict, with scripts and without."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gallery.models import Post
from tests.browser.test_pages_gallery import broken_rules
from tests.browser.test_similar import THEMES
from tests.factories import make_asset, make_post, make_recipe, make_user
from tests.gallery.drawn import MADE_OF_IT, scene
from tests.gallery.provenance.readers.samples import SAMPLES
from tests.gallery.verifying.conftest import download, saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS")
# Puts a file into an event as the browser itself would.
HAND_OVER = """([kind, name, bytes]) => {
  const transfer = new DataTransfer();
  const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([content], name, { type: "image/" + name.split(".").at(-1) }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
    : new DragEvent(kind, { ...options, dataTransfer: transfer });
  document.body.dispatchEvent(event);
}"""


@pytest.fixture
def post(db: None) -> Post:
    author = make_user("mika")
    recipe = make_recipe(prompt="a zebra on a quiet street at night, lanterns, rain")
    asset = make_asset(author, image=scene(1, 640, 832), recipe=recipe)
    return make_post(author, asset=asset, recipe=recipe, tags=["sky"], title="Zebra")


def hand_over(page: Page, kind: str, name: str, content: bytes) -> None:
    page.evaluate(HAND_OVER, [kind, name, base64.b64encode(content).decode()])


def looked_at(page: Page, name: str) -> None:
    """No rule broken in either theme, nothing to scroll sideways to; and a picture of it, where somebody wants one."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert broken_rules(page) == []
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{theme}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_dropped_file_is_answered_below_its_own_picture(post: Post, open_page: OpenPage, width: int) -> None:
    page = open_page("/verify", width=width)
    expect(page.get_by_role("heading", name="What this can tell")).to_be_visible()
    looked_at(page, "verify-before")
    hand_over(page, "dragover", "a.png", b"")
    expect(page.locator("verify-drop")).to_have_attribute("data-over", "")
    hand_over(page, "drop", "a.png", download(Client(), post, "png"))
    verdict = page.get_by_role("heading", name="Drawn on this site and unchanged since")
    expect(verdict).to_be_focused()
    expect(page.locator("verify-drop")).not_to_have_attribute("data-over", "")
    expect(page.locator(".verdict__picture img")).to_be_visible()
    assert page.locator(".verdict__picture img").get_attribute("src").startswith("blob:")
    expect(page.locator("[data-busy]")).to_be_hidden()
    expect(page.get_by_role("region", name="Signature")).to_contain_text("Signed by this site")
    expect(page.get_by_role("region", name="What the file says")).to_contain_text("a zebra on a quiet street")
    page.get_by_role("region", name="Posts that look like it").scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Posts that look like it").get_by_role("img")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    looked_at(page, "verify-drawn")
    page.get_by_role("region", name="Posts that look like it").get_by_role("link", name="Zebra", exact=True).click()
    expect(page).to_have_url(f"{page.evaluate('origin')}/posts/{post.pk}")
    page.get_by_role("link", name="Verify a file").first.click()
    expect(page.get_by_role("heading", name="Verify a file")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_one_file_after_the_other_by_paste_and_by_choice(
    post: Post, open_page: OpenPage, tmp_path: Path, width: int
) -> None:
    page = open_page("/verify", width=width)
    hand_over(page, "paste", "copy.jpeg", saved(MADE_OF_IT["mirrored"](scene(1, 640, 832)), "JPEG", quality=60))
    expect(page.get_by_role("heading", name="A copy of a picture drawn here")).to_be_focused()
    expect(page.get_by_role("region", name="Posts that look like it")).to_contain_text("mirrored or turned")
    looked_at(page, "verify-copy")
    other = next(sample for sample in SAMPLES if sample.name == "comfyui-hires.png")
    (tmp_path / "comfy.png").write_bytes(other.build())
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "comfy.png")
    expect(page.get_by_role("heading", name="Says that AI made it")).to_be_focused()
    for fold in page.locator("verify-answer summary").all():
        fold.click()
    looked_at(page, "verify-comfyui")
    (tmp_path / "photo.jpg").write_bytes(saved(scene(77, 640, 480), "JPEG"))
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "photo.jpg")
    expect(page.get_by_role("heading", name="Nothing is known: that proves nothing")).to_be_focused()
    looked_at(page, "verify-nothing")
    changed = bytearray(download(Client(), post, "avif"))
    changed[changed.rindex(b"mdat") + 40] ^= 1
    hand_over(page, "drop", "changed.avif", bytes(changed))
    expect(page.get_by_role("region", name="Signature")).to_contain_text("at least one byte was changed")
    looked_at(page, "verify-changed")
    hand_over(page, "drop", "garbage.png", b"no picture")
    expect(page.get_by_role("alert")).to_contain_text("This file can't be read as a picture")
    expect(page.get_by_role("alert")).to_be_focused()
    looked_at(page, "verify-refused")


def test_a_file_that_is_too_large_is_not_even_sent(open_page: OpenPage, db: None) -> None:
    page = open_page("/verify")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("document.querySelector('#id_file').dataset.most = '10'")
    hand_over(page, "drop", "large.png", b"x" * 11)
    assert page.evaluate("document.querySelector('#id_file').validationMessage").startswith("A file may have 25 MB.")
    page.wait_for_timeout(300)
    assert sent == []


def test_without_scripts_it_is_an_ordinary_form(post: Post, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/verify", java_script_enabled=False)
    (tmp_path / "a.webp").write_bytes(download(Client(), post, "webp"))
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "a.webp")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Drawn on this site and unchanged since")).to_be_visible()
    expect(page.locator(".verdict__picture")).to_be_hidden()
    (tmp_path / "b.webp").write_bytes(b"no picture")
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "b.webp")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("This file can't be read as a picture")
