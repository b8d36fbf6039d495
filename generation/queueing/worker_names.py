"""A worker's name says which process it is, so that its machine can tell when it is dead.

`host:namespace:pid:start`: the host's name, the PID namespace's inode (two containers may share a host name, but
not their process numbers), the process number, and when it started in clock ticks since boot (numbers are reused).
Where /proc is missing, the last three can't be checked and a lease simply runs out.
"""

import os
import socket
from pathlib import Path


def own_name() -> str:
    """The name of this process."""
    return f"{_machine()}:{os.getpid()}:{_started(os.getpid()) or 0}"


def machine_of(name: str) -> str:
    """What the names of all processes of one machine, boot and PID namespace begin with."""
    return name.rsplit(":", 2)[0]


def owner_is_dead(name: str) -> bool:
    """True only when `name` is a process of this machine and boot that certainly no longer exists."""
    parts = name.split(":")
    if len(parts) < 5 or not _started(os.getpid()):
        return False
    machine, pid, start = machine_of(name), parts[-2], parts[-1]
    if machine != _machine() or not pid.isdecimal() or start == "0":
        return False
    return str(_started(int(pid)) or 0) != start


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        namespace = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 - a magic link, not a path
    except OSError:
        boot, namespace = "", 0
    return f"{socket.gethostname()[:80]}:{boot}:{namespace}"


def _started(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat (proc(5)); None for a process that is gone or is a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field may contain blanks and brackets; what follows its last bracket can't.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])
