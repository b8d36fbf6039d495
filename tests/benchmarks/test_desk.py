"""The benchmark of the desk runs from beginning to end, small: the page it opens and scrolls through changes."""

import subprocess
import sys

import pytest

from config.embedded.site import BASE_DIR
from tests.browser.conftest import CHROMIUM


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
def test_a_small_run_scrolls_through_all_takes():
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.desk", "--takes", "150", "--opened", "1"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "all 150 scrolled through" in done.stdout
    assert "| `everything` | 150 |" in done.stdout
