"""The benchmark of copies runs from beginning to end, small: its rows are written by hand, and the tables change."""

import subprocess
import sys

import pytest

from config.embedded.site import BASE_DIR


@pytest.mark.slow
def test_a_small_run_finds_what_the_scan_finds():
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.similar", "--hashes", "500", "--each", "1"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    parts = next(line for line in done.stdout.splitlines() if line.startswith("| parts"))
    assert parts.split("|")[8:10] == [" 100.0 % ", " 100.0 % "]
