"""How fluent the desk is with ten thousand takes: first paint and the longest task of scrolling through all of them.

Makes the takes (rows of their own that share a few dozen small files), opens the desk in Chromium and prints Markdown
for docs/performance.md. About six minutes. The page is measured five times in a fresh browser profile; scrolling
goes to the very end of the unfolded desk, pressing "Older" wherever no more come by themselves; what opening those
pages takes is in it.
"""

import argparse
import os
import secrets
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.corpus.database import DATABASE, migrate
from benchmarks.search import set_django_up
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.site import Web

OPENED = 5
PICTURES = 24
STACK = 4
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
# Before anything of the page runs: what it paints, and what keeps it from answering.
WATCH = """
window.seen = { lcp: 0, paint: 0, tasks: [] };
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.lcp = entry.startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') seen.paint = entry.startTime; })
  .observe({ type: 'paint', buffered: true });
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.tasks.push(entry.duration); })
  .observe({ type: 'longtask', buffered: true });
"""  # noqa: E501
SEARCHES = ("", "1girl", "sky -sea", "*_hair is:pick", "stars:>=3 order:stars", "fix:any", "model:tiny seed:>5000")


def main() -> None:
    """Make the takes, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--takes", type=int, default=10_000)
    parser.add_argument("--opened", type=int, default=OPENED, help="how often the page is opened")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="irodori-bench-")))
        os.environ |= {"IRODORI_MEDIA": str(folder / "media"), "SECRET_KEY": secrets.token_urlsafe(50)}
        url = stack.enter_context(served(folder))
        migrate(url)
        set_django_up(url)
        cookie = made(asked.takes)
        address = stack.enter_context(site(folder, url))
        print(f"{asked.takes:,} takes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        in_browser(address, cookie, asked.takes, asked.opened)
        searching()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A throw-away PostgreSQL with an empty database."""
    server = EmbeddedPostgres(folder / "postgres", folder / "database.log", throw_away=True)
    server.start()
    try:
        server.wait_ready(60)
        server.ensure_database(DATABASE)
        yield server.url(DATABASE)
    finally:
        server.stop()


@contextmanager
def site(folder: Path, url: str) -> Iterator[str]:
    """The web server alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Web("127.0.0.1", port, folder / "web.log", {"DATABASE_URL": url, "IRODORI_HASHED_STATIC": "0"})
    server.start()
    try:
        server.wait_ready(60)
        yield f"http://localhost:{port}"
    finally:
        server.stop()


def made(count: int) -> str:
    """An account with so many takes; the cookie of its session."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from PIL import Image

    from gallery.ingest import make_asset
    from gallery.models import Asset, AssetFile
    from gallery.provenance import Recipe
    from generation.models import Take

    user = get_user_model().objects.create_user("bench", password=secrets.token_urlsafe(20))
    recipe = Recipe(prompt="1girl, long hair, sky", model_name="tiny", sampler="Euler", steps=20, cfg=4.0)
    sizes = [(512, 768), (768, 512), (640, 640)]
    patterns = []
    for number in range(PICTURES):
        image = Image.radial_gradient("L").resize(sizes[number % 3])
        channels = (image, image.rotate(number * 15), image.point(lambda grey, by=number: (grey * (by + 3)) % 256))
        asset = make_asset(user, Image.merge("RGB", channels), recipe)
        patterns.append(
            (asset, list(asset.files.values("variant", "format", "sha256", "path", "size_bytes", "width", "height")))
        )
    assets = [
        Asset(
            owner=user,
            width=asset.width,
            height=asset.height,
            pixel_sha256=f"{number:064x}",
            dominant_color=asset.dominant_color,
        )
        for number in range(count)
        for asset, _files in [patterns[number % PICTURES]]
    ]  # fmt: skip
    Asset.objects.bulk_create(assets, batch_size=2000)
    for start in range(0, count, 1000):
        AssetFile.objects.bulk_create(
            AssetFile(asset=asset, **file)
            for number, asset in enumerate(assets[start : start + 1000], start)
            for file in patterns[number % PICTURES][1]
        )
    words = [
        "1girl, long hair, sky",
        "1boy, short hair, sea at dusk",
        "castle, sky, no humans",
        "夕焼けの海, 1girl, 長い髪",
    ]
    Take.objects.bulk_create(
        (
            Take(
                owner=user,
                kind="imported",
                asset=asset,
                recipe=recipe.to_dict() | {"prompt": f"{words[number % 4]}, number {number // STACK}", "seed": number},
                stack=f"{number // STACK:064x}",
                stars=number % 6,
                to_fix=["hand"] if number % 9 == 0 else [],
            )
            for number, asset in enumerate(assets)
        ),
        batch_size=2000,
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def in_browser(address: str, cookie: str, count: int, opened: int) -> None:
    """Opening and scrolling, as Chromium itself measures them."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("There is no Chromium here (apt-get install chromium).")
    print("| desk | first paint | LCP | longest task | tasks over 50 ms |")
    print("|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, path, width, height in (
            ("grid, stacks folded", "/takes", 1280, 900),
            ("grid, all unfolded", "/takes?all=1", 1280, 900),
            ("film-strip", "/takes?view=strip", 1280, 900),
            ("grid on a phone", "/takes", 390, 844),
        ):
            found = [look(browser, address, cookie, path, (width, height)) for _ in range(opened)]
            middle = {key: statistics.median(one[key] for one in found) for key in ("paint", "lcp", "longest", "many")}
            print(f"| {name}, opened | {middle['paint']:.0f} ms | {middle['lcp']:.0f} ms | {middle['longest']:.0f} ms | {middle['many']:.0f} |", flush=True)  # fmt: skip  # noqa: E501
        scrolled = look(browser, address, cookie, "/takes?all=1", (1280, 900), through=count)
        print(f"| grid, all {count:,} scrolled through in {scrolled['seconds']:.0f} s, {scrolled['pages']:.0f} pages | | | {scrolled['longest']:.0f} ms | {scrolled['many']:.0f} |")  # fmt: skip  # noqa: E501
        browser.close()
    print()


def look(
    browser: Any, address: str, cookie: str, path: str, size: tuple[int, int], through: int = 0
) -> dict[str, float]:
    """Open a page as for the first time; with `through`, scroll until so many takes are there and passed."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    began = time.monotonic()
    passed, pages, tasks = 0, 1, []
    while through:
        passed += to_the_end(page)
        tasks += page.evaluate("seen.tasks")
        older = page.locator("[data-more] a")
        if not older.count():
            break
        # Further on than the page goes by itself.
        older.click()
        page.wait_for_load_state("networkidle")
        pages += 1
    if through and passed != through:
        raise SystemExit(f"the desk ended at {passed} of {through} takes")
    seconds = time.monotonic() - began
    seen = page.evaluate("seen")
    context.close()
    tasks = tasks or seen["tasks"]
    return {"paint": seen["paint"], "lcp": seen["lcp"], "longest": max(tasks, default=0), "many": len(tasks), "seconds": seconds, "pages": pages}  # fmt: skip  # noqa: E501


def to_the_end(page: Any) -> int:
    """Scroll as fast as older takes come, until no more come by themselves; how many takes are there then."""
    deadline = time.monotonic() + 120
    page.mouse.move(640, 450)
    still = 0
    before = None
    while time.monotonic() < deadline:
        page.mouse.wheel(0, 2500)
        page.wait_for_timeout(40)
        state = page.evaluate(
            "[document.querySelectorAll('.desk-tile').length,"
            " scrollY + innerHeight >= document.documentElement.scrollHeight - 4,"
            " document.querySelector('[data-more]')?.hasAttribute('aria-busy') ?? false]"
        )
        still = still + 1 if state == before and state[1] and not state[2] else 0
        if still > 10:
            return int(state[0])
        before = state
    raise SystemExit("the desk has no end")


def searching() -> None:
    """What the server takes for a page of each search."""
    from django.contrib.auth import get_user_model

    from generation.desk.pages import desk_page
    from generation.desk.search import chip_counts, read

    user = get_user_model().objects.get(username="bench")
    print("| search | found | page of 60, folded | unfolded |")
    print("|---|---|---|---|")
    for query in SEARCHES:
        times = []
        for folded in (True, False):
            taken = []
            for _ in range(5):
                began = time.perf_counter()
                page = desk_page(user, read(query, user), folded=folded)
                taken.append((time.perf_counter() - began) * 1000)
            times.append(statistics.median(taken))
        print(f"| `{query or 'everything'}` | {page.count:,} | {times[0]:.0f} ms | {times[1]:.0f} ms |")
    began = time.perf_counter()
    chip_counts(user)
    print(f"\nThe counts of all eight chips: {(time.perf_counter() - began) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
