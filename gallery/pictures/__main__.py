"""The child process that opens a file: a job as JSON on standard input, an answer as JSON on standard output.

`gallery.ingest.child` starts it and holds its memory, its processor time and its files within bounds. An answer is what
`gallery.pictures.job` says, `{"refused": code, "params": {…}}`, or `{"failed": "storage"}` when the disk refuses; each
with `memory_bytes`, the most that was resident meanwhile.
"""

import json
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from gallery.pictures.limits import READ_SECONDS
from gallery.pictures.refusals import PictureRefused


def main() -> int:
    """Answer one job; always 0, except where Python itself gives up."""
    job = json.load(sys.stdin)
    # With the signal's own action, which is to end the process: no handler of Python's runs while a decoder does.
    signal.setitimer(signal.ITIMER_PROF, READ_SECONDS)
    answer = _answer(job)
    answer["memory_bytes"] = _height_of_memory()
    # Whatever stands in a file's texts, the answer can be read: half a surrogate pair is a question mark.
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    sys.stdout.flush()
    return 0


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    from gallery.pictures.decoding import prepare_readers
    from gallery.pictures.job import DiskRefused, carry_out

    prepare_readers()
    try:
        return carry_out(job, decoded=_stop_the_clock)
    except PictureRefused as refused:
        return {"refused": refused.code, "params": refused.params}
    except DiskRefused:
        return {"failed": "storage"}
    except (MemoryError, OSError, RuntimeError, ValueError):
        # Damaged files are refused by now: this is an encoder or a filter that doesn't get the memory that it needs.
        traceback.print_exc()
        return {"refused": "upload_too_heavy", "params": {}}


def _height_of_memory() -> int:
    """The most that was resident since this program began. `getrusage` tells of the program that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _stop_the_clock() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    sys.exit(main())
