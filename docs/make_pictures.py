"""Take the README's pictures of a real, freshly started site: `python -m docs.make_pictures` (needs Chromium).

Starts a throw-away site, waits for its starter posts, draws four pictures as the owner, marks them, paints on one,
compares settings, verifies a download, uploads a picture as another program would have written it, sets a filter,
reports posts, and photographs the pages at 1280 and 390 px in both themes into docs/pictures/.
"""

import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, PngImagePlugin
from playwright.sync_api import Browser, Page, sync_playwright

from tests.config.running_site import RunningSite

FOLDER = Path(__file__).resolve().parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1280, 860), "phone": (390, 844)}
PROMPT = "1girl, red hair, long hair, smile, blue background"
ELSEWHERE = (
    "1girl, blonde hair, single braid, closed eyes, green background, mushroom\nNegative prompt: lowres\n"
    "Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 77, Size: 512x512, Model: dreamy, Version: v1.10.1"
)
VERIFIED, UPLOADED = 24, 12
MARKS = (("pick", 5), ("reject", 0), ("pick", 4), ("none", 3))
HIDDEN, BLURRED = "green_background", "glasses"
REPORTED = {
    22: ("rights", "I drew this and posted it on my own page two years ago. Nobody asked me."),
    19: ("spam", "The same picture with another link below it every day."),
    15: ("consent", "This is meant to be somebody from my class."),
    11: ("hate", "The commentary calls people names."),
}


def wait_for_posts(page: Page, site: RunningSite, wanted: int) -> None:
    """Reload the gallery until it shows `wanted` posts; gives up after ten minutes."""
    for _ in range(300):
        page.goto(f"{site.url}posts")
        if page.locator("a[href*='/posts/']:has(img)").count() >= wanted:
            return
        time.sleep(2)
    raise SystemExit("The starter gallery did not appear within ten minutes.")


def signed_in(browser: Browser, site: RunningSite) -> dict[str, object]:
    """Cookies of the owner, who uses the one-time link once for all windows."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.owner_link)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/welcome/" not in url)
    state = context.storage_state()
    context.close()
    return dict(state)


def draw_four(browser: Browser, site: RunningSite, state: dict[str, object]) -> None:
    """One request of four pictures, waited for."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}create")
    page.locator("textarea[name=prompt]").fill(PROMPT)
    page.locator("textarea[name=prompt]").press("Control+Enter")
    page.locator("a[href*='/takes/']:has(img)").nth(3).wait_for(timeout=180_000)
    context.close()


def mark_takes(browser: Browser, site: RunningSite, state: dict[str, object]) -> list[int]:
    """Stars and flags on the four takes, as somebody sorting them would set them; their numbers."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}takes?all=1")
    links = page.locator("main a[href^='/takes/']:has(img)").all()
    numbers = sorted({int((link.get_attribute("href") or "").rsplit("/", 1)[1]) for link in links})
    for number, (flag, stars) in zip(numbers, MARKS, strict=False):
        page.goto(f"{site.url}takes/{number}")
        page.locator(f"[name=flag][value={flag}]").check(force=True)
        page.locator(f"[name=stars][value='{stars}']").check(force=True)
        page.get_by_role("button", name="Keep the notes").click()
        page.wait_for_load_state("networkidle")
    context.close()
    return numbers


def compare_settings(browser: Browser, site: RunningSite, state: dict[str, object]) -> str:
    """A table of guidance and seeds, waited for; its path."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}lab")
    page.locator("textarea[name=prompt]").fill(PROMPT)
    for axis, kind, values in (("x", "Guidance", "1, 3, 5, 8"), ("y", "Seed", "11, 12, 13")):
        page.locator(f"select[name={axis}]").select_option(label=kind)
        page.locator(f"textarea[name={axis}_values]").fill(values)
    page.get_by_role("button", name="Draw the comparison").click()
    page.get_by_role("button", name="Make one sheet of it").wait_for(timeout=300_000)
    path = page.url.removeprefix(site.url)
    context.close()
    return path


def paint(page: Page) -> None:
    """A mask over the eyes, by the mouse."""
    page.wait_for_timeout(1500)
    box = page.locator("main canvas").first.bounding_box()
    if box is None:
        raise SystemExit("The canvas shows no picture.")
    # The picture stands in the middle of what may be less high than wide.
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    page.mouse.move(left + side * 0.3, top + side * 0.5)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(left + side * (0.3 + step * 0.01), top + side * (0.47 if step % 2 else 0.56))
    page.mouse.up()
    page.fill("#id_prompt", "1girl, red hair, closed eyes, smile")


def original(browser: Browser, site: RunningSite, number: int) -> bytes:
    """The signed PNG of a post, as its download menu hands it out."""
    page = browser.new_page()
    page.goto(f"{site.url}posts/{number}")
    address = page.locator("a[href*='original.png']").first.get_attribute("href") or ""
    answer = page.request.get(f"{site.url.rstrip('/')}{address}")
    if not answer.ok:
        raise SystemExit(f"Post {number} has no PNG: {answer.status}")
    content = answer.body()
    page.close()
    return content


def as_from_elsewhere(content: bytes) -> bytes:
    """The picture, cropped and enlarged, with the text that AUTOMATIC1111 writes in place of ours."""
    with Image.open(BytesIO(content)) as picture:
        inner = picture.convert("RGB").crop((2, 2, picture.width - 2, picture.height - 2)).resize((512, 512))
    info, file = PngImagePlugin.PngInfo(), BytesIO()
    info.add_text("parameters", ELSEWHERE)
    inner.save(file, "PNG", pnginfo=info)
    return file.getvalue()


def verify(content: bytes) -> Callable[[Page], None]:
    """What is done on the verify page before it is photographed."""

    def act(page: Page) -> None:
        page.set_input_files("#id_file", {"name": "download.png", "mimeType": "image/png", "buffer": content})
        page.locator("[data-check]").click()
        page.locator("#verify-answer h2").first.wait_for()
        page.locator("[data-busy]").wait_for(state="hidden")
        page.evaluate("document.activeElement.blur()")

    return act


def upload(browser: Browser, site: RunningSite, state: dict[str, object], content: bytes) -> str:
    """Send a file as the owner; the path of its draft."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}upload")
    page.set_input_files("#id_files", {"name": "00012-77.png", "mimeType": "image/png", "buffer": content})
    page.locator("[data-draft] a.button--primary").click()
    page.wait_for_load_state("networkidle")
    path = page.url.removeprefix(site.url)
    context.close()
    return path


def filtering(browser: Browser, site: RunningSite) -> dict[str, object]:
    """Cookies of a visitor who hides one tag and blurs another."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}filters")
    page.fill("[name=hide]", HIDDEN)
    page.fill("[name=blur]", BLURRED)
    page.get_by_role("main").get_by_role("button", name="Save").click()
    page.wait_for_load_state("networkidle")
    state = context.storage_state()
    context.close()
    return dict(state)


def report_posts(browser: Browser, site: RunningSite) -> None:
    """What visitors have against some posts; moderators find it in their queue."""
    for number, (rule, text) in REPORTED.items():
        page = browser.new_page()
        page.goto(f"{site.url}posts/{number}/report")
        page.locator(f"[name=rule][value={rule}]").check()
        page.get_by_label("What is wrong").fill(text)
        page.get_by_role("button", name="Send the report").click()
        page.wait_for_url("**/reports/*")
        page.close()


def photograph(
    browser: Browser,
    site: RunningSite,
    state: dict[str, object] | None,
    name: str,
    path: str,
    act: Callable[[Page], None] | None = None,
) -> None:
    """The page at both widths and in both themes, after `act` was done on it."""
    for width_name, (width, height) in WIDTHS.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,  # type: ignore[arg-type]
                storage_state=state,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.goto(f"{site.url}{path}")
            page.wait_for_load_state("networkidle") if name != "create" else page.wait_for_timeout(1500)
            if act:
                act(page)
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=FOLDER / f"{name}-{width_name}-{theme}.png")
            context.close()


def unfold(page: Page) -> None:
    """Open the line that says what the filter did, rule by rule."""
    page.locator("summary", has_text="Your filter").first.click()


def main() -> None:
    """Start, draw, photograph."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="irodori-pictures-") as folder,
        RunningSite(Path(folder) / "var", IRODORI_STARTER_GALLERY="1") as site,
        sync_playwright() as playwright,
    ):
        site.wait_for("/welcome/")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        wait_for_posts(browser.new_page(), site, 24)
        state = signed_in(browser, site)
        draw_four(browser, site, state)
        photograph(browser, site, None, "front", "")
        photograph(browser, site, None, "posts", "posts?tags=order:id")
        photograph(browser, site, None, "post", "posts/24")
        photograph(browser, site, state, "create", "create")
        takes = mark_takes(browser, site, state)
        photograph(browser, site, state, "takes", "takes?all=1&view=strip")
        photograph(browser, site, state, "canvas", f"canvas?source=take:{takes[0]}", paint)
        photograph(browser, site, state, "lab", compare_settings(browser, site, state))
        photograph(browser, site, None, "verify", "verify", verify(original(browser, site, VERIFIED)))
        draft = upload(browser, site, state, as_from_elsewhere(original(browser, site, UPLOADED)))
        photograph(browser, site, state, "upload", draft)
        photograph(browser, site, filtering(browser, site), "filtered", "posts?tags=order:id", unfold)
        report_posts(browser, site)
        photograph(browser, site, state, "queue", "moderation/queue")
        browser.close()


if __name__ == "__main__":
    main()
