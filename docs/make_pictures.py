"""Take the README's pictures of a real, freshly started site: `python -m docs.make_pictures` (needs Chromium).

Starts a throw-away site, waits for its starter posts, draws four pictures as the owner, and photographs the
pages at 1280 and 390 px in both themes into docs/pictures/.
"""

import tempfile
import time
from pathlib import Path

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


def photograph(browser: Browser, site: RunningSite, state: dict[str, object] | None, name: str, path: str) -> None:
    """The page at both widths and in both themes."""
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
            page.screenshot(path=FOLDER / f"{name}-{width_name}-{theme}.png")
            context.close()


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
        photograph(browser, site, state, "takes", "takes")
        browser.close()


if __name__ == "__main__":
    main()
