"""Two posts compared, generation data edited and asked for in a real browser: by key, by pointer and without script."""

import os
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from gallery import posts as post_acts
from gallery.models import Post
from gallery.provenance import LoraEntry
from gallery.recipes.asking import ask_for_prompt, grant
from gallery.recipes.editing import edit_recipe
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset, make_image, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOTS = os.environ.get("SCREENSHOTS")
PROMPT = "1girl, red hair, long hair, night sky, city lights, looking at viewer, masterpiece"


@pytest.fixture
def pair(server_passwords: None) -> list[Post]:
    """A parent and its child of another size, by ann, neither drawn here; bob and cleo asked for the child's prompt."""
    ann, bob = make_user("ann"), make_user("bob")
    made: list[Post] = []
    for number, (size, color) in enumerate((((640, 832), (150, 60, 40)), ((832, 640), (40, 90, 150)))):
        recipe = make_recipe(
            prompt=PROMPT if number == 0 else PROMPT.replace("red hair", "blue hair"),
            negative_prompt="lowres, blurry, bad anatomy",
            seed=1234567890 + number,
            cfg=6.5,
            width=size[0],
            height=size[1],
            generator="ComfyUI",
            version="0.3",
            loras=(LoraEntry("add_detail", "ab" * 32, 0.8, 0.8),),
        )
        asset = make_asset(ann, image=make_image(*size, color), recipe=recipe)
        made.append(
            post_acts.publish(
                ann, asset, recipe=recipe, tags=["sky", "night"], rating="g", ai_evidence="metadata",
                raw=f"{recipe.prompt}\nNegative prompt: lowres\nSteps: 20, Sampler: Euler a, Seed: {recipe.seed}",
                rest={"ENSD": 31337, "Schedule rho": "7", "Tool": "a workflow of two samplers"},
                prompt_visibility="on_request" if number else "visible", parent=made[0] if made else None,
            )
        )  # fmt: skip
    edit_recipe(bob, made[0], {"prompt": PROMPT + ", rain", "steps": "28"}, 1, reason="as its source says")
    edit_recipe(ann, made[0], {"sampler": "DPM++ 2M"}, 2, rest=[("ENSD", "31337"), ("Tool", "two samplers")])
    grant(ann, ask_for_prompt(bob, made[1], "For a study of lights at night, please."))
    ask_for_prompt(make_user("cleo"), made[1], "I love these colours!\nMay I see how you did it?")
    return made


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.evaluate("scrollTo(0, 0)")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{theme}.png", full_page=True)


def problems(page: Page) -> list[str]:
    """What axe finds, in both themes, and whether the page is wider than its window."""
    found = []
    page.evaluate("scrollTo(0, 0)")  # or what lies below the header has its colours behind it
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += broken_rules(page)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*found, *(["wider than the window"] if wide else [])]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_slider_follows_keys_and_pointer(open_page: OpenPage, pair: list[Post], width: int) -> None:
    address = f"/posts/compare?a={pair[0].pk}&b={pair[1].pk}"
    page = open_page(address, width=width)
    slider = page.get_by_role("slider", name="How much of A is shown")
    at = "getComputedStyle(document.querySelector('compare-slider')).getPropertyValue('--at')"
    expect(slider).to_have_value("50")
    slider.focus()
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("53")
    assert page.evaluate(at) == "53%"
    assert slider.get_attribute("aria-valuetext") == "A 53 %, B 47 %"
    page.keyboard.press("Home")
    assert page.evaluate(at) == "0%"
    box = page.locator(".compare__stage").bounding_box()
    assert box
    middle = box["y"] + min(box["height"] / 2, 150)
    page.mouse.move(box["x"] + box["width"] * 0.25, middle)
    page.mouse.down()
    assert page.evaluate(at) == "25%"
    page.mouse.move(box["x"] + box["width"] * 0.75, middle)
    page.mouse.up()
    assert page.evaluate(at) == "75%"
    page.mouse.move(box["x"] + box["width"] * 0.1, middle)
    assert page.evaluate(at) == "75%", "only while it is held"
    expect(slider).to_be_focused()
    # Both pictures stand in one measure: that of the larger sides.
    images = page.locator("compare-slider svg")
    boxes = [images.nth(place).get_attribute("viewBox") for place in range(2)]
    assert boxes == ["0 0 832 832"] * 2
    shot(page, "compare-over")
    assert problems(page) == []
    page.get_by_role("button", name="Side by side").click()
    expect(slider).to_be_hidden()
    expect(page.locator(".compare__picture svg")).to_have_count(2)
    shot(page, "compare-beside")
    assert problems(page) == []
    page.get_by_role("link", name="Swap A and B").click()
    expect(page.locator("#compare-a")).to_have_value(str(pair[1].pk))


def test_without_script_both_pictures_stand_side_by_side(open_page: OpenPage, pair: list[Post]) -> None:
    page = open_page(f"/posts/compare?a={pair[0].pk}&b={pair[1].pk}", java_script_enabled=False)
    expect(page.locator(".compare__picture svg")).to_have_count(2)
    left, right = (page.locator(".compare__picture svg").nth(place).bounding_box() for place in range(2))
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_about_generation_data(open_page: OpenPage, pair: list[Post], width: int) -> None:
    parent, child = pair
    page = open_page(f"/posts/{child.pk}", width=width)
    shot(page, "post-visitor")
    assert problems(page) == []
    sign_in(page, "cleo")
    pages = {
        "post": f"/posts/{parent.pk}",
        "post-asked": f"/posts/{child.pk}",
        "edit": f"/posts/{parent.pk}/generation/edit",
        "closed": f"/posts/{child.pk}/generation/edit",
        "history": f"/posts/{parent.pk}/generation/history",
        "compare-hidden": f"/posts/compare?a={parent.pk}&b={child.pk}",
        "compare-none": f"/posts/compare?a={parent.pk}&b=999999",
        "requests-asker": "/prompts/requests",
    }
    for name, address in pages.items():
        page.goto(address)
        if name == "post":
            for summary in page.locator(".recipe summary").all():
                summary.click()
        shot(page, name)
        found = problems(page)
        assert not found, f"{name}: {found}"
    # What is wrong stands beside its field, and what somebody else saved meanwhile beside what was typed.
    page.goto(f"/posts/{parent.pk}/generation/edit")
    page.fill("[name=steps]", "many")
    page.keyboard.press("Enter")
    expect(page.locator("[name=steps]")).to_have_value("many")
    expect(page.locator("[name=steps]")).to_have_attribute("aria-invalid", "true")
    shot(page, "edit-wrong")
    assert problems(page) == []
    edit_recipe(parent.author, parent, {"prompt": PROMPT + ", snow", "vae": "bright"}, 3)
    page.fill("[name=steps]", "31")
    page.fill("[name=prompt]", PROMPT + ", storm")
    page.keyboard.press("Tab")
    page.locator("[name=reason]").press("Enter")
    expect(page.locator("[name=vae]")).to_have_value("bright")
    expect(page.locator("[name=prompt]")).to_have_value(PROMPT + ", storm")
    shot(page, "edit-conflict")
    assert problems(page) == []
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Your menu, cleo").or_(page.get_by_role("button", name="Me", exact=True)).click()
    shot(page, "menu")


@pytest.mark.parametrize("width", [1280, 390])
def test_an_author_answers(open_page: OpenPage, pair: list[Post], width: int) -> None:
    page = open_page("/", width=width, locale="ja" if width == 390 else "en")
    sign_in(page, "ann")
    page.goto("/prompts/requests")
    shot(page, "requests-author")
    assert problems(page) == []
    page.locator("[name=act][value=grant]").first.click()
    expect(page.locator(".badge--ok").nth(1)).to_be_visible()
    page.goto(f"/posts/{pair[1].pk}/edit")
    expect(page.locator("[name=prompt_visibility]")).to_have_count(3)
    shot(page, "post-edit")
