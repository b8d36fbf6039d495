"""The site's preparation can be interrupted while it says nothing, and tells its link only to the supervisor."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.embedded import preparation
from config.embedded.preparation import Preparation
from config.embedded.site import BASE_DIR
from config.embedded.supervisor import Stopped, Supervisor

SILENT = """
import sys, time
print('{"part": "schema", "state": "ready", "detail": "x"}\\n{"part": "fi', end="", flush=True)
time.sleep(120)
"""


@pytest.fixture
def silent_preparation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A preparation that says one line and a half, then nothing for two minutes."""
    package = tmp_path / "config"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(SILENT)
    monkeypatch.setattr(preparation, "BASE_DIR", tmp_path)
    started = Preparation(tmp_path / "prepare.log", {})
    yield started
    started.child.kill()
    started.child.wait()


def test_a_signal_ends_the_wait_for_a_silent_preparation(silent_preparation: Preparation) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with Supervisor() as supervisor:
            silent_preparation.run_until("schema", supervisor)
            began = time.monotonic()
            signalling = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGTERM])
            signalling.start()
            with pytest.raises(Stopped):
                silent_preparation.run_until("files", supervisor)
            signalling.join()
            assert time.monotonic() - began < 60
            assert silent_preparation.child.poll() is None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_link_is_told_on_demand_only(tmp_path: Path) -> None:
    from django.db import connection

    from tests.database import test_database_url

    def said(*options: str) -> list[dict[str, str]]:
        done = subprocess.run(
            [sys.executable, "-m", "config", "prepare", *options],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": test_database_url(connection.settings_dict),
                "IRODORI_VAR": str(tmp_path / "var"),
                "IRODORI_STARTER_GALLERY": "0",
            },
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stderr
        assert ("/welcome/" in done.stdout + done.stderr) == bool(options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    first = said()
    assert not any("owner_link" in event for event in first)
    [signing] = [event["detail"] for event in first if event.get("part") == "signing"]
    assert signing.startswith("files are signed by ")
    assert (tmp_path / "var" / "c2pa" / "root.pem").exists()
    assert any("owner_link" in event for event in said("--owner-link"))
