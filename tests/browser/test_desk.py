"""The desk in a real browser: by key, by press, without any script, on a phone, in both themes."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban
from generation.models import Take
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset, make_image, make_recipe, make_take_row, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS")
LONG = "夕焼けの海辺に立つ白いワンピースの少女、長い黒髪が風になびく、遠くに灯台、水彩画のような柔らかい色合い、" * 4


@pytest.fixture
def takes(server_passwords: None) -> list[Take]:
    """Eight takes of mika: a stack of three, one over another, one with a Japanese prompt; and one of somebody else."""
    mika, ann = make_user("mika"), make_user("ann")
    made = []
    for number in range(8):
        prompt = LONG if number == 4 else f"1girl, red hair, number {number}"
        image = make_image(*[(512, 768), (768, 512), (512, 512)][number % 3])
        asset = make_asset(mika, image=image, recipe=make_recipe(prompt=prompt))
        made.append(
            make_take_row(
                mika,
                prompt,
                asset=asset,
                stack="s" if number < 3 else "",
                parent=made[3] if number in (5, 6) else None,
                recipe={"seed": number},
            )
        )
    make_take_row(ann, "secret")
    return made


@pytest.fixture
def desk(open_page: OpenPage, takes: list[Take]) -> Callable[..., Page]:
    def open_desk(path: str = "/takes", **options: Any) -> Page:
        page = open_page("/about", **options)
        sign_in(page, "mika")
        page.goto(path)
        return page

    return open_desk


def shot(page: Page, name: str) -> None:
    if SHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png", full_page=True)


def problems(page: Page) -> list[str]:
    """What axe finds in both themes, and whether the page is wider than the window."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found += broken_rules(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


def tile(page: Page, take: Take) -> Any:
    return page.locator(f"#take-{take.pk}")


def test_takes_are_marked_by_key_and_taken_back(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    expect(page.locator(".desk-tile")).to_have_count(6)
    page.keyboard.press("j")
    expect(tile(page, takes[7]).locator(".desk-tile__open")).to_be_focused()
    page.keyboard.press("p")
    expect(tile(page, takes[7])).to_have_attribute("data-flag", "pick")
    expect(tile(page, takes[7]).get_by_text("Picked")).to_be_visible()
    # What the page says of all takes is not older than its marks.
    expect(page.locator(".desk__chips").get_by_role("link", name="Picked")).to_contain_text("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(tile(page, takes[6])).to_have_attribute("data-flag", "reject")
    page.keyboard.press("4")
    expect(tile(page, takes[6]).locator("[data-stars-said]")).to_have_text("★★★★")
    page.keyboard.press("0")
    expect(tile(page, takes[6]).locator("[data-stars-said]")).to_have_text("")
    page.keyboard.press("u")
    expect(tile(page, takes[6])).to_have_attribute("data-flag", "none")
    page.keyboard.press("z")
    expect(tile(page, takes[6])).to_have_attribute("data-flag", "reject")
    expect(page.locator(".toast")).to_contain_text("as it was")
    page.keyboard.press("x")
    expect(page.locator(".toast")).to_contain_text("Nothing was changed")
    assert Take.objects.get(pk=takes[7].pk).flag == "pick"

    # Two at once, chosen by key; undone by the button in the toast.
    page.keyboard.press("v")
    page.keyboard.press("j")
    page.keyboard.press("v")
    expect(page.locator("[data-chosen]")).to_have_text("2 chosen")
    page.keyboard.press("p")
    for take in (takes[6], takes[5]):
        expect(tile(page, take)).to_have_attribute("data-flag", "pick")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(tile(page, takes[5])).to_have_attribute("data-flag", "none")

    # Never in a box, and not where keys are turned off.
    page.keyboard.press("/")
    expect(page.locator("#desk-search")).to_be_focused()
    page.keyboard.type("px")
    expect(page.locator("#desk-search")).to_have_value("px")
    page.evaluate("localStorage.setItem('irodori-keys-off', '1')")
    tile(page, takes[4]).locator(".desk-tile__open").focus()
    page.keyboard.press("p")
    page.wait_for_timeout(300)
    assert Take.objects.get(pk=takes[4].pk).flag == "none"


def test_stacks_open_and_close_in_their_place(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    stack = tile(page, takes[2]).locator("[data-stack]")
    expect(stack).to_have_text("3")
    stack.click()
    expect(page.locator(".desk-tile--inside")).to_have_count(2)
    expect(stack).to_have_attribute("aria-expanded", "true")
    assert problems(page) == []
    stack.click()
    expect(page.locator(".desk-tile--inside")).to_have_count(0)
    page.get_by_role("link", name="Unfold stacks").click()
    expect(page.locator(".desk-tile")).to_have_count(8)


def test_what_is_to_be_fixed_waits_in_its_list(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator("#desk-more")).to_be_visible()
    page.locator("#desk-more").get_by_label("Hand").check()
    page.locator("#desk-more").get_by_label("Eyes").check()
    page.get_by_role("button", name="Note them").click()
    expect(tile(page, takes[7]).locator("[data-fixes]")).to_have_text("Hand, Eyes")
    page.get_by_role("link", name="Finish later").click()
    expect(page.locator(".desk-tile")).to_have_count(1)
    expect(page.locator("#desk-search")).to_have_value("fix:any")
    page.fill("#desk-search", "(fix:any")
    page.press("#desk-search", "Enter")
    expect(page.locator("#desk-problem")).to_contain_text("never closed")
    expect(page.locator("#desk-search")).to_have_value("(fix:any")
    assert problems(page) == []


def test_the_film_strip_follows_the_keys(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk("/takes?view=strip")
    expect(page.locator("#stage")).to_have_attribute("data-stage", str(takes[7].pk))
    shot(page, "strip")
    assert problems(page) == []
    page.keyboard.press("ArrowRight")
    expect(page.locator("#stage")).to_have_attribute("data-stage", str(takes[6].pk))
    page.keyboard.press("p")
    expect(page.locator("#stage")).to_have_attribute("data-flag", "pick")
    expect(page.locator("#stage").get_by_text("Picked")).to_be_visible()
    page.keyboard.press("g")
    expect(page.locator("#stage")).to_have_count(0)


def test_two_takes_are_compared_zoomed_together(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(".toast")).to_contain_text(f"Take {takes[7].pk} is A")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_url(f"**/takes/compare?a={takes[7].pk}&b={takes[6].pk}")
    pair = page.locator("take-pair")
    expect(pair).to_have_attribute("data-scale", "100")
    shot(page, "compare")
    assert problems(page) == []
    view = page.locator(".pair__view").first
    view.hover()
    page.mouse.wheel(0, -400)
    expect(pair).not_to_have_attribute("data-scale", "100")
    transforms = page.evaluate("[...document.querySelectorAll('.pair__image')].map((image) => image.style.transform)")
    assert transforms[0] == transforms[1] != ""
    view.focus()
    page.keyboard.press("0")
    expect(pair).to_have_attribute("data-scale", "100")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    moved = page.evaluate("[...document.querySelectorAll('.pair__image')].map((image) => image.style.transform)")
    assert moved[0] == moved[1] != transforms[0]
    page.get_by_role("button", name="Slider").click()
    page.locator(".pair__range").fill("20")
    assert (
        page.locator(".pair__layer").evaluate("(layer) => getComputedStyle(layer).clipPath") == "inset(0px 0px 0px 20%)"
    )
    shot(page, "compare-slider")
    page.get_by_role("button", name="Over each other").click()
    expect(page.locator(".pair__layer")).to_be_hidden()
    page.get_by_role("button", name="Show B").click()
    expect(page.locator(".pair__layer")).to_be_visible()
    assert problems(page) == []
    expect(page.locator(".words__gone").first).to_be_visible()
    seeds = page.locator(".changes > div", has=page.get_by_text("Seed", exact=True))
    expect(seeds.locator("del")).to_have_text(str(takes[7].recipe["seed"]))
    expect(seeds.locator("ins")).to_have_text(str(takes[6].recipe["seed"]))


@pytest.mark.parametrize("width", [1280, 390])
def test_without_scripts_everything_is_a_link_or_a_form(
    desk: Callable[..., Page], takes: list[Take], width: int
) -> None:
    page = desk(width=width, java_script_enabled=False)
    tile(page, takes[7]).get_by_role("button", name="Pick take").click()
    expect(page.get_by_text("1 take is picked.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert Take.objects.get(pk=takes[7].pk).flag == "none"
    for take in takes[6:]:
        tile(page, take).get_by_role("checkbox").check()
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("2 takes are rejected.")).to_be_visible()
    tile(page, takes[2]).locator("[data-stack]").click()
    expect(page.locator(".desk-tile--inside")).to_have_count(2)
    page.get_by_role("link", name="Film-strip").click()
    tile(page, takes[4]).locator(".desk-tile__open").click()
    expect(page.locator("#stage")).to_have_attribute("data-stage", str(takes[4].pk))
    page.goto(f"/takes/compare?a={takes[6].pk}&b={takes[7].pk}")
    expect(page.locator(".pair__image")).to_have_count(2)
    boxes = [page.locator(".pair__image").nth(number).bounding_box() for number in (0, 1)]
    first, second = (box for box in boxes if box)
    assert first["x"] + first["width"] <= second["x"]


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_the_desk_is_accessible_and_fits(
    desk: Callable[..., Page], takes: list[Take], width: int
) -> None:
    now = timezone.now()
    Take.objects.filter(pk=takes[3].pk).update(archived_at=now)
    Take.objects.filter(pk=takes[5].pk).update(flag="reject", flagged_at=now, stars=2, to_fix=["hand", "background"])
    Take.objects.filter(pk=takes[7].pk).update(purged_at=now)
    page = desk(width=width)
    found = {}
    for name, address in {
        "desk": "/takes",
        "bin": "/takes?q=status:binned",
        "empty-later": "/takes?q=fix:text",
        "take": f"/takes/{takes[5].pk}",
        "take-archived": f"/takes/{takes[3].pk}",
        "take-binned": f"/takes/{takes[7].pk}",
        "lineage": f"/takes/{takes[6].pk}/lineage",
        "storage": "/takes/storage",
        "compare-empty": "/takes/compare",
    }.items():
        page.goto(address)
        shot(page, name)
        if wrong := problems(page):
            found[name] = wrong
    page.goto("/takes")
    page.locator("[data-desk-more]").click()
    shot(page, "desk-more")
    if wrong := problems(page):
        found["more"] = wrong
    assert found == {}
    if width < 400:
        for selector in (".desk-tile__act", ".desk-tile__tick", ".desk-bar button:visible"):
            box = page.locator(selector).first.bounding_box()
            assert box
            assert box["width"] >= 43
            assert box["height"] >= 39


def test_the_empty_desk_says_what_to_do(open_page: OpenPage, server_passwords: None) -> None:
    make_user("mika")
    page = open_page("/about")
    sign_in(page, "mika")
    page.goto("/takes")
    expect(page.get_by_text("No takes yet")).to_be_visible()
    shot(page, "empty")
    assert problems(page) == []


def at(page: Page) -> str | None:
    """The number of the take that one is at."""
    return page.evaluate("document.querySelector('.desk-tile[data-current]')?.dataset.take ?? null")


def put_into_the_bin(page: Page) -> None:
    page.locator("[data-desk-more]").click()
    page.locator("#desk-more").get_by_role("button", name="Put into the bin").click()


def test_what_went_to_the_bin_is_passed_over_and_no_longer_chosen(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("v")
    put_into_the_bin(page)
    for take in (takes[7], takes[6]):
        expect(tile(page, take)).to_be_hidden()
    expect(page.locator("[data-chosen]")).to_have_text("None chosen")
    assert at(page) == str(takes[5].pk)
    page.keyboard.press("p")
    expect(tile(page, takes[5])).to_have_attribute("data-flag", "pick")
    page.keyboard.press("j")
    assert at(page) == str(takes[4].pk)
    put_into_the_bin(page)
    expect(tile(page, takes[4])).to_be_hidden()
    assert at(page) == str(takes[3].pk)
    page.keyboard.press("k")
    expect(tile(page, takes[5]).locator(".desk-tile__open")).to_be_focused()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(tile(page, takes[4])).to_be_visible()
    expect(tile(page, takes[5]).locator(".desk-tile__open")).to_be_focused()


def test_the_focus_goes_on_when_its_tile_goes_out_of_the_bin(desk: Callable[..., Page], takes: list[Take]) -> None:
    Take.objects.filter(pk__in=[take.pk for take in takes[5:]]).update(purged_at=timezone.now())
    page = desk("/takes?q=status:binned")
    for take, following in ((takes[7], takes[6]), (takes[5], takes[6])):
        tile(page, take).get_by_role("button", name="Take out").press("Enter")
        expect(tile(page, take)).to_be_hidden()
        expect(tile(page, following).locator(".desk-tile__open")).to_be_focused()
    tile(page, takes[6]).get_by_role("button", name="Take out").press("Enter")
    expect(tile(page, takes[6])).to_be_hidden()
    expect(page.locator("#desk-search")).to_be_focused()


def test_of_two_keys_the_last_one_counts_however_slow_the_line_is(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    held: list[Any] = []
    page.route("**/takes/mark", lambda route: held.append(route) if not held else route.continue_())
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("j")
    with page.expect_request("**/takes/mark"):
        page.keyboard.press("p")
    page.keyboard.press("x")
    page.evaluate("fetch('/health').then((answer) => answer.text())")
    assert len(sent) == 1
    held[0].continue_()
    expect(tile(page, takes[7])).to_have_attribute("data-flag", "reject")
    page.keyboard.press("z")
    expect(tile(page, takes[7])).to_have_attribute("data-flag", "pick")
    assert Take.objects.get(pk=takes[7].pk).flag == "pick"


def test_who_may_not_mark_is_told_why_in_a_sentence(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    until = timezone.now() + timedelta(days=3)
    ban(make_user("olga", role="owner"), takes[0].owner, until=until, rule=SiteRule.SPAM, reason="A flood.")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".toast")).to_contain_text("A flood.")
    expect(tile(page, takes[7])).to_have_attribute("data-flag", "none")


def test_a_stack_opens_once_however_often_one_presses(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk()
    held: list[Any] = []
    page.route("**part=stack**", lambda route: held.append(route))
    stack = tile(page, takes[2]).locator("[data-stack]")
    with page.expect_request("**part=stack**"):
        stack.click()
    stack.click()
    page.evaluate("fetch('/health').then((answer) => answer.text())")
    for route in held:
        route.continue_()
    expect(stack).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".desk-tile--inside")).to_have_count(2)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_button_that_is_pressed_can_be_let_out_again(
    desk: Callable[..., Page], takes: list[Take], scripts: bool
) -> None:
    page = desk(java_script_enabled=scripts)
    for pressed in ("true", "false"):
        pick = tile(page, takes[7]).get_by_role("button", name="Pick take")
        pick.click()
        expect(pick).to_have_attribute("aria-pressed", pressed)
    assert Take.objects.get(pk=takes[7].pk).flag == "none"


def test_a_finger_on_a_compared_picture_still_scrolls_the_page(desk: Callable[..., Page], takes: list[Take]) -> None:
    page = desk(f"/takes/compare?a={takes[7].pk}&b={takes[6].pk}", width=390)
    view = page.locator(".pair__view").first
    expect(view).to_have_css("touch-action", "pan-y")
    page.get_by_role("button", name="Larger").click()
    expect(view).to_have_css("touch-action", "none")


def test_the_search_box_completes_its_own_terms_and_ones_own_words(
    desk: Callable[..., Page], takes: list[Take]
) -> None:
    page = desk()
    box = page.locator("#desk-search")
    options = page.locator(".completion:visible [role=option]")
    box.focus()
    page.keyboard.type("-re")
    expect(options).to_have_text(["red_hair"])
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert problems(page) == []
    page.keyboard.press("Enter")
    expect(box).to_have_value("-red_hair ")
    page.keyboard.type("sta")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box).to_have_value("-red_hair status:")
    expect(options).to_have_text(["status:active", "status:archived", "status:binned", "status:any"])
    shot(page, "completion")
    page.keyboard.type("any")
    page.keyboard.press("Enter")
    page.wait_for_url("**/takes?q=-red_hair+status%3Aany")
    expect(page.locator(".desk-tile")).to_have_count(1)


def test_very_many_takes_stand_on_several_pages_and_chosen_ones_stay_in_sight(
    open_page: OpenPage, server_passwords: None
) -> None:
    mika = make_user("mika")
    for _number in range(365):
        make_take_row(mika)
    page = open_page("/about")
    sign_in(page, "mika")
    for chosen in (False, True):
        page.goto("/takes?all=1")
        expect(page.locator("desk-board:defined")).to_be_visible()
        if chosen:
            page.locator("[name=ids]").first.check()
        # Six pieces by themselves.
        for pieces in range(2, 7):
            page.locator(".desk-tile").last.scroll_into_view_if_needed()
            expect(page.locator(".desk-tile")).to_have_count(60 * pieces)
        page.locator("[data-more] a").click()
        if chosen:
            expect(page.locator(".desk-tile")).to_have_count(365)
            expect(page.locator("[data-chosen]")).to_have_text("1 chosen")
        else:
            page.wait_for_url("**/takes?*page=*")
            expect(page.locator(".desk-tile")).to_have_count(5)
            page.get_by_role("link", name="Newest").click()
            expect(page.locator(".desk-tile").first).to_be_visible()
