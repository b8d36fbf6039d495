"""A real Chromium, and a real web server and worker on the test's own database."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config.embedded.process import Process
from config.embedded.site import Web
from tests.database import test_database_url
from tests.generation.conftest import bundled, tiny_folder  # noqa: F401 - fixtures of the other floor

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Debian's Chromium looks for updates and search suggestions on its own; a test has no business with them.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Two cores shared by browser, server, worker and database: an assertion may have to wait.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and the closing line says how many."""
    for item in items:
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; each test opens its own contexts, which share nothing.

    One for each file: Playwright's event loop runs in the thread of the tests until it ends, and tests of other files
    need one of their own there.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, web: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of the site in a browser of its own: `open_page("/", width=390)`.

    What the pages' scripts threw or the content security policy refused fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(path: str = "/", *, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=web, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None
            ),
        )
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def web(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[str]:
    """The address of a running granian on the test's database."""
    from django.conf import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Web(
        "127.0.0.1",
        port,
        tmp_path / "web.log",
        {
            "DATABASE_URL": test_database_url(connection.settings_dict),
            "IRODORI_MEDIA": str(settings.MEDIA_ROOT),
            "IRODORI_CHECKPOINTS": str(settings.CHECKPOINTS_DIR),
            "IRODORI_HASHED_STATIC": "0",
            "IRODORI_WEB_WORKERS": "1",
        },
    )
    server.start()
    server.wait_ready(60)
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def server_passwords(settings: Any) -> None:
    """Accounts made in the test can sign in at the web server, which knows only the site's own hashers."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS


@pytest.fixture
def worker(start_celery_worker: Callable[..., Process]) -> Process:
    """A running Celery worker."""
    return start_celery_worker()
