"""Stopping a site from elsewhere ends, one way or the other."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.data_folder import stop
from config.embedded.preflight import StartError
from config.embedded.site import BASE_DIR

HOLDER = """
import signal, sys, time
from pathlib import Path
from config.embedded.data_folder import lock
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(120)
"""


def hold(var: Path, how: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(var), how], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_stop_waits_until_the_site_has_ended(tmp_path: Path) -> None:
    child = hold(tmp_path / "var", "willing")
    assert stop(tmp_path / "var")
    assert not stop(tmp_path / "var")
    child.wait(20)


def test_stop_says_what_helps_when_the_site_does_not_end(tmp_path: Path) -> None:
    child = hold(tmp_path / "var", "stubborn")
    try:
        with pytest.raises(StartError, match=f"kill -9 {child.pid}"):
            stop(tmp_path / "var", seconds=0.3)
    finally:
        child.kill()
        child.wait()
