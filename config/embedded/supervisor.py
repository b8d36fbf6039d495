"""Starts the parts of a site in order, restarts those that die, stops all in reverse order."""

import signal
import sys
import threading
import time
from types import FrameType

from config.embedded.preflight import StartError
from config.embedded.process import Process

LONGEST_PAUSE = 30.0
STABLE_AFTER = 60.0
LOOK_EVERY = 0.25


class Stopped(Exception):  # noqa: N818 (no error: it is how a run ends)
    """Ctrl-C or SIGTERM came; everything shall end."""


def report(part: str, state: str, detail: str = "") -> None:
    """Print one line about one part."""
    print(f"  {part:<10} {state:<9} {f'({detail})' if detail else ''}".rstrip(), flush=True)  # noqa: T201


class Supervisor:
    """Holds the running parts; use as a context manager, so that every way out stops them."""

    def __init__(self) -> None:
        self.parts: list[Process] = []
        self.stops = 0
        self._wake = threading.Event()
        self._failures: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}
        self._announce: dict[str, str] = {}

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1
        self._wake.set()

    def check_stopped(self) -> None:
        """Raise `Stopped` if a signal came."""
        if self.stops:
            raise Stopped

    def start(self, part: Process) -> None:
        """Start a part and watch it from now on; raises `StartError`."""
        self.check_stopped()
        part.start()
        self.parts.append(part)
        self._started[part.name] = time.monotonic()

    def start_and_wait(self, part: Process, detail: str, seconds: float = 30) -> None:
        """Start a part, wait until it is ready and say so; raises `StartError`."""
        began = time.monotonic()
        self.start(part)
        part.wait_ready(seconds, self.check_stopped)
        report(part.name, "ready", f"{detail}, {time.monotonic() - began:.1f} s")

    def announce_when_ready(self, part: Process, detail: str) -> None:
        """Have `watch` print the part's line once it is ready."""
        self._announce[part.name] = detail

    def announce_waiting(self) -> None:
        """Print a line for each part that isn't ready yet; its "ready" line follows."""
        for part in self.parts:
            if part.name in self._announce:
                report(part.name, "starting", self._announce[part.name])

    def look(self) -> None:
        """One round: announce what became ready, restart what died and whose pause is over, shorten long logs."""
        now = time.monotonic()
        for part in self.parts:
            if part.running():
                if part.name in self._announce and part.ready():
                    detail = self._announce.pop(part.name)
                    report(part.name, "ready", f"{detail}, {now - self._started[part.name]:.1f} s")
                if part.name not in self._announce:  # whether it is ready may stand in its log
                    part.shorten_log()
            elif part.name in self._restart_at:
                if now >= self._restart_at[part.name]:
                    del self._restart_at[part.name]
                    self._restart(part)
            else:
                self._plan_restart(part, now)

    def _plan_restart(self, part: Process, now: float) -> None:
        """Choose the pause before the restart: 0, 1, 2, 4 … seconds while it keeps dying."""
        part.clear_group()
        if now - self._started[part.name] > STABLE_AFTER:
            self._failures[part.name] = 0
        failures = self._failures.get(part.name, 0)
        pause = 0.0 if failures == 0 else min(LONGEST_PAUSE, 2.0 ** (failures - 1))
        self._failures[part.name] = failures + 1
        self._restart_at[part.name] = now + pause
        code = part.exit_code
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        report(part.name, "died", f"{how}; starting it again in {pause:.0f} s; its log is {part.log}")

    def _restart(self, part: Process) -> None:
        self._started[part.name] = time.monotonic()
        self._announce[part.name] = "again"
        try:
            part.start()
        except StartError as error:
            print(error, file=sys.stderr, flush=True)  # noqa: T201

    def watch(self) -> None:
        """Look after the parts until a signal comes."""
        while not self.stops:
            self.look()
            self._wake.wait(LOOK_EVERY)

    def stop(self) -> None:
        """Stop all parts in reverse order; a second signal shortens the wait for each."""
        while self.parts:
            part = self.parts.pop()
            was_running = part.running()
            began = time.monotonic()
            part.stop(impatient=lambda: self.stops > 1)
            if was_running:
                report(part.name, "stopped", f"{time.monotonic() - began:.1f} s")
