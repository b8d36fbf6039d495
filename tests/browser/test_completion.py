"""The list at the caret in a real browser: by keys, by touch, with an input method, and for those who don't see it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect

from gallery.models import PostGeneration
from generation.models import Checkpoint
from tagging.models import Tag, TagAlias
from tagging.other_names import seed_other_names
from tests.factories import PASSWORD, make_checkpoint, make_post, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
COUNTS = {
    "long_hair": (0, 1204),
    "long_sleeves": (0, 830),
    "very_long_hair": (0, 310),
    "long_hair_between_eyes": (0, 12),
    "longbow_of_the_northern_wind_that_has_a_name_longer_than_any_phone_is_wide": (0, 3),
    "longtail": (4, 55),
    "longshan_studio": (1, 21),
    "blue_eyes": (0, 2100),
    "blue_sky": (0, 640),
    "cat_ears": (0, 150),
    "steampunk": (0, 33),
}
PICTURES = os.environ.get("TEST_PICTURES")  # a folder: what the list looks like, for people to look at


@pytest.fixture
def site(server_passwords: None) -> None:
    """Posts, tags of several sizes and categories, an alias, Japanese names, a deprecated tag."""
    mika = make_user("mika")
    for model in ("Tiny Anime", "tinytoon"):
        make_post(mika, tags=["blue_eyes", "smile"], recipe=make_recipe(model_name=model))
    PostGeneration.objects.update(loras=["moon light"])
    for name, (category, count) in COUNTS.items():
        Tag.objects.update_or_create(
            name=name, defaults={"category": category, "post_count": count, "general_count": count}
        )
    Tag.objects.create(name="long_deprecated", is_deprecated=True, general_count=9, post_count=9)
    TagAlias.objects.create(antecedent="longhair", consequent=Tag.objects.get(name="very_long_hair"))
    TagAlias.objects.create(antecedent="nekomimi", consequent=Tag.objects.get(name="cat_ears"))
    seed_other_names({"blue_eyes": ["青い目"], "blue_sky": ["青空"], "long_hair": ["ロングヘア"], "cat_ears": ["猫耳"]})
    make_checkpoint(known_tags=["blue_sky"])


def options(page: Page) -> Any:
    return page.locator(".completion:visible [role=option]")


def option(page: Page, name: str) -> Any:
    """The line whose tag or term this is."""
    return options(page).filter(
        has=page.locator(".tag, .completion__term", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def type_into(page: Page, selector: str, text: str) -> Any:
    box = page.locator(selector)
    box.focus()
    page.keyboard.type(text, delay=15)
    return box


def compose(page: Page, text: str) -> Any:
    """A word as an input method composes it; the returned session can commit it."""
    session = page.context.new_cdp_session(page)
    for end in range(1, len(text) + 1):
        session.send("Input.imeSetComposition", {"text": text[:end], "selectionStart": end, "selectionEnd": end})
    return session


def test_a_search_by_keys_alone_from_the_page_to_its_results(open_page: OpenPage, site: None) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    page.keyboard.type("blu", delay=15)
    box = page.locator("#search")
    expect(option(page, "blue eyes")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="2 suggestions")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(option(page, "blue eyes")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("blue_eyes ")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("use", delay=15)
    expect(option(page, "user:")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("blue_eyes user:")
    expect(option(page, "user:mika")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("blue_eyes user:mika ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts?tags=blue_eyes+user*")
    expect(page.locator(".tile")).to_have_count(2)


@pytest.mark.parametrize(
    ("typed", "line", "taken"),
    [
        ("-(blu", "blue eyes", "-(blue_eyes "),
        ("~cat", "cat ears", "~cat_ears "),
        ("（－ｂｌｕｅ＿ｓ", "blue sky", "（－blue_sky "),
        ("smile (nekom", "cat ears", "smile (cat_ears "),
        ("/vlh", "very long hair", "very_long_hair "),
        ("-model:tiny", "model:Tiny Anime", '-model:"Tiny Anime" '),
        ('(model:"tiny a', "model:Tiny Anime", '(model:"Tiny Anime" '),
        ("rating:g", "rating:general", "rating:general "),
        ("order:i", "order:id", "order:id "),
        ("lnog_hair", "long hair", "long_hair "),
    ],
)
def test_what_is_taken_replaces_the_word_and_nothing_else(
    open_page: OpenPage, site: None, typed: str, line: str, taken: str
) -> None:
    page = open_page("/about")
    box = type_into(page, "#search", typed)
    expect(option(page, line)).to_be_visible()
    option(page, line).click()
    expect(box).to_have_value(taken)
    expect(box).to_be_focused()
    expect(options(page)).to_have_count(0)


def test_an_alias_is_shown_as_old_and_new(open_page: OpenPage, site: None) -> None:
    page = open_page("/about")
    type_into(page, "#search", "neko")
    expect(options(page).first).to_have_text(re.compile(r"nekomimi\s*→\s*cat ears\s*150"))


def test_inside_a_long_text_only_the_word_at_the_caret_changes_and_undo_brings_it_back(
    open_page: OpenPage, site: None
) -> None:
    page = open_page("/about")
    before = " ".join(f"tag_{number}" for number in range(30))
    box = page.locator("#search")
    box.fill(f"{before} (smile or blue_e) {before}")
    page.evaluate(
        "at => document.getElementById('search').setSelectionRange(at, at)", len(before) + len(" (smile or blu")
    )
    page.keyboard.type("e", delay=15)
    # What stands behind the caret up to the bracket is the same word.
    expect(box).to_have_value(f"{before} (smile or bluee_e) {before}")
    page.keyboard.press("Backspace")
    expect(option(page, "blue eyes")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value(f"{before} (smile or blue_eyes) {before}")
    caret = page.evaluate("document.getElementById('search').selectionStart")
    assert caret == len(before) + len(" (smile or blue_eyes")
    page.keyboard.press("Control+z")
    expect(box).to_have_value(f"{before} (smile or blue_e) {before}")
    page.keyboard.press("Control+Shift+z")
    expect(box).to_have_value(f"{before} (smile or blue_eyes) {before}")


def test_other_keys_stay_the_texts_own(open_page: OpenPage, site: None) -> None:
    page = open_page("/about")
    box = type_into(page, "#search", "smile long")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Home")
    expect(options(page)).to_have_count(0)
    assert page.evaluate("document.getElementById('search').selectionStart") == 0
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box).to_have_value("smile long")
    # With nothing chosen Enter searches for what is written.
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts?tags=smile+long")


def test_a_late_answer_never_replaces_a_newer_one(open_page: OpenPage, site: None) -> None:
    page = open_page("/about")
    held = []
    page.route(re.compile(r"/tags/complete\?q=blu&"), lambda route: held.append(route))
    type_into(page, "#search", "blu")
    page.wait_for_timeout(300)
    assert len(held) == 1
    page.keyboard.type("e_s", delay=15)
    expect(options(page)).to_have_count(1)
    expect(option(page, "blue sky")).to_be_visible()
    body = '{"completions": [{"kind": "value", "name": "late:", "insert": "late"}], "status": ""}'
    with suppress(Error):  # the page may have given this question up already
        held[0].fulfill(body=body, content_type="application/json")
    page.wait_for_timeout(300)
    expect(option(page, "blue sky")).to_be_visible()
    expect(options(page)).to_have_count(1)


def test_what_was_asked_before_is_asked_no_more(open_page: OpenPage, site: None) -> None:
    page = open_page("/about")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tags/complete" in request.url else None)
    type_into(page, "#search", "blu")
    expect(options(page)).to_have_count(2)
    page.wait_for_timeout(500)
    before = len(asked)
    page.keyboard.type("e")
    expect(options(page)).to_have_count(2)
    page.wait_for_timeout(300)
    page.keyboard.press("Backspace")
    expect(options(page)).to_have_count(2)
    page.wait_for_timeout(300)
    assert len(asked) == before + 1


@pytest.mark.parametrize(
    ("path", "selector", "taken"),
    [("/about", "#search", "smile blue_eyes "), ("/create", "#id_prompt", "smile, blue eyes, ")],
)
def test_a_composed_japanese_word_is_completed_when_it_is_there(
    open_page: OpenPage, site: None, path: str, selector: str, taken: str
) -> None:
    page = open_page(path, locale="ja")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tags/complete" in request.url else None)
    box = page.locator(selector)
    box.fill("smile" + (", " if path == "/create" else " "))
    page.wait_for_timeout(300)
    asked.clear()
    session = compose(page, "あおいめ")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert asked == []
    expect(options(page)).to_have_count(0)
    session.send("Input.insertText", {"text": "青い目"})
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_have_text(re.compile(r"青い目\s*→\s*blue eyes"))
    # The Enter that ended a composition comes after its end in Safari, with the code 229: it neither takes nor sends.
    page.keyboard.press("ArrowDown")
    page.evaluate(
        """selector => {
            const about = {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true};
            document.querySelector(selector).dispatchEvent(new KeyboardEvent('keydown', about));
        }""",
        selector,
    )
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box).to_have_value(taken)
    assert page.url.endswith(path)


def test_an_enter_right_after_a_composition_takes_nothing(open_page: OpenPage, site: None) -> None:
    page = open_page("/about")
    box = type_into(page, "#search", "blu")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.evaluate(
        """() => {
            const box = document.getElementById('search');
            box.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}));
            box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
        }"""
    )
    expect(box).to_have_value("blu")


def test_japanese_names_search_for_their_tag(open_page: OpenPage, site: None) -> None:
    page = open_page("/posts?tags=青い目")
    expect(page.locator(".tile")).to_have_count(2)
    page.goto("/posts?tags=青い犬")
    expect(page.locator("main")).to_contain_text("青い犬")
    expect(page.locator("main").get_by_role("link", name="blue_eyes")).to_be_visible()


def test_a_finger_takes_a_line_and_the_keyboard_stays(open_page: OpenPage, site: None) -> None:
    page = open_page("/about", width=390, height=844, has_touch=True, is_mobile=True)
    box = type_into(page, "#search", "long")
    expect(option(page, "long sleeves")).to_be_visible()
    for line in options(page).all():
        shape = line.bounding_box()
        assert shape is not None
        assert shape["height"] >= 44
    # A swipe over the list scrolls it and takes nothing.
    option(page, "long sleeves").dispatch_event("pointerdown", {"pointerType": "touch"})
    expect(box).to_have_value("long")
    option(page, "long sleeves").tap()
    expect(box).to_have_value("long_sleeves ")
    expect(box).to_be_focused()


def test_the_list_ends_above_a_phones_keyboard(open_page: OpenPage, site: None) -> None:
    page = open_page("/about", width=390, height=844, has_touch=True, is_mobile=True)
    type_into(page, "#search", "long")
    expect(options(page).first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 420})
    page.wait_for_timeout(200)
    shape = page.locator(".completion:visible").bounding_box()
    assert shape is not None
    assert shape["y"] + shape["height"] <= 420
    assert shape["x"] >= 0
    assert shape["x"] + shape["width"] <= 390


def test_the_tag_editor_offers_terms_and_no_deprecated_tags(open_page: OpenPage, site: None) -> None:
    page = open_page("/accounts/login/")
    page.fill("[name=login]", "mika")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    expect(page.locator("#user-menu")).to_be_attached()
    post = PostGeneration.objects.latest("post_id").post_id
    page.goto(f"/posts/{post}/edit")
    selector = "textarea[name=tags][data-complete]"
    box = page.locator(selector)
    expect(box).not_to_have_attribute("role", re.compile("."))
    box.fill("")
    type_into(page, selector, "long")
    expect(option(page, "long hair")).to_be_visible()
    expect(option(page, "long deprecated")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(box).to_have_value("long\n")
    box.fill("smile ")
    type_into(page, selector, "-blue_s")
    expect(option(page, "blue sky")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("smile -blue_sky ")
    type_into(page, selector, "rat")
    expect(option(page, "rating:")).to_be_visible()
    page.keyboard.press("Tab")
    expect(option(page, "rating:sensitive")).to_be_visible()


def test_a_tags_own_brackets_are_no_emphasis(open_page: OpenPage, site: None) -> None:
    """What the model doesn't know is said; its tag `saber_(fate)`, weighed, escaped or not, it knows."""
    Checkpoint.objects.update(known_tags=["smile", "saber_(fate)"])
    page = open_page("/create")
    page.locator("#id_prompt").fill(
        r"(smile:1.2), saber_(fate), saber_\(fate\), (saber_(fate):1.1), <lora:x:1>, [moon]"
    )
    expect(page.locator("#prompt-known")).to_have_text(re.compile(": moon$"))


def test_in_a_prompt_the_models_own_tags_come_first_and_weights_stay(open_page: OpenPage, site: None) -> None:
    page = open_page("/create")
    type_into(page, "#id_prompt", "smile, (blue")
    expect(options(page)).to_have_count(2)
    expect(options(page).first).to_contain_text("blue sky")
    expect(options(page).first).to_contain_text("the model knows it")
    box = page.locator("#id_prompt")
    box.fill("smile, (blue_sk:1.2), night")
    page.evaluate("document.getElementById('id_prompt').setSelectionRange(14, 14)")
    page.keyboard.type("k", delay=15)
    page.keyboard.press("Backspace")
    expect(option(page, "blue sky")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("smile, (blue sky:1.2), night")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_list(
    open_page: OpenPage, site: None, width: int, theme: Literal["light", "dark"]
) -> None:
    page = open_page("/posts", width=width, color_scheme=theme, locale="ja" if width == 390 else "en")
    for typed in ("long", "st", "model:", "order:", "青"):
        page.locator("#search").fill("")
        type_into(page, "#search", typed)
        expect(options(page).first).to_be_visible()
        page.keyboard.press("ArrowDown")
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"completion-{width}-{theme}-{typed.strip(':')}.png")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found] == [], typed
