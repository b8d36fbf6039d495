"""One child process that dies with its parent, logs to its own file and can be asked whether it is ready."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

from config.embedded.identity import Identity, become_nobody, enter_namespace
from config.embedded.preflight import StartError

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10_000_000
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: Signals) -> None:
    """Have the kernel send this process `death_signal` when its parent ends, however it ends (Linux only)."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def child_setup(identity: Identity, death_signal: Signals) -> Callable[[], None]:
    """What a child does between fork and exec: take its identity, then bind its life to the parent's."""
    parent = os.getpid()

    def setup() -> None:
        if identity is Identity.NAMESPACE:
            enter_namespace()
        elif identity is Identity.NOBODY:
            become_nobody()
        # After the change of identity, which clears the setting.
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return setup


@dataclass
class Process:
    """A watched child.

    `stop_steps` are the signals that end it with the seconds each is given; SIGKILL follows the last.
    `group_kill`: whether SIGKILL goes to what the child left behind in its process group.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_steps: Sequence[tuple[Signals, float]] = ((signal.SIGTERM, 10.0),)
    death_signal: Signals = signal.SIGTERM
    group_kill: bool = True
    identity: Identity = Identity.CALLER
    child: subprocess.Popen[bytes] | None = None
    log_start: int = 0

    def prepare(self) -> None:
        """Make folders and clear what a crash left; runs before each start."""
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def shorten_log(self) -> None:
        """Set a log aside that grew too long while its child runs, which goes on writing into the emptied file.

        The child appends, so its next line lands at the new beginning; what it writes between the copy and the
        cut is lost, which is a line at most.
        """
        try:
            if self.log.stat().st_size <= LARGEST_LOG:
                return
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)
        except OSError:
            return  # a full disk or a removed folder is no reason to end the site
        self.log_start = 0

    def start(self) -> None:
        """Start the child; its output is appended to the log. Raises `StartError` if it can't be executed."""
        self.prepare()
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            try:
                self.child = subprocess.Popen(
                    list(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder,
                    env={**os.environ, **self.environment},
                    # Its own group: Ctrl-C in the terminal reaches the supervisor alone, which then stops in order.
                    start_new_session=True,
                    preexec_fn=child_setup(self.identity, self.death_signal),
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise StartError(f"The {self.name} can't be started: {error}") from error

    def ready(self) -> bool:
        """Whether it serves; a running process counts, subclasses ask it."""
        return self.running()

    def running(self) -> bool:
        """Whether the child lives; reaps it where it doesn't."""
        return self.child is not None and self.child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs or before it started."""
        return None if self.child is None else self.child.poll()

    def wait_ready(self, seconds: float, check: Callable[[], None] = lambda: None) -> float:
        """Poll until ready and return the seconds it took; `StartError` with the log's last line otherwise.

        `check` is called between two looks; what it raises ends the wait.
        """
        began = time.monotonic()
        while not self.ready():
            check()
            if not self.running():
                raise StartError(f"The {self.name} stopped at once: {self.last_line()} (all of it: {self.log})")
            if time.monotonic() - began > seconds:
                raise StartError(f"The {self.name} didn't answer within {seconds:.0f} s; its log is {self.log}")
            time.sleep(0.02)
        return time.monotonic() - began

    def output(self) -> str:
        """What it wrote since its latest start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def last_line(self) -> str:
        """The last line it wrote since its latest start, for a message."""
        lines = [line.strip() for line in self.output().splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def stop(self, impatient: Callable[[], bool] = lambda: False) -> None:
        """Ask it to end by `stop_steps`, then kill; `impatient` becoming true goes to the next step at once."""
        if self.child is None:
            return
        for step_signal, seconds in self.stop_steps:
            if not self.running():
                break
            self.child.send_signal(step_signal)
            deadline = time.monotonic() + seconds
            hurried = impatient()
            while self.running() and time.monotonic() < deadline and impatient() == hurried:
                time.sleep(0.02)
        if self.running():
            self.child.kill()
        self.child.wait()
        self.clear_group()

    def clear_group(self) -> None:
        """Kill what a dead child left in its group, such as pool processes of a killed worker."""
        if self.child is not None and self.group_kill:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)
