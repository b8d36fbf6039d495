"""A whole training: data, decoder and denoiser as processes side by side, and what is made of them in the end.

Each part has its own checkpoint and log. Nothing is started again; a part that fails loses nothing of the others.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .growing import GrowingArray
from .plans import PARTS, Plan
from .train_data import begin_data
from .workplace import Workplace, hold

LOOK_EVERY = 0.5  # seconds
PATIENCE = 60  # seconds a part has to end after SIGTERM when the driver itself ends; nothing is lost with it


@dataclass
class Driver:
    """One run. ``arguments`` are the command line's, handed on to the parts; ``evaluate`` prompts are measured."""

    plan: Plan
    place: Workplace
    arguments: list[str]
    evaluate: int = 0
    started: float = field(default_factory=time.monotonic)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    failed: bool = False
    stopped: bool = False

    def run(self) -> int:
        """Train and finish; 0 if every part and every finishing step went well, else 1.

        The first SIGTERM or SIGINT ends the training early, with its checkpoints; finishing follows all the same.
        ``RuntimeError`` where a whole training already runs in this folder.
        """
        with hold(self.place, "driver"):
            return self._run()

    def _run(self) -> int:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        self.place.running.write_text(f"{os.getpid()}\n")
        try:
            begin_data(self.plan, self.place)  # before the parts: none may take up the pictures of another plan
            for part in PARTS:
                if not self.stopped:
                    self._start(part)
            if self.stopped:
                self._terminate()  # the signal may have come before the last one was noted
            self._watch()
            for number, handler in before.items():
                signal.signal(number, handler)
            self._finish()
        finally:
            self._terminate()
            for child in self.running.values():
                _wait_or_kill(child)
            self.place.running.unlink(missing_ok=True)
        return int(self.failed)

    def say(self, line: str) -> None:
        """Add a line to the driver's log."""
        line = f"{(time.monotonic() - self.started) / 60:5.1f} min  {line}"
        with self.place.log("driver").open("a") as log:
            log.write(line + "\n")
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _start(self, part: str) -> None:
        minutes = self.plan.minutes * (self.plan.decoder_share if part == "decoder" else 1)
        command = [sys.executable, "-m", "generation.bundled", "train", *self.arguments]
        # Its own session: Ctrl-C reaches the driver alone, which then ends the parts in order.
        with self.place.log(part).open("ab") as log:
            self.running[part] = subprocess.Popen(
                [*command, "--part", part, "--minutes", str(minutes)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.say(f"{part} started")

    def _stop(self, *_: object) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
        self._terminate()

    def _terminate(self) -> None:
        for child in self.running.values():
            child.terminate()

    def _watch(self) -> None:
        """Wait for the parts, and show where they stand."""
        board = Board(self.place)
        while self.running:
            time.sleep(LOOK_EVERY)
            for part, child in list(self.running.items()):
                code = child.poll()
                if code is None:
                    continue
                del self.running[part]
                board.clear()
                self.say(f"{part} ended" if code == 0 else f"{part} failed (exit code {code}): see {part}.log")
                self.failed |= code != 0
                if code != 0 and part == "data" and not GrowingArray(self.place.latents).count():
                    self._terminate()  # the others would wait for data until their time is over
            board.show()
        board.clear()

    def _finish(self) -> None:
        """The exported folder, a contact sheet and the evaluation, as far as the checkpoints allow."""
        missing = [part for part in PARTS[1:] if not self.place.checkpoint(part).exists()]
        if missing:
            self.say(f"nothing to export: no checkpoint of {' and '.join(missing)}")
            self.failed = True
            return
        from .export import export_model
        from .sample import sheet_of_samples

        self._try("exported", lambda: export_model(self.place, self.place.export, self.plan.size))
        self._try("sheet drawn", lambda: sheet_of_samples(self.place, "latest", self.plan.device))
        if self.evaluate:
            self._try("evaluated", self._evaluate)

    def _evaluate(self) -> None:
        from .evaluate import evaluate
        from .export import export_model

        evaluate(self.place, self.place.export, self.evaluate)
        export_model(self.place, self.place.export, self.plan.size)  # once more: the card tells what was measured

    def _try(self, name: str, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception:  # whatever it was, the next step may still work
            self.failed = True
            self.say(f"not {name}:\n{traceback.format_exc()}")
        else:
            self.say(name)


def _wait_or_kill(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()  # checkpoints are whole whenever that happens
        child.wait()


class Board:
    """On a terminal: the last line of each part's log, kept up to date."""

    def __init__(self, place: Workplace) -> None:
        self.logs = [place.log(part) for part in PARTS]
        self.lines = 0
        self.watched = sys.stderr.isatty()

    def clear(self) -> None:
        """Remove what is shown."""
        if self.lines:
            sys.stderr.write(f"\x1b[{self.lines}A\x1b[J")
            self.lines = 0

    def show(self) -> None:
        """Show where the parts stand."""
        if not self.watched:
            return
        self.clear()
        width = shutil.get_terminal_size().columns - 1
        lines = [line[:width] for line in map(_last_line, self.logs) if line]
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        sys.stderr.flush()
        self.lines = len(lines)


def _last_line(log: Path) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 1000))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    return lines[-1] if lines else ""
