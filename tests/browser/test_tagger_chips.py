"""The tagger's chips on the publish page write into the tag box, and follow what is typed there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from generation.bundled import dataset
from generation.checkpoints import install_bundled
from tests.factories import PASSWORD, make_take, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]


def test_chips_and_box_say_the_same(
    open_page: Callable[..., Page], bundled: Path, server_passwords: None, transactional_db: None
) -> None:
    install_bundled()
    drawing = next(one for one in map(dataset.sample, range(74_000_000, 74_002_000)) if "monster" in one.tags)
    picture = Image.fromarray(dataset.render(drawing, 5, 128))
    take = make_take(make_user("mira"), image=picture, prompt="1girl, red hair")
    page = open_page(f"/takes/{take.pk}/publish")
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    box, monster = page.locator("#id_tags"), page.locator("[name=more][value=monster]")
    girl = page.locator("[name=left_out][value='1girl']")
    expect(box).to_have_value("1girl red_hair")
    monster.check()
    expect(box).to_have_value("1girl red_hair monster")
    girl.check()
    expect(box).to_have_value("red_hair monster")
    box.fill("red_hair 1girl")
    expect(monster).not_to_be_checked()
    expect(girl).not_to_be_checked()
    monster.check()
    monster.uncheck()
    expect(box).to_have_value("red_hair 1girl")
