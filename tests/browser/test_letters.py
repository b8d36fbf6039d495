"""Texts on a picture in a real browser: seen while they are written, moved, saved; the same without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gallery.models import User
from generation.models import Take
from tests.browser.looking import problems_of
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_user
from tests.generation.layers.lines import picture, take_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.fixture
def mira(server_passwords: None, transactional_db: None) -> User:
    return make_user("mira")


@pytest.fixture
def take(mira: User) -> Take:
    return take_of(mira, picture(320, 240))


def open_letters(open_page: OpenPage, take: Take, **options: object) -> Page:
    page = open_page("/about", **options)
    sign_in(page, "mira")
    page.goto(f"/takes/{take.pk}/letters")
    return page


def test_written_seen_moved_and_saved(open_page: OpenPage, take: Take) -> None:
    page = open_letters(open_page, take)
    page.locator("#id_form-0-text").fill("愛、です。")
    ink = page.locator(".letters__ink")
    expect(ink).to_have_count(1)
    expect(ink).to_have_js_property("complete", True)
    page.locator("label", has_text="Vertical").first.click()
    page.wait_for_function(
        "() => { const i = document.querySelector('.letters__ink'); return i && i.clientHeight > 2 * i.clientWidth }"
    )

    # A sentence in place of a picture; what was there goes on being seen.
    page.locator("#id_form-0-text").fill("愛😀")
    expect(page.locator("#form-0-problem")).to_contain_text("U+1F600")
    page.locator("#id_form-0-text").fill("愛、です。")
    expect(page.locator("#form-0-problem")).to_be_empty()

    stage = page.locator("[data-stage]").bounding_box()
    box = ink.bounding_box()
    assert stage is not None
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + stage["width"] / 4, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert float(page.locator("#id_form-0-x").input_value()) == pytest.approx(75, abs=0.5)
    assert float(page.locator("#id_form-0-y").input_value()) == pytest.approx(50, abs=0.5)

    page.get_by_role("button", name="Another text").click()
    page.locator("#id_form-1-text").fill("Title")
    expect(ink).to_have_count(2)
    page.mouse.click(stage["x"] + stage["width"] / 4, stage["y"] + stage["height"] / 4)
    assert float(page.locator("#id_form-1-x").input_value()) == pytest.approx(25, abs=0.5)
    page.get_by_role("button", name="Save as a new take").click()
    page.wait_for_url(lambda address: address.rstrip("/").split("/")[-1].isdigit() and str(take.pk) not in address[-4:])
    made = Take.objects.get(parent=take)
    assert [(text["text"], text["vertical"]) for text in made.lettering] == [("愛、です。", True), ("Title", False)]
    expect(page.get_by_role("link", name="Change the texts")).to_be_visible()


def test_without_scripts_the_buttons_do_it(open_page: OpenPage, take: Take) -> None:
    page = open_letters(open_page, take, java_script_enabled=False, width=390, height=844)
    page.locator("#id_form-0-text").fill("愛")
    page.get_by_role("button", name="Another text").click()
    page.locator("#id_form-1-text").fill("二")
    page.get_by_role("button", name="Preview").click()
    assert (page.locator(".letters__picture").get_attribute("src") or "").startswith("data:image/webp")
    page.get_by_role("button", name="Save as a new take").click()
    assert [text["text"] for text in Take.objects.get(parent=take).lettering] == ["愛", "二"]


def test_who_was_signed_out_meanwhile_is_told_so_and_goes_on_after(open_page: OpenPage, take: Take) -> None:
    page = open_letters(open_page, take)
    page.locator("#id_form-0-text").fill("愛")
    expect(page.locator(".letters__ink")).to_have_count(1)
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    page.context.clear_cookies(name="sessionid")
    page.locator("#id_form-0-text").fill("愛、です。")
    expect(page.locator("#form-0-problem")).to_contain_text("You were signed out meanwhile")
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.locator("#id_form-0-text").fill("愛です。")
    expect(page.locator("#form-0-problem")).to_be_empty()
    page.get_by_role("button", name="Save as a new take").click()
    page.wait_for_url(lambda address: "/letters" not in address)
    assert [text["text"] for text in Take.objects.get(parent=take).lettering] == ["愛です。"]


def test_on_a_phone_a_finger_moves_a_text(open_page: OpenPage, take: Take) -> None:
    page = open_letters(open_page, take, width=390, height=844, has_touch=True)
    page.locator("#id_form-0-text").fill("愛")
    expect(page.locator(".letters__ink")).to_have_count(1)
    stage = page.locator("[data-stage]").bounding_box()
    assert stage is not None
    page.touchscreen.tap(stage["x"] + stage["width"] * 0.2, stage["y"] + stage["height"] * 0.2)
    assert float(page.locator("#id_form-0-x").input_value()) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits(open_page: OpenPage, take: Take, theme: str, width: int) -> None:
    assert problems_of({"mira": [f"/takes/{take.pk}/letters"]}, open_page, theme, width) == []
