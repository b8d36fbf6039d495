"""`python -m config up` from the first start to the last: what `make run` runs once packages are installed."""

import io
import os
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from PIL import Image

from config.embedded.data_folder import holder, stop
from config.embedded.site import BASE_DIR
from tests.config.running_site import RunningSite

pytestmark = [pytest.mark.worker, pytest.mark.slow]
PARTS = ["database", "broker", "schema", "files", "site", "web", "beat", "worker", "gardener"]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def site(var: Path) -> Iterator[RunningSite]:
    site = RunningSite(var)
    yield site
    site.stop()


def wait_until_ready(site: RunningSite) -> None:
    for part in PARTS:
        site.wait_for(rf"^  {part} +ready")


def wait_until_gone(numbers: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{number}").exists() for number in numbers):
        assert time.monotonic() < deadline, "something outlived the supervisor"
        time.sleep(0.1)


def test_the_first_start_says_each_part_serves_and_stops_cleanly(site: RunningSite, var: Path) -> None:
    link = site.wait_for(r"http://localhost:\d+(/welcome/\S+)")[1]
    wait_until_ready(site)
    assert site.get("/healthz") == (200, '{"database": "ok"}')
    assert site.get("/")[0] == 200
    assert site.get(link)[0] == 200
    assert (var / "secret-key").stat().st_mode & 0o077 == 0
    children = list(site.children())

    assert site.stop() == 0
    stopped = re.findall(r"^  (\w+) +stopped", site.text, re.MULTILINE)
    assert stopped == ["beat", "gardener", "worker", "web", "broker", "database"]
    assert "Traceback" not in site.text
    wait_until_gone(children)


def test_the_second_start_keeps_the_data_and_a_second_site_is_refused(site: RunningSite, var: Path) -> None:
    site.wait_for(r"/welcome/")
    key = (var / "secret-key").read_text()
    refused = RunningSite(var)
    assert refused.process.wait(30) == 1
    assert "already runs from" in refused.text
    assert len(refused.text.strip().splitlines()) == 1
    url = f"postgresql://postgres@/irodori?host={var / 'postgres'}"
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    assert holder(var) == site.process.pid
    assert stop(var)
    assert site.process.wait(5) == 0
    assert not stop(var)

    again = RunningSite(var)
    try:
        again.wait_for(r"^  schema +ready +\(up to date")
        again.wait_for(r"/welcome/")
        assert (var / "secret-key").read_text() == key
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
    finally:
        again.stop()


def test_killed_parts_come_back(site: RunningSite) -> None:
    wait_until_ready(site)
    for part, word in (
        ("worker", "celery -A config worker"),
        ("gardener", "irodori-gallery"),
        ("database", "postgres"),
        ("web", "granian"),
    ):
        os.kill(site.child(word), signal.SIGKILL)
        site.wait_for(rf"^  {part} +died +\(signal 9")
        site.wait_for(rf"^  {part} +ready +\(again")
    deadline = time.monotonic() + 30
    while True:
        try:
            assert site.get("/healthz")[0] == 200
            break
        except (urllib.error.URLError, AssertionError):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def posts_on(site: RunningSite, path: str) -> set[str]:
    return set(re.findall(r'href="(/posts/\d+)[?"]', site.get(path)[1]))


STARTERS = 24


@pytest.mark.timeout(900)
def test_the_first_start_draws_its_pictures_and_shows_them_to_everyone(var: Path) -> None:
    model = BASE_DIR / "generation" / "bundled" / "model" / "model_index.json"
    assert model.is_file(), "the bundled model is missing; without it a new site can't draw"
    with RunningSite(var, IRODORI_STARTER_GALLERY="1") as site:
        site.wait_for(r"/welcome/")
        deadline = time.monotonic() + 600
        while len(shown := posts_on(site, "/posts")) < STARTERS:
            assert time.monotonic() < deadline, f"only {len(shown)} posts"
            time.sleep(1)
        assert posts_on(site, "/") >= shown
        pictures = set()
        for post in sorted(shown):
            status, page = site.get(post)
            assert status == 200
            source = re.search(r'<img[^>]*src="(/media/[^"]+)"', page)
            assert source, page
            with urllib.request.urlopen(urllib.parse.urljoin(site.url, source[1]), timeout=60) as answer:
                pictures.add(answer.read())
        assert len(pictures) == STARTERS
        for picture in pictures:
            with Image.open(io.BytesIO(picture)) as image:
                # A picture that came out as one colour is no picture.
                assert len(image.convert("RGB").getcolors(maxcolors=1 << 24) or []) > 100


def test_nothing_outlives_a_killed_supervisor(site: RunningSite) -> None:
    wait_until_ready(site)
    children = list(site.children())
    assert len(children) == 6
    site.process.kill()
    site.process.wait()
    wait_until_gone(children)
