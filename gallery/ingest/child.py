"""Files that strangers send are opened by a child process: it may fall over, the site doesn't.

The child is `python -m gallery.pictures`: no environment, a session of its own that ends with it, bounded memory,
processor time, file size and time on the clock. What it answers is checked before it is used, as it has read what a
stranger wrote.
"""

import json
import logging
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

import gallery
from gallery.errors import Invalid, NotNow
from gallery.pictures import limits
from gallery.sentences import MESSAGES

logger = logging.getLogger(__name__)

# It writes no compiled modules: a file that its limit cuts off would break the site's own next start.
COMMAND = [sys.executable, "-s", "-B", "-m", "gallery.pictures"]
WAIT_SECONDS = 10.0
"""For one of the children of this process to be done, when as many are at work as may be."""
_HOME = Path(gallery.__file__).resolve().parent.parent
# One thread, and memory that is given back: the limit is on the address space.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}
_LIMITS = {
    resource.RLIMIT_AS: limits.MEMORY_BYTES,
    resource.RLIMIT_CPU: limits.CPU_SECONDS,
    resource.RLIMIT_FSIZE: limits.WRITTEN_BYTES,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_NPROC: 0,  # neither processes nor threads; it doesn't bind root
    resource.RLIMIT_CORE: 0,
}
_TOO_HEAVY = {-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL}
_BLOCK = 2**20
_slots: dict[int, threading.BoundedSemaphore] = {}
_slots_lock = threading.Lock()


@dataclass(frozen=True)
class Opened:
    """What the child made of a file: its `answer`, and the `folder` with the files that it wrote."""

    answer: dict[str, Any]
    folder: Path


@contextmanager
def opened(task: str, source: Path, anchors: str = "", own: Sequence[tuple[str, str]] = ()) -> Iterator[Opened]:
    """Let the child carry out `task` (see `gallery.pictures.job`) on the file at `source`, in a folder that goes away.

    `anchors`: PEM certificates of those whose signatures are trusted. `own`: see `gallery.pictures.metadata`.

    Raises `Invalid` for a file that isn't taken, `NotNow` when too many are being opened or the disk is full.
    """
    with _slot(), room() as folder:
        yield Opened(_answer(_run(task, source, folder, anchors, own), folder), folder)


@contextmanager
def received(file: IO[bytes], size: int) -> Iterator[Path]:
    """The file that somebody sends, on the disk as long as it takes. Raises `Invalid` for too large and empty ones."""
    if size > limits.MAX_BYTES:
        raise _too_large(size)
    with room() as folder:
        path, copied = folder / "received", 0
        try:
            with path.open("wb") as out:
                while block := file.read(_BLOCK):
                    copied += len(block)
                    # Not everybody who calls this knows the size beforehand.
                    if copied > limits.MAX_BYTES:
                        raise _too_large(copied)
                    out.write(block)
        except OSError as error:
            raise NotNow("upload_no_room") from error
        if not copied:
            raise Invalid("upload_empty")
        yield path


@contextmanager
def room() -> Iterator[Path]:
    """A folder of one's own below MEDIA_ROOT, wherever pictures lie, removed again; what a killed process leaves,
    `check_media` removes."""
    root = Path(settings.MEDIA_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=root, prefix=".part-"))
    except OSError as error:
        raise NotNow("upload_no_room") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _slot() -> Iterator[None]:
    most = settings.UPLOAD_CHILDREN
    with _slots_lock:
        slots = _slots.setdefault(most, threading.BoundedSemaphore(most))
    if not slots.acquire(timeout=WAIT_SECONDS):
        raise NotNow("upload_busy")
    try:
        yield
    finally:
        slots.release()


def _run(task: str, source: Path, folder: Path, anchors: str, own: Sequence[tuple[str, str]]) -> int:
    """The child's exit code, or minus the signal that ended it."""
    places = {"source": str(source.resolve()), "folder": str(folder.resolve())}
    job = json.dumps({"task": task, "anchors": anchors, "own": list(own), **places}).encode()
    try:
        # To files, not pipes: their size is bounded, and nobody has to read along.
        with (folder / "answer").open("wb") as answer, (folder / "complaint").open("wb") as complaint:
            process = subprocess.Popen(
                COMMAND,
                cwd=_HOME,
                env=_ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=answer,
                stderr=complaint,
                start_new_session=True,
            )
    except OSError as error:
        logger.exception("The process that opens uploads couldn't be started")
        raise NotNow("upload_no_room") from error
    try:
        # From outside, and before there is anything to do: nothing of ours runs between fork and exec.
        for kind, most in _LIMITS.items():
            _limit(process.pid, kind, most)
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        with process.stdin as channel:
            channel.write(job)
    except OSError:
        process.kill()  # it ended before it knew what to do
    return _end_of(process)


def _limit(pid: int, kind: int, most: int) -> None:
    _soft, hard = resource.prlimit(pid, kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.prlimit(pid, kind, (most, most))


def _end_of(process: subprocess.Popen[bytes]) -> int:
    try:
        watch = os.pidfd_open(process.pid)
        try:
            ended = select.poll()
            ended.register(watch, select.POLLIN)
            ended.poll(1000 * limits.WALL_SECONDS)
        finally:
            os.close(watch)
    finally:
        # Also where it ended by itself: it has started nothing, unless somebody took it over. Its number is its own
        # until `wait` below.
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _answer(code: int, folder: Path) -> dict[str, Any]:
    if code in _TOO_HEAVY:
        raise Invalid("upload_too_heavy")
    path = folder / "answer"
    answer: Any = None
    if code == 0 and path.stat().st_size <= limits.ANSWER_BYTES:
        try:
            answer = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            answer = None
    if not isinstance(answer, dict):
        complaint = (folder / "complaint").read_bytes()[-2000:].decode("utf-8", "replace")
        logger.warning("The process that opens uploads ended with %d: %s", code, complaint)
        # Python says so where not even its own start fits into the memory that is left.
        raise Invalid("upload_too_heavy" if "MemoryError" in complaint else "upload_unreadable")
    if answer.get("failed"):
        raise NotNow("upload_no_room")
    if "refused" in answer:
        raise _refusal(answer)
    return answer


def _refusal(answer: dict[str, Any]) -> Invalid:
    """The sentence for what the child refused; one that doesn't exist, or that lacks its words, is the general one."""
    code, params = answer["refused"], answer.get("params")
    if (
        not isinstance(code, str)
        or not code.startswith("upload_")
        or code not in MESSAGES
        or not isinstance(params, dict)
    ):
        return Invalid("upload_unreadable")
    refusal = Invalid(code, **{str(name): _plain(value) for name, value in params.items()})
    try:
        _ = refusal.message
    except (KeyError, TypeError, ValueError):
        return Invalid("upload_unreadable")
    return refusal


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else re.sub(r"[^\w .×-]", "", str(value))[:40]


def _too_large(size: int) -> Invalid:
    return Invalid("upload_too_large", size=-(-size // 2**20), limit=limits.MAX_BYTES // 2**20)
