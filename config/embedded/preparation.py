"""Runs `python -m config prepare` as a child and turns its events into lines on the screen."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded.identity import Identity
from config.embedded.preflight import StartError
from config.embedded.process import child_setup
from config.embedded.site import BASE_DIR
from config.embedded.supervisor import Supervisor, report


class Preparation:
    """A running `python -m config prepare`; its JSON lines become lines on the screen."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("w") as errors:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "config", "prepare"],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=BASE_DIR,
                env={**os.environ, **environment, "IRODORI_HASHED_STATIC": "1"},
                start_new_session=True,
                preexec_fn=child_setup(Identity.CALLER, signal.SIGKILL),
            )
        self.owner_link = ""

    def run_until(self, last_part: str, supervisor: Supervisor) -> None:
        """Report its parts up to and including `last_part`; raises `StartError` if it fails before."""
        assert self.child.stdout is not None  # noqa: S101 (a pipe was asked for)
        for line in self.child.stdout:
            if supervisor.stops:
                self.child.kill()
            try:
                event = json.loads(line)
            except ValueError:
                continue
            self.owner_link = event.get("owner_link", self.owner_link)
            if "part" in event:
                report(event["part"], event["state"], event["detail"])
                if event["part"] == last_part:
                    return
        supervisor.check_stopped()
        if self.child.wait() != 0:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            raise StartError(
                f"The site can't be prepared: {lines[-1] if lines else 'no reason given'} (all: {self.log})"
            )
