"""The canvas: painted with mouse and fingers, undone, restored, sent; a part repaired in four tries."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from config.embedded.process import Process
from gallery import ingest
from gallery.models import User
from generation.checkpoints import install_bundled
from generation.masks import picture_of as mask_picture
from generation.models import Checkpoint, GenerationRequest, Take
from tests.browser.test_labels import picture_of
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_image, make_take, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.worker,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]
OpenPage = Callable[..., Page]
DRAWN = 90_000


@pytest.fixture
def mira(bundled: Path, server_passwords: None, transactional_db: None) -> User:
    """A member on a site whose model paints parts of pictures."""
    install_bundled()
    Checkpoint.objects.update(abilities=["txt2img", "img2img", "inpaint"])
    return make_user("mira")


@pytest.fixture
def take(mira: User) -> Take:
    return make_take(mira, prompt="1girl, red hair", width=128, height=128)


@pytest.fixture
def canvas(open_page: OpenPage, take: Take) -> Callable[..., Page]:
    """A function that opens the canvas over the take, signed in."""

    def make(query: str = "", **options: Any) -> Page:
        page = open_page("/about", **options)
        sign_in(page, "mira")
        page.goto(f"/canvas?source=take:{take.pk}{query}")
        ready(page)
        return page

    return make


def ready(page: Page) -> None:
    page.locator("edit-canvas.easel--ready").wait_for()
    page.evaluate("document.querySelector('edit-canvas').ready")


def painted(page: Page) -> Image.Image:
    """The mask as it would be sent."""
    content = page.evaluate(
        "async () => [...new Uint8Array(await (await document.querySelector('edit-canvas').mask).arrayBuffer())]"
    )
    return Image.open(io.BytesIO(bytes(content)))


def share(page: Page) -> float:
    """How much of the picture is painted."""
    histogram = painted(page).histogram()
    return histogram[255] / sum(histogram)


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the picture (in parts of its sides) on the screen."""
    box = page.locator("[data-sheet]").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, *points: tuple[float, float]) -> None:
    """With the mouse from point to point of the picture."""
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=4)
    page.mouse.up()


class Fingers:
    """Fingers on points of the picture, as the browser gets them from a screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, *points: tuple[float, float]) -> None:
        places = [dict(zip("xy", place(self.page, *point), strict=True)) for point in points]
        touches = [one | {"id": number} for number, one in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def test_what_is_painted_arrives_and_its_children_stand_below(
    canvas: Callable[..., Page], take: Take, worker: Process
) -> None:
    page = canvas()
    expect(page.locator("#id_prompt")).to_have_value("1girl, red hair")
    drag(page, (0.2, 0.2), (0.45, 0.2), (0.45, 0.4))
    expect(page.locator("[data-said]")).to_contain_text("% painted")
    picture_of(page, "canvas-painted")
    sent = painted(page)
    assert (sent.mode, sent.size) == ("L", (128, 128))
    assert sent.getpixel((38, 25)) == 255
    assert sent.getpixel((100, 100)) == 0
    # A small part is drawn at full size.
    expect(page.locator("[name=only_masked]")).to_be_checked()
    page.fill("#id_prompt", "1girl, blue eyes")
    page.locator(".counts label", has_text="2").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".shot--done")).to_have_count(2, timeout=DRAWN)
    made = GenerationRequest.objects.get(source_take=take)
    assert mask_picture(made.mask).tobytes() == sent.tobytes()
    assert (made.prompt, made.only_masked, made.count) == ("1girl, blue eyes", 32, 2)
    assert [child.mask for child in Take.objects.filter(parent=take)] == [made.mask] * 2
    # It stays painted, and the next one is a request of its own.
    assert painted(page).tobytes() == sent.tobytes()
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(2)


def test_tools_undo_and_keys(canvas: Callable[..., Page]) -> None:
    page = canvas()
    states = [painted(page).tobytes()]
    for number in range(60):
        page.mouse.click(*place(page, 0.08 + 0.09 * (number % 10), 0.08 + 0.14 * (number // 10)))
        states.append(painted(page).tobytes())
    assert len(set(states)) == 61
    for state in reversed(states[:-1]):
        page.keyboard.press("Control+z")
        assert painted(page).tobytes() == state
    expect(page.locator("[data-do=undo]")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    assert painted(page).tobytes() == states[1]
    page.keyboard.press("Control+z")

    page.keyboard.press("r")
    expect(page.locator("button[data-tool=rectangle]")).to_have_attribute("aria-pressed", "true")
    drag(page, (0.25, 0.25), (0.75, 0.75))
    assert abs(share(page) - 0.25) < 0.02
    page.keyboard.press("i")
    assert abs(share(page) - 0.75) < 0.02
    page.keyboard.press("l")
    drag(page, (0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    assert share(page) > 0.99
    page.keyboard.press("e")
    page.keyboard.press("]")
    drag(page, (0.1, 0.5), (0.9, 0.5))
    assert 0.7 < share(page) < 0.99
    page.locator("[data-do=clear]").click()
    assert share(page) == 0
    page.keyboard.press("Control+z")
    assert share(page) > 0.7

    # Zoom and pan change where the picture lies, not what is painted.
    before = painted(page).tobytes()
    wide = page.locator("[data-sheet]").bounding_box()["width"]
    page.mouse.move(*place(page, 0.5, 0.5))
    page.mouse.wheel(0, -400)
    assert page.locator("[data-sheet]").bounding_box()["width"] > wide * 1.2
    page.keyboard.down(" ")
    drag(page, (0.5, 0.5), (0.6, 0.6))
    page.keyboard.up(" ")
    assert painted(page).tobytes() == before
    page.keyboard.press("0")
    assert abs(page.locator("[data-sheet]").bounding_box()["width"] - wide) < 1
    # Never inside inputs.
    page.locator("#id_prompt").press_sequentially("bei[")
    expect(page.locator("#id_prompt")).to_have_value("bei[1girl, red hair")
    expect(page.locator("button[data-tool=eraser]")).to_have_attribute("aria-pressed", "true")
    page.locator("#id_prompt").blur()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("Turn the mask around")


def test_a_reload_brings_it_back_and_a_second_tab_has_its_own(canvas: Callable[..., Page]) -> None:
    page = canvas()
    drag(page, (0.2, 0.2), (0.5, 0.5))
    expect(page.locator("[data-saved]")).to_have_text("Kept in this browser")
    first = painted(page).tobytes()
    page.reload()
    ready(page)
    expect(page.locator("[data-restored]")).to_be_visible()
    assert painted(page).tobytes() == first

    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    expect(other.locator("[data-second-tab]")).to_be_visible()
    assert share(other) == 0
    drag(other, (0.7, 0.7), (0.8, 0.8))
    expect(other.locator("[data-saved]")).to_have_text("Kept in this browser")
    second = painted(other).tobytes()
    other.reload()
    ready(other)
    assert painted(other).tobytes() == second
    page.reload()
    ready(page)
    assert painted(page).tobytes() == first
    other.close()
    page.reload()
    ready(page)
    expect(page.locator("[data-second-tab]")).to_be_hidden()
    assert painted(page).tobytes() == first

    page.locator("[data-undo-restore]").click()
    assert share(page) == 0
    expect(page.locator("[data-restored]")).to_be_hidden()
    page.keyboard.press("Control+z")
    assert painted(page).tobytes() == first


def test_a_lost_connection_and_a_purged_take_leave_what_was_painted(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    drag(page, (0.2, 0.2), (0.5, 0.5))
    before = painted(page).tobytes()
    page.context.set_offline(True)
    page.locator("[data-draw]").click()
    expect(page.locator("[data-unsent]")).to_contain_text("connection is lost")
    page.context.set_offline(False)
    Take.objects.filter(pk=take.pk).update(purged_at="2026-01-01T00:00Z")
    page.locator("[data-draw]").click()
    expect(page.locator("#canvas-form .notice--error").first).to_contain_text("in the bin")
    assert painted(page).tobytes() == before
    Take.objects.filter(pk=take.pk).update(purged_at=None)
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(1)
    expect(page.locator("#canvas-form .notice--error:visible")).to_have_count(0)
    assert mask_picture(GenerationRequest.objects.get(source_take=take).mask).tobytes() == before_pixels(page)


def test_what_changed_after_a_lost_answer_is_drawn_too(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    drag(page, (0.2, 0.2), (0.5, 0.5))

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/canvas", lose, times=1)
    page.locator("[data-draw]").click()
    expect(page.locator("[data-unsent]:visible")).to_contain_text("connection is lost")
    page.locator("[data-draw]").click()  # the same again is the same request
    expect(page.locator(".request")).to_have_count(1)
    assert GenerationRequest.objects.filter(source_take=take).count() == 1
    page.route("**/canvas", lose, times=1)
    page.locator("[data-draw]").click()
    expect(page.locator("[data-unsent]:visible")).to_contain_text("connection is lost")
    page.evaluate("scrollTo(0, 0)")  # the new tiles came into view
    drag(page, (0.8, 0.2), (0.8, 0.8))
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(2)
    newest = GenerationRequest.objects.filter(source_take=take).latest("pk")
    assert mask_picture(newest.mask).tobytes() == painted(page).tobytes()


def test_what_is_typed_while_it_is_sent_stays(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    drag(page, (0.2, 0.2), (0.5, 0.5))
    page.fill("#id_prompt", "")

    def while_it_is_sent(route: Route) -> None:
        answer = route.fetch()
        page.evaluate(
            "document.getElementById('id_prompt').value = 'a hand';"
            "document.querySelectorAll('[name=outpaint]')[2].value = '16';"
            "document.querySelector('[name=count][value=\"3\"]').checked = true"
        )
        route.fulfill(response=answer)

    page.route("**/canvas", while_it_is_sent, times=1)
    page.locator("[data-draw]").click()
    expect(page.locator("#prompt-error")).to_contain_text("prompt is empty")
    expect(page.locator("#id_prompt")).to_have_value("a hand")
    expect(page.locator("[name=outpaint]").nth(2)).to_have_value("16")
    expect(page.locator("[name=count][value='3']")).to_be_checked()


def test_signed_out_elsewhere_is_said_and_what_was_painted_waits(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    drag(page, (0.2, 0.2), (0.5, 0.5))
    expect(page.locator("[data-saved]")).to_have_text("Kept in this browser")
    before = painted(page).tobytes()
    page.context.clear_cookies()
    page.locator("[data-draw]").click()
    expect(page.locator("[data-unsent]")).to_contain_text("signed out")
    assert not GenerationRequest.objects.filter(source_take=take).exists()
    address = page.url
    page.goto("/about")
    sign_in(page, "mira")
    page.goto(address)
    ready(page)
    assert painted(page).tobytes() == before


def test_a_sketch_that_cant_be_packed_is_said(canvas: Callable[..., Page]) -> None:
    page = canvas()
    page.locator("[data-layer=sketch]").click()
    drag(page, (0.3, 0.3), (0.6, 0.3))
    # As where memory is short.
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (then) => then(null); }")
    page.locator("[data-draw]").click()
    expect(page.locator("[data-unsent]")).to_be_visible()
    expect(page.locator("[data-draw]")).not_to_have_attribute("aria-busy", "true")


def test_a_thin_stroke_is_refused_before_it_is_drawn_and_stays(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    page.locator("[data-size]").fill("2")
    drag(page, (0.2, 0.3), (0.7, 0.3))
    before = painted(page).tobytes()
    page.locator("[data-draw]").click()
    expect(page.locator("#mask-error")).to_contain_text("too small for its soft edge of 4 pixels")
    expect(page.locator("#mask-error")).to_be_focused()
    assert painted(page).tobytes() == before
    page.locator("#id_mask_blur").fill("0")
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(1)
    assert mask_picture(GenerationRequest.objects.get(source_take=take).mask).tobytes() == before


def before_pixels(page: Page) -> bytes:
    return painted(page).tobytes()


def test_fingers_paint_pinch_and_never_both(canvas: Callable[..., Page]) -> None:
    page = canvas(width=390, height=844, has_touch=True, is_mobile=True)
    touch = Fingers(page)
    touch("touchStart", (0.3, 0.3))
    touch("touchMove", (0.6, 0.3))
    touch("touchEnd")
    assert share(page) > 0.01
    before = painted(page).tobytes()
    wide = page.locator("[data-sheet]").bounding_box()["width"]
    touch("touchStart", (0.4, 0.6))
    touch("touchMove", (0.42, 0.6))
    touch("touchStart", (0.42, 0.6), (0.6, 0.6))
    touch("touchMove", (0.3, 0.6), (0.8, 0.6))
    touch("touchEnd")
    assert page.locator("[data-sheet]").bounding_box()["width"] > wide * 1.2
    assert painted(page).tobytes() == before  # the stroke of the first finger is taken back
    small = page.evaluate(
        "[...document.querySelectorAll('.easel button, .easel [type=range]')].filter((one) => one.checkVisibility()"
        " && !one.closest('[aria-hidden]') && one.tabIndex >= 0)"
        ".filter((one) => { const {width, height} = one.getBoundingClientRect(); return width < 44 || height < 44; })"
        ".map((one) => one.outerHTML.slice(0, 90))"
    )
    assert small == []


def test_a_pinch_leaves_the_box_that_was_there(canvas: Callable[..., Page]) -> None:
    page = canvas(width=390, height=844, has_touch=True, is_mobile=True)
    touch = Fingers(page)
    page.locator("button[data-tool=box]").click()
    touch("touchStart", (0.25, 0.25))
    touch("touchMove", (0.75, 0.75))
    touch("touchEnd")
    box = [field.input_value() for field in page.locator("[name=box]").all()]
    assert int(box[2]) > 40
    touch("touchStart", (0.4, 0.6))
    touch("touchMove", (0.43, 0.62))
    touch("touchStart", (0.43, 0.62), (0.6, 0.6))
    touch("touchMove", (0.3, 0.6), (0.8, 0.6))
    touch("touchEnd")
    assert [field.input_value() for field in page.locator("[name=box]").all()] == box


class Pen:
    """A pen on the picture; it leaves the screen with `mouseReleased`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, x: float, y: float, force: float = 1.0) -> None:
        left, top = place(self.page, x, y)
        self.session.send("Input.dispatchMouseEvent", {
            "type": kind, "x": left, "y": top, "button": "left", "buttons": 0 if kind == "mouseReleased" else 1,
            "clickCount": 1, "pointerType": "pen", "force": force,
        })  # fmt: skip


def test_a_pen_paints_as_hard_as_it_is_pressed(canvas: Callable[..., Page]) -> None:
    page = canvas()
    pen = Pen(page)
    covered = []
    for height, force in ((0.3, 0.05), (0.7, 1.0)):
        for kind, x in (("mousePressed", 0.2), ("mouseMoved", 0.5), ("mouseMoved", 0.8), ("mouseReleased", 0.8)):
            pen(kind, x, height, force)
        covered.append(share(page))
    assert covered[1] - covered[0] > covered[0] * 2


@pytest.mark.parametrize("first", ["pen", "palm"])
def test_a_palm_beside_the_pen_takes_nothing_back(canvas: Callable[..., Page], first: str) -> None:
    page = canvas(has_touch=True)
    pen, touch = Pen(page), Fingers(page)
    lies = page.locator("[data-sheet]").bounding_box()
    if first == "palm":
        touch("touchStart", (0.6, 0.8))
    pen("mousePressed", 0.2, 0.3)
    pen("mouseMoved", 0.4, 0.3)
    if first == "pen":
        touch("touchStart", (0.6, 0.8))
    pen("mouseMoved", 0.6, 0.3)
    touch("touchMove", (0.65, 0.8))
    pen("mouseMoved", 0.8, 0.3)
    touch("touchEnd")
    pen("mouseReleased", 0.8, 0.3)
    assert page.locator("[data-sheet]").bounding_box() == lies
    mask = painted(page)
    assert [mask.getpixel((round(128 * x), round(128 * 0.3))) for x in (0.3, 0.5, 0.7)] == [255] * 3
    assert mask.crop((0, 64, 128, 128)).getbbox() is None  # the palm painted nothing
    page.keyboard.press("Control+z")
    assert share(page) == 0


def test_a_part_is_repaired_in_four_tries_and_one_is_kept(
    canvas: Callable[..., Page], take: Take, worker: Process
) -> None:
    page = canvas()
    page.keyboard.press("x")
    drag(page, (0.25, 0.25), (0.5, 0.5))
    assert [int(page.locator("[name=box]").nth(number).input_value()) for number in range(4)] == [32, 32, 32, 32]
    expect(page.locator("#id_strength")).to_have_value("0.45")
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--done")).to_have_count(4, timeout=DRAWN)
    made = GenerationRequest.objects.get(source_take=take)
    assert (made.count, made.only_masked) == (4, 16)
    page.get_by_role("button", name="Keep this one").nth(2).click()
    expect(page.get_by_text("Kept", exact=True)).to_be_visible()
    expect(page.locator(".shot--aside")).to_have_count(3)
    picture_of(page, "canvas-kept")
    flags = Take.objects.filter(parent=take).order_by("pk").values_list("flag", flat=True)
    assert sorted(flags) == ["pick", "reject", "reject", "reject"]
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(page.get_by_role("button", name="Keep this one")).to_have_count(4)
    assert set(flags.all()) == {"none"}
    assert Take.objects.get(pk=take.pk).purged_at is None


def test_edges_and_sketches(canvas: Callable[..., Page], take: Take) -> None:
    page = canvas()
    page.keyboard.press("o")
    right = page.locator("[data-side=right]")
    box = right.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    margin = int(page.locator("[name=outpaint]").nth(2).input_value())
    assert margin > 0
    assert margin % 8 == 0
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(1)
    assert GenerationRequest.objects.latest("pk").outpaint == [0, 0, margin, 0]

    page.evaluate("scrollTo(0, 0)")  # the new tiles came into view
    page.locator("[data-layer=sketch]").click()
    page.locator("[data-colour-input]").fill("#00ff00")
    drag(page, (0.3, 0.3), (0.6, 0.3))
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(2)
    sketched = GenerationRequest.objects.latest("pk")
    assert (sketched.source_take, sketched.mask) == (take, None)
    assert ingest.picture_of(sketched.source_asset).getpixel((57, 38)) == (0, 255, 0)


def test_a_picture_of_16_megapixels_on_a_phone(open_page: OpenPage, mira: User) -> None:
    asset = ingest.keep_upload(mira, make_image(4608, 3456))
    page = open_page("/about", width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(page, "mira")
    page.goto(f"/canvas?source=upload:{asset.key}")
    ready(page)
    expect(page.locator("canvas.easel__picture")).to_be_attached()
    assert page.evaluate("[...document.querySelectorAll('canvas')].every((one) => one.width * one.height < 4.1e6)")
    touch = Fingers(page)
    touch("touchStart", (0.3, 0.3))
    touch("touchMove", (0.6, 0.3))
    touch("touchEnd")
    sent = painted(page)
    assert sent.size == (4608, 3456)
    assert sent.getpixel((2000, 1037)) == 255
    page.fill("#id_prompt", "sky")
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(1)
    made = GenerationRequest.objects.get(source_asset=asset)
    assert mask_picture(made.mask).tobytes() == sent.tobytes()


def test_without_scripts_it_is_a_form(open_page: OpenPage, take: Take) -> None:
    page = open_page("/about", java_script_enabled=False)
    sign_in(page, "mira")
    page.goto(f"/canvas?source=take:{take.pk}")
    expect(page.get_by_alt_text("The picture to work on")).to_be_visible()
    out = io.BytesIO()
    Image.new("L", (128, 128), 0).save(out, "PNG")
    page.set_input_files("#id_mask_file", {"name": "m.png", "mimeType": "image/png", "buffer": out.getvalue()})
    page.locator("[data-draw]").click()
    expect(page.locator("#mask-error")).to_contain_text("The mask is empty")
    page.locator("[name=task][value=repair]").check()
    for number, side in enumerate(("16", "16", "40", "48")):
        page.locator("[name=box]").nth(number).fill(side)
    page.locator("[data-draw]").click()
    expect(page.locator(".shot")).to_have_count(4)
    made = GenerationRequest.objects.get(source_take=take)
    assert mask_picture(made.mask).getbbox() == (16, 16, 56, 64)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 360)])
def test_it_is_accessible_and_fits(canvas: Callable[..., Page], theme: str, width: int) -> None:
    page = canvas(width=width, height=844, color_scheme=theme)
    for task in ("paint", "repair", "edges", "whole"):
        page.locator(f"[name=task][value={task}]").check()
        picture_of(page, f"canvas-{theme}-{width}-{task}")
        assert broken_rules(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
