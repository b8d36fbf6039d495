"""What a worker draws on, as it reports it: name and memory of the device."""

import os
from dataclasses import dataclass
from pathlib import Path

ANY_CLASS = "any"
REMOTE_CLASS = "remote"
"""Workers of this class draw nothing themselves: they take what another server draws."""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """`memory_used` and `memory_total` in bytes, 0 where unknown."""

    name: str = ""
    memory_used: int = 0
    memory_total: int = 0


def class_of(device: str) -> str:
    """What jobs are routed by where the operator names no class: the kind of the device, `cuda` of `cuda:1`."""
    return device.partition(":")[0]


def facts_of(device: str) -> DeviceFacts:
    """Name and memory of `device`, as torch writes it; of a CPU the machine's memory and what this process takes.

    Of a GPU all processes' memory counts: what others hold isn't free either. Asks torch for one, which must have
    been imported by whoever owns the device.
    """
    return _cuda(device) if class_of(device) == "cuda" else DeviceFacts(_cpu_name(), _own_memory(), _all_memory())


def _cuda(device: str) -> DeviceFacts:
    import torch

    free, total = torch.cuda.mem_get_info(torch.device(device))
    return DeviceFacts(torch.cuda.get_device_name(torch.device(device)), total - free, total)


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _own_memory() -> int:
    """Resident pages of this process: the second number of /proc/self/statm (proc(5))."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _all_memory() -> int:
    """The machine's memory, or what the control group may take (cgroups(7), version 2) if that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdecimal() else total
