"""The gallery's pages in a real browser: accessible in both themes and languages, at every width, by keys alone."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gallery import moderation
from gallery.models import Post
from tagging.wiki import Written, state_of, write_page
from tests.factories import PASSWORD, make_asset, make_image, make_post, make_recipe, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
SIZES = [(128, 128), (832, 1216), (1216, 832), (1024, 1024), (96, 160), (1600, 700)]


@pytest.fixture
def posts(server_passwords: None) -> list[Post]:
    """Posts of many shapes by two people, one of them removed, one with its prompt hidden."""
    owner = make_user("owner", role="owner", shown_ratings="gs", email="owner@example.org")
    mika = make_user("mika", shown_ratings="gs")
    made = []
    for number in range(14):
        author = (owner, mika)[number % 2]
        asset = make_asset(author, image=make_image(*SIZES[number % len(SIZES)]))
        tags = ["sky", "green_hair", f"tag_{number}"] if number % 3 else ["sky", "night"]
        made.append(
            make_post(
                author,
                asset=asset,
                tags=tags,
                recipe=make_recipe(),
                prompt_visibility="visible" if number % 4 else "hidden",
                title="夕焼けの街" if number % 2 else "",
                commentary="A first try." if number == 5 else "",
            )
        )
    moderation.remove(owner, made[1], "Twice the same.")
    page = write_page(
        mika, "sky", Written("The **sky**, see [[night]] and {{sky -night}}.\n\n| a | b |\n|-|-|\n|1|2|"), seen=""
    )
    write_page(owner, "sky", Written("The whole sky.", ("空",)), seen=state_of(page))
    return made


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    # In the frame of every page for those who are signed in, at every width and in every language.
    expect(page.locator("#user-menu")).to_be_attached()


def addresses(posts: list[Post]) -> dict[str, list[str]]:
    """Every page of the gallery, by who looks at it."""
    return {
        "": [
            "/",
            "/posts",
            "/posts?tags=sky+-night",
            "/posts?tags=(sky",
            "/posts?tags=nosuchtag",
            f"/posts/{posts[5].pk}?q=sky",
            f"/posts/{posts[4].pk}",
            "/users/mika",
            "/about",
            "/privacy",
            "/help/search",
            "/tags",
            "/tags/sky",
            "/tags/nosuchtag",
            "/wiki",
            "/wiki/sky",
            "/wiki/nothing_yet",
            "/wiki/_history?title=sky",
            "/posts?tags=gr*+order:score",
            "/nowhere",
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/password/reset/",
            "/welcome/whatever",
        ],
        "owner": [
            f"/posts/{posts[2].pk}",
            f"/posts/{posts[1].pk}",
            f"/posts/{posts[2].pk}/edit",
            f"/posts/{posts[2].pk}/withdraw",
            "/posts?tags=sky&select=1",
            "/tags/sky",
            "/wiki/sky",
            "/wiki/_edit",
            "/wiki/_edit?title=sky",
            "/wiki/_history?title=sky",
            "/users/mika",
            "/settings",
            "/moderation/log",
            "/settings/account",
            "/settings/sessions",
            "/settings/copy",
            "/settings/account/delete",
            "/accounts/2fa/",
            "/accounts/email/",
            "/accounts/password/change/",
            "/accounts/logout/",
        ],
    }


def broken_rules(page: Page) -> list[str]:
    """What axe finds, each with the elements it is about."""
    results = Axe().run(page)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", "owner"], ids=["visitor", "owner"])
@pytest.mark.parametrize(
    ("locale", "themes"),
    # Contrast does not depend on the language: one theme is enough for the second one.
    [("en", ["light", "dark"]), ("ja", ["dark"])],
    ids=["en", "ja"],
)
def test_axe_finds_nothing_on_any_page(
    open_page: OpenPage, posts: list[Post], name: str, locale: str, themes: list[Literal["light", "dark"]]
) -> None:
    found = {}
    page = open_page("/", locale=locale)
    if name:
        sign_in(page, name)
    for path in addresses(posts)[name]:
        page.goto(path)
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            problems = broken_rules(page)
            if problems:
                found[f"{path}, {theme}"] = problems
    assert found == {}


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_no_page_scrolls_sideways(open_page: OpenPage, posts: list[Post], width: int) -> None:
    wide = []
    for name, paths in addresses(posts).items():
        page = open_page("/", width=width)
        if name:
            sign_in(page, name)
        for path in paths:
            page.goto(path)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(path)
    assert wide == []


def test_what_a_finger_has_to_hit_is_44_pixels_high(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/posts", width=390, height=844, has_touch=True, is_mobile=True)
    targets = ".button, .chip, .nav-link, .bottom-bar > *, .segmented > *, .tile__link"
    small = f"""() => [...document.querySelectorAll('{targets}')]
        .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 43.5)
        .map((element) => element.outerHTML.slice(0, 100))"""
    assert page.evaluate(small) == []
    page.goto(f"/posts/{posts[5].pk}")
    assert page.evaluate(small) == []
    expect(page.locator(".bottom-bar")).to_be_visible()


def test_rows_are_justified_without_cropping(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/posts", width=1280)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.tile__link')].map((link) => {
            const box = link.getBoundingClientRect(), image = link.querySelector('img');
            return {top: box.top, height: box.height, right: box.right, width: box.width,
                    ratio: image.getAttribute('width') / image.getAttribute('height')};
        })"""
    )
    rows: dict[int, list[dict[str, float]]] = {}
    for box in boxes:
        rows.setdefault(round(box["top"]), []).append(box)
    assert len(rows) > 1
    for row in rows.values():
        assert max(box["height"] for box in row) - min(box["height"] for box in row) < 2
    for box in boxes:
        assert box["width"] / box["height"] == pytest.approx(box["ratio"], rel=0.02)


def test_a_small_picture_is_shown_large_on_its_page(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[0].pk}")
    box = page.locator(".picture__image").bounding_box()
    assert box is not None
    assert box["width"] >= 3 * 128
    assert box["height"] == pytest.approx(box["width"], rel=0.01)


def test_search_by_keys_with_completion(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    box = page.locator("#search")
    expect(box).to_be_focused()
    page.keyboard.type("-gre", delay=20)
    option = page.get_by_role("option", name="green hair")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(box).to_have_value("-green_hair ")
    page.keyboard.type("ni", delay=20)
    expect(page.get_by_role("option", name="night")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("-green_hair night ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts?tags=*")
    expect(page.locator(".tile")).not_to_have_count(0)


def test_enter_during_composition_never_submits(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/about", locale="ja")
    page.locator("#search").focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "そら", "selectionStart": 2, "selectionEnd": 2})
    prevented = page.evaluate(
        """() => {
            const about = {key: 'Enter', isComposing: true, bubbles: true, cancelable: true};
            const event = new KeyboardEvent('keydown', about);
            document.getElementById('search').dispatchEvent(event);
            return event.defaultPrevented;
        }"""
    )
    assert prevented
    session.send("Input.insertText", {"text": "空"})
    expect(page.locator("#search")).to_have_value("空")
    assert page.url.endswith("/about")


def test_keys_stay_out_of_boxes_and_can_be_turned_off(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[5].pk}?q=sky")
    page.locator("#search").focus()
    page.keyboard.type("add")
    assert f"/posts/{posts[5].pk}" in page.url
    page.locator("#search").blur()
    page.keyboard.press("?")
    dialog = page.locator("#keys-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("d")
    page.wait_for_timeout(300)
    assert f"/posts/{posts[5].pk}" in page.url
    page.keyboard.press("?")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("d")
    page.wait_for_url(f"**/posts/{posts[4].pk}?q=sky")


CLOSE_AND_PRESS = """() => {
  const dialog = document.getElementById("keys-dialog");
  dialog.showModal();
  dialog.querySelector("input").focus();
  dialog.close();
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "d", bubbles: true }));
}"""


def test_a_key_right_after_closing_the_dialog_counts(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[5].pk}?q=sky")
    page.evaluate(CLOSE_AND_PRESS)  # in one frame: the hidden box still has the focus
    page.wait_for_url(f"**/posts/{posts[4].pk}?q=sky")


def test_the_lightbox_walks_through_the_search(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[5].pk}?q=sky")
    page.locator("[data-lightbox]").click()
    box = page.locator("#lightbox")
    expect(box).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/posts/{posts[4].pk}?q=sky")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/posts/{posts[5].pk}?q=sky")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/posts/{posts[4].pk}?q=sky")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator("#recipe")).to_be_visible()
    expect(page.get_by_text("The author keeps the prompt private.")).to_be_visible()


def test_the_prompt_is_copied_whole(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page(f"/posts/{posts[5].pk}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy all").click()
    expect(page.locator("#toasts")).to_have_text("All of it is copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("1girl, red hair\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a")


def test_pages_work_without_scripts(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/", java_script_enabled=False)
    page.fill("#search", "sky night")
    page.press("#search", "Enter")
    page.wait_for_url("**/posts?tags=sky+night")
    page.locator(".tile__link").first.click()
    expect(page.locator(".picture__image")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_posts_are_picked_and_changed_by_keys_alone(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/")
    sign_in(page, "owner")
    page.goto("/posts?tags=sky")
    page.get_by_role("link", name="Select").press("Enter")
    page.wait_for_url("**select=1")
    boxes = page.locator("[name=ids]")
    boxes.first.focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Space")
    expect(page.locator("[data-pick-count]")).to_have_text("4 selected")
    assert [boxes.nth(place).is_checked() for place in range(5)] == [True, True, True, True, False]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator("[data-pick-count]")).to_have_text("3 selected")
    page.locator("#tag-script").focus()
    page.keyboard.type("picked_tag -sky")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/tag-script")
    expect(page.get_by_role("status").filter(has_text="3 posts are changed.")).to_be_visible()
    expect(page.locator("[name=ids]:checked")).to_have_count(3)
    page.get_by_role("link", name="Back to the search").press("Enter")
    page.wait_for_url("**select=1")
    page.get_by_role("button", name="picked_tag -sky").press("Enter")
    expect(page.locator("#tag-script")).to_have_value("picked_tag -sky")


def test_posts_are_picked_by_touch_and_without_scripts(open_page: OpenPage, posts: list[Post]) -> None:
    phone = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
    page = open_page("/", java_script_enabled=False, **phone)
    sign_in(page, "owner")
    page.goto("/posts?tags=sky&select=1")
    page.locator(".tile__pick").first.tap()
    assert page.locator("[name=ids]").first.is_checked()
    page.fill("#tag-script", "touched")
    page.get_by_role("button", name="Apply").tap()
    page.wait_for_url("**/posts/tag-script")
    expect(page.locator(".outcome")).to_have_count(1)


def test_the_r_key_opens_a_random_post_of_the_search(open_page: OpenPage, posts: list[Post]) -> None:
    page = open_page("/posts?tags=green_hair")
    page.keyboard.press("r")
    page.wait_for_url("**/posts/*?q=green_hair")
    expect(page.locator(".picture__image")).to_be_visible()
