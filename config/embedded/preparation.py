"""Runs `python -m config prepare` as a child and turns its events into lines on the screen."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.embedded.identity import Identity
from config.embedded.preflight import StartError
from config.embedded.process import child_setup
from config.embedded.site import BASE_DIR
from config.embedded.supervisor import LOOK_EVERY, Supervisor, report


class Preparation:
    """A running `python -m config prepare`; its JSON lines become lines on the screen."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("w") as errors:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "config", "prepare", "--owner-link"],
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=BASE_DIR,
                env={**os.environ, **environment, "IRODORI_HASHED_STATIC": "1"},
                start_new_session=True,
                preexec_fn=child_setup(Identity.CALLER, signal.SIGKILL),
            )
        self.owner_link = ""
        self._unread = b""

    def _lines(self, supervisor: Supervisor) -> Iterator[bytes]:
        """Its lines as they come, to its end; raises `Stopped` soon after a signal, however long it says nothing."""
        assert self.child.stdout is not None  # noqa: S101 (a pipe was asked for)
        while True:
            while b"\n" not in self._unread:
                supervisor.check_stopped()
                if select.select([self.child.stdout], [], [], LOOK_EVERY)[0]:
                    piece = os.read(self.child.stdout.fileno(), 65536)
                    if not piece:
                        return
                    self._unread += piece
            line, _, self._unread = self._unread.partition(b"\n")
            yield line

    def run_until(self, last_part: str, supervisor: Supervisor) -> None:
        """Report its parts up to and including `last_part`; raises `StartError` if it fails before, or `Stopped`."""
        for line in self._lines(supervisor):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            self.owner_link = event.get("owner_link", self.owner_link)
            if "part" in event:
                report(event["part"], event["state"], event["detail"])
                if event["part"] == last_part:
                    return
        while self.child.poll() is None:
            supervisor.check_stopped()
            time.sleep(0.02)
        if self.child.returncode != 0:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            raise StartError(
                f"The site can't be prepared: {lines[-1] if lines else 'no reason given'} (all: {self.log})"
            )
