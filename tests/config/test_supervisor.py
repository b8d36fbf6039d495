"""The supervisor: order, restarts, stubborn children, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.embedded.preflight import StartError
from config.embedded.process import Process
from config.embedded.supervisor import Supervisor


def program(name: str, folder: Path, code: str) -> Process:
    return Process(name=name, command=[sys.executable, "-c", code], log=folder / f"{name}.log")


def wait_for(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen"
        time.sleep(0.02)


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_parts_stop_in_reverse_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    for name in ("first", "second", "third"):
        supervisor.start(program(name, tmp_path, "import time; time.sleep(60)"))
    supervisor.stop()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["third", "second", "first"]


def test_a_part_that_dies_is_started_again_with_growing_pauses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor()
    part = program("frail", tmp_path, "import sys; print('started', flush=True); sys.exit(3)")
    supervisor.start(part)

    def starts() -> int:
        supervisor.look()
        return part.log.read_text().count("started")

    wait_for(lambda: starts() >= 3)
    supervisor.stop()
    out = capsys.readouterr().out
    assert "exit code 3" in out
    assert "again in 0 s" in out
    assert "again in 1 s" in out


def test_a_killed_part_comes_back_and_its_children_are_gone(tmp_path: Path) -> None:
    supervisor = Supervisor()
    # A worker's pool process outlives its killed parent; the supervisor must not leave it to work on.
    code = (
        "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(c.pid, flush=True); time.sleep(60)"
    )
    part = program("parent", tmp_path, code)
    supervisor.start(part)
    wait_for(lambda: part.output().strip() != "")
    orphan = int(part.output().split()[0])
    assert part.child is not None
    os.kill(part.child.pid, signal.SIGKILL)
    wait_for(lambda: not part.running())
    supervisor.look()
    wait_for(lambda: not alive(orphan))
    wait_for(lambda: supervisor.look() or part.running())
    supervisor.stop()


def test_a_child_that_ignores_signals_is_killed_in_the_end(tmp_path: Path) -> None:
    part = program(
        "stubborn",
        tmp_path,
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
    )
    part.stop_steps = ((signal.SIGTERM, 0.3),)
    part.start()
    wait_for(lambda: part.output() != "")
    part.stop()
    assert part.exit_code == -signal.SIGKILL


def test_a_child_that_ends_at_once_is_reported_with_its_last_line(tmp_path: Path) -> None:
    part = program("broken", tmp_path, "raise SystemExit('no such model')")
    part.ready = lambda: False  # type: ignore[method-assign]
    part.start()
    with pytest.raises(StartError, match="broken stopped at once: no such model"):
        part.wait_ready(20)


def test_a_program_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="The ghost can't be started"):
        Process(name="ghost", command=["/nowhere/ghost"], log=tmp_path / "ghost.log").start()


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from config.embedded.process import Process
part = Process(name="child", command=["sleep", "60"], log=Path({str(tmp_path)!r}) / "child.log")
part.start()
print(part.child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(child))


def test_a_long_log_is_set_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "talker.log"
    log.write_bytes(b"x" * 10_000_001)
    part = program("talker", tmp_path, "print('new')")
    part.start()
    assert part.child is not None
    part.child.wait()
    assert log.read_text() == "new\n"
    assert (tmp_path / "talker.log.1").stat().st_size == 10_000_001


def test_a_log_that_grows_too_long_while_its_part_runs_is_set_aside(tmp_path: Path) -> None:
    supervisor = Supervisor()
    code = (
        "import sys, time; sys.stdout.write('x' * 10_000_001); sys.stdout.flush()\n"
        "while True: print('more', flush=True); time.sleep(0.05)"
    )
    part = program("talker", tmp_path, code)
    supervisor.start(part)
    aside = tmp_path / "talker.log.1"

    def set_aside() -> bool:
        supervisor.look()
        return aside.exists() and part.log.stat().st_size < 1_000_000

    wait_for(set_aside)
    assert aside.stat().st_size > 10_000_000
    # What the part writes next stands at the beginning of the emptied file, not behind ten million zeros.
    wait_for(lambda: "more\n" in part.output())
    assert "\0" not in part.log.read_text()
    supervisor.stop()
