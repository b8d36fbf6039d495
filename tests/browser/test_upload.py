"""Uploading in a real browser: dropped, pasted, described and posted."""

import base64
import os
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from gallery.models import Post, UploadDraft, User
from gallery.uploads import save_draft
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_post, make_user
from tests.gallery.pictures.files import saved
from tests.gallery.uploads.files import by_webui, drafted, picture, plain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOTS = os.environ.get("SCREENSHOTS")

SEND = """([kind, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  document.querySelector("[data-drop]").dispatchEvent(
    kind === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
      : new DragEvent(kind, { ...options, dataTransfer: carried }),
  );
}"""


@pytest.fixture
def mira(server_passwords: None) -> User:
    """A member."""
    return make_user("mira")


def give(page: Page, kind: str, *files: tuple[str, bytes]) -> None:
    """Drop or paste files onto the page."""
    page.evaluate(SEND, [kind, [[name, "image/png", base64.b64encode(content).decode()] for name, content in files]])


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.evaluate("scrollTo(0, 0)")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{theme}.png", full_page=True)


def problems(page: Page) -> list[str]:
    """What axe finds, in both themes, and whether the page is wider than its window."""
    found = []
    page.evaluate("scrollTo(0, 0)")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += broken_rules(page)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*found, *(["wider than the window"] if wide else [])]


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_are_dropped_and_pasted_and_one_is_posted(open_page: OpenPage, mira: User, width: int) -> None:
    make_post(tags=["1girl", "red_hair", "smile"])
    page = open_page("/", width=width)
    sign_in(page, "mira")
    page.goto("/upload")
    shot(page, "empty")
    assert problems(page) == []

    give(page, "dragenter", ("a.png", plain(1)))
    expect(page.locator("[data-drop]")).to_have_class("drop drop--over")
    give(page, "drop", ("by-webui.png", by_webui(2)), ("letter.png", b"no picture"))
    expect(page.locator("[data-drop]")).to_have_class("drop")
    # One that is refused says why, and the other goes on.
    expect(page.locator(".draft--refused .draft__error")).to_contain_text("can't be read as a picture")
    expect(page.locator("[data-draft]")).to_have_count(1)
    expect(page.locator("[data-draft]")).to_contain_text("AUTOMATIC1111")
    expect(page.locator("[data-set]")).to_be_hidden()
    give(page, "paste", ("image.png", plain(3)))
    expect(page.locator("[data-draft]")).to_have_count(2)
    expect(page.locator("[data-set]")).to_be_visible()
    # The same file again is the same card.
    give(page, "paste", ("image.png", plain(3)))
    expect(page.locator(".draft--sending")).to_have_count(1)
    expect(page.locator("[data-draft]")).to_have_count(2)
    expect(page.locator("[data-retry]")).to_be_hidden()
    shot(page, "sent")
    assert problems(page) == []
    page.locator("[data-remove]").click()
    expect(page.locator(".draft--refused")).to_have_count(0)
    # What the network lost is sent again.
    page.route("**/upload/files", lambda route: route.abort())
    give(page, "drop", ("lost.png", plain(4)))
    expect(page.locator(".draft--refused .draft__error")).to_contain_text("could not be reached")
    page.unroute("**/upload/files")
    page.locator("[data-retry]").click()
    expect(page.locator("[data-draft]")).to_have_count(3)
    expect(page.locator(".draft--sending")).to_have_count(0)

    page.locator("[data-draft]", has_text="by-webui.png").locator("a.button--primary").click()
    expect(page.locator(".origin__found")).to_contain_text("AUTOMATIC1111 v1.10.1, model dreamy, 28 steps, Euler a")
    expect(page.locator("[name=level]:checked")).to_have_value("generated")
    page.locator("label.chip", has_text="red_hair").click()
    page.locator("label.chip", has_text="smile").click()
    expect(page.locator("#id_tags")).to_have_value("red_hair smile")
    page.fill("#id_title", "Mushrooms at night")
    # What was typed saves itself.
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    page.reload()
    expect(page.locator("#id_title")).to_have_value("Mushrooms at night")
    expect(page.locator("#id_tags")).to_have_value("red_hair smile")
    shot(page, "draft")
    assert problems(page) == []
    page.locator("button[value=publish]").click()
    expect(page.locator("[role=alert] >> text=Not posted yet")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Mushrooms at night")
    shot(page, "refused")
    assert problems(page) == []
    page.locator("[name=rating][value=g]").check()
    page.locator("button[value=publish]").click()
    page.wait_for_url("**/posts/*")
    expect(page.locator("main")).to_contain_text("Mushrooms at night")
    post = Post.objects.get(title="Mushrooms at night")
    assert (post.author_id, post.ai_level, post.ai_evidence) == (mira.pk, "generated", "metadata")
    assert UploadDraft.objects.filter(asset__post=None).count() == 2


@pytest.mark.parametrize("width", [1280, 390])
def test_a_batch_is_posted_as_a_set(open_page: OpenPage, mira: User, width: int) -> None:
    for number, size in enumerate(((320, 240), (240, 320), (300, 300))):
        drafted(mira, saved(picture(number, size), "PNG"), f"page-{number + 1}.png", position=number)
    page = open_page("/", width=width)
    sign_in(page, "mira")
    page.goto("/upload")
    shot(page, "drafts")
    assert problems(page) == []
    page.locator("[data-draft] a.button--primary").first.click()
    shot(page, "draft-plain")
    assert problems(page) == []
    page.goto("/upload")
    page.locator("[data-set]").click()
    page.locator("[name^=tags_]").nth(1).fill("night")
    page.locator("#id_tags").fill("sky")
    page.locator("[name=rating][value=g]").check()
    page.locator("[name=level][value=human]").check()
    shot(page, "set")
    assert problems(page) == []
    page.locator("form button.button--large").click()
    page.wait_for_url("**/posts/*")
    parent, *children = Post.objects.order_by("pk")
    assert [child.parent_id for child in children] == [parent.pk, parent.pk]
    assert page.url.endswith(f"/posts/{parent.pk}")


def test_a_set_is_put_in_order_and_saves_itself(open_page: OpenPage, mira: User) -> None:
    make_post(tags=["1girl", "red_hair", "smile"])
    prompts = ("1girl, smile", "1girl, red hair")
    for number, prompt in enumerate(prompts):
        drafted(mira, by_webui(number, f"{prompt}\nSteps: 2, Sampler: Euler"), f"{number}.png", position=number)
    page = open_page("/")
    sign_in(page, "mira")
    page.goto("/upload/sets/batch-one")
    names = page.locator("[data-name]")
    expect(names).to_have_text(["0.png", "1.png"])
    page.get_by_role("button", name="Later: 0.png").click()
    expect(names).to_have_text(["1.png", "0.png"])
    expect(page.get_by_role("button", name="Earlier: 0.png")).to_be_focused()
    expect(page.locator("[data-order-news]")).to_have_text("“0.png” is number 2 now.")
    expect(page.locator(".set__parent >> visible=true")).to_have_count(1)
    page.get_by_label("red_hair").check()
    expect(page.get_by_label("Its own tags").first).to_have_value("red_hair")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    page.reload()
    expect(names).to_have_text(["1.png", "0.png"])
    expect(page.get_by_label("Its own tags").first).to_have_value("red_hair")
    assert problems(page) == []


def test_without_scripts_files_are_sent_together(open_page: OpenPage, mira: User) -> None:
    page = open_page("/", java_script_enabled=False)
    sign_in(page, "mira")
    page.goto("/upload")
    shot_name = "no-script"
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{shot_name}.png", full_page=True)
    files = [{"name": f"{number}.png", "mimeType": "image/png", "buffer": plain(number)} for number in range(2)]
    page.set_input_files("#id_files", files)
    page.locator(".drop button").click()
    expect(page.locator("[data-draft]")).to_have_count(2)
    page.locator("[data-draft] a.button--primary").first.click()
    page.fill("#id_title", "By hand")
    page.locator("button[value=save]").click()
    expect(page.locator(".notices")).to_contain_text("Saved")
    draft = UploadDraft.objects.get(title="By hand")
    save_draft(draft, {"rating": "g", "level": "human"})
    page.reload()
    page.locator("button[value=publish]").click()
    page.wait_for_url("**/posts/*")
