"""The download menu in a real browser: without scripts, at a phone's width, and what the files then are."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gallery.ingest.signing import trust_anchors
from gallery.models import Post
from gallery.provenance.c2pa import read_manifest
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def post(transactional_db: None) -> Post:
    author = make_user("haru")
    return make_post(
        author, asset=make_asset(author, image=make_image(320, 200)), recipe=make_recipe(prompt="zxprompt")
    )


@pytest.mark.parametrize(
    ("width", "scripts", "theme"), [(390, False, "dark"), (1280, True, "light")], ids=["phone without scripts", "desk"]
)
def test_a_file_of_each_format_can_be_kept(
    post: Post, open_page: OpenPage, tmp_path: Path, width: int, scripts: bool, theme: str
) -> None:
    page = open_page(f"/posts/{post.pk}", width=width, java_script_enabled=scripts, color_scheme=theme)
    summary = page.locator(".download summary")
    rows = page.locator(".download__row")
    expect(rows.first).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(rows.first).to_be_visible()
    sheet = page.locator(".download__sheet").bounding_box()
    assert sheet is not None
    assert sheet["x"] >= 0
    assert sheet["x"] + sheet["width"] <= width
    if scripts:
        assert broken_rules(page) == []
    for row, with_prompt in ((rows.nth(0), True), (rows.nth(1), False)):
        for name, extension in (("PNG", "png"), ("JPEG", "jpg"), ("WebP", "webp"), ("AVIF", "avif")):
            with page.expect_download() as kept:
                row.get_by_role("link", name=name).click()
            assert (
                kept.value.suggested_filename == f"irodori-{post.pk}{'' if with_prompt else '-no-prompt'}.{extension}"
            )
            path = tmp_path / kept.value.suggested_filename
            kept.value.save_as(path)
            content = path.read_bytes()
            with Image.open(path) as picture:
                assert (picture.format, picture.size) == (name.upper(), (320, 200))
            state = read_manifest(content, f"image/{name.lower()}", trust_anchors())
            assert state is not None
            assert state.state == "trusted"
            assert (b"zxprompt" in content) is with_prompt
